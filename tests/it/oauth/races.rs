//! Many at a time, and ends in between: one wins, and nothing is half done.

use std::collections::BTreeSet;
use std::sync::Barrier;

use super::{Lab, Tokens};
use crate::harness::Answer;

/// Clients that try at a time.
const AT_A_TIME: usize = 8;

/// What eight get that do the same at one moment.
fn together(act: impl Fn() -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(AT_A_TIME);
    std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            act()
        };
        let all: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn eight_redemptions_of_a_code_give_one_answer() {
    // GHSA-7w99-5wm4-3g79.
    let lab = Lab::new();
    let app = lab.secret_app();
    for _ in 0..10 {
        let code = lab.code(&app, &[]);
        let answers = together(|| lab.redeem(&app, &code));
        let good = answers.iter().filter(|answer| answer.status == 200).count();
        let refused = answers.iter().filter(|answer| answer.status == 400).count();
        assert_eq!((good, refused), (1, AT_A_TIME - 1));
    }
}

#[test]
fn eight_uses_of_a_refresh_token_give_one_successor() {
    // CVE-2026-1035, GHSA-392p-2q2v-4372.
    let lab = Lab::new();
    let app = lab.secret_app();
    let mut tokens = lab.tokens(&app);
    for _ in 0..10 {
        let answers = together(|| lab.refresh(&app, &tokens.refresh));
        let given: BTreeSet<String> =
            answers.iter().map(|answer| Tokens::of(answer).refresh).collect();
        assert_eq!(given.len(), 1, "all get the same");
        tokens = Tokens::of(&answers[0]);
        assert!(lab.is_active(&app, &tokens.access));
    }
}

#[test]
fn without_a_replay_at_most_one_of_eight_gets_a_successor() {
    let lab = Lab::new();
    lab.set("refresh_replay = \"0s\"");
    let app = lab.secret_app();
    for _ in 0..10 {
        let tokens = lab.tokens(&app);
        let answers = together(|| lab.refresh(&app, &tokens.refresh));
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400)));
        assert!(!lab.is_active(&app, &Tokens::of(good[0]).access), "the others ended it");
    }
}

#[test]
fn what_is_issued_while_its_grant_is_revoked_does_not_outlive_it() {
    let lab = Lab::new();
    let app = lab.secret_app();
    for _ in 0..20 {
        let tokens = lab.tokens(&app);
        let next = Tokens::of(&lab.refresh(&app, &tokens.refresh));
        assert_eq!(lab.at_gate(&next.access), 200);
        let barrier = Barrier::new(2);
        let renewed = std::thread::scope(|scope| {
            let renewing = scope.spawn(|| {
                barrier.wait();
                lab.refresh(&app, &next.refresh)
            });
            barrier.wait();
            let fields = [("token", next.refresh.as_str())];
            assert_eq!(lab.form("/oauth/revoke", &app.with(&fields)).status, 200);
            renewing.join().unwrap()
        });
        assert!(matches!(renewed.status, 200 | 400), "{}", renewed.text());
        if renewed.status == 200 {
            let late = Tokens::of(&renewed);
            assert_eq!(lab.at_gate(&late.access), 401);
            assert!(!lab.is_active(&app, &late.access) && !lab.is_active(&app, &late.refresh));
        }
        assert_eq!(lab.at_gate(&next.access), 401, "the gate has it in memory");
        assert!(!lab.is_active(&app, &tokens.access));
    }
}

#[test]
fn a_decision_that_is_sent_eight_times_is_made_once() {
    let lab = Lab::new();
    let app = lab.public_app();
    let browser = lab.ada();
    let page = super::asked(&browser, &app, &[]);
    let shown = browser.get(&page).text();
    let token = shown.split("name=\"form_token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let fields = [
        ("decision", "allow"),
        ("workspace", "acme"),
        ("scope", "read:notes"),
        ("form_token", token),
    ];
    let request = browser.form(&page, &fields).header("Sec-Fetch-Site", "same-origin");
    let answers = together(|| lab.client().send(&request));
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1..].iter().all(|status| *status == 404), "{statuses:?}");
    assert_eq!(lab.rows("oauth_grants"), 1);
}
