//! Passwords that are tried again and again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use keystile::accounts::invitations::{Invitations, Offer};
use keystile::accounts::people::Role;
use keystile::audit::Actor;

use super::{signed_in, with_ada};
use crate::harness::instance::{PASSWORD, WORKSPACE};
use crate::harness::{Browser, Request};

const WRONG: &str = "not the password at all";

/// The status of a wrong try, and the seconds to wait before the next one.
fn tried(browser: &Browser) -> (u16, Option<u64>) {
    let answer = browser.sign_in("ada@example.com", WRONG);
    (answer.status, answer.header("retry-after").map(|it| it.parse().unwrap()))
}

#[test]
fn each_failure_makes_the_next_try_wait_longer() {
    let instance = with_ada();
    let browser = instance.browser();
    for delay in [1, 3, 5, 10, 10] {
        assert_eq!(tried(&browser), (422, None));
        assert_eq!(tried(&browser), (429, Some(delay)), "at once");
        instance.advance(&format!("{}s", delay - 1));
        if delay > 1 {
            assert_eq!(tried(&browser), (429, Some(1)), "a second too early");
        }
        let early = browser.sign_in("ada@example.com", PASSWORD);
        assert_eq!(early.status, 429, "not the right one either");
        instance.advance("1s");
    }
    assert_eq!(browser.sign_in("ada@example.com", PASSWORD).status, 303);
}

#[test]
fn an_account_is_throttled_wherever_its_tries_come_from() {
    let instance = with_ada();
    assert_eq!(tried(&instance.browser().at("192.0.2.1")), (422, None));
    assert_eq!(tried(&instance.browser().at("198.51.100.7")), (429, Some(1)));
}

#[test]
fn an_address_is_throttled_whomever_it_tries_and_a_network_is_one() {
    let instance = with_ada();
    let tries =
        |address: &str, email: &str| instance.browser().at(address).sign_in(email, WRONG).status;
    assert_eq!(tries("2001:db8:0:1::1", "one@example.com"), 422);
    assert_eq!(tries("2001:db8:0:1:ffff::2", "two@example.com"), 429, "the same /64");
    assert_eq!(tries("2001:db8:0:2::1", "three@example.com"), 422);
    // What the client itself writes there stands before what the proxy adds.
    assert_eq!(tries("203.0.113.9, 2001:db8:0:2::1", "four@example.com"), 429);
}

#[test]
fn a_stranger_keeps_nobody_out_of_a_place_where_they_have_signed_in() {
    let instance = with_ada();
    let home = || instance.browser().at("192.0.2.1");
    assert_eq!(home().sign_in("ada@example.com", PASSWORD).status, 303);
    for _ in 0..6 {
        tried(&instance.browser().at("198.51.100.7"));
        instance.advance("10s");
    }
    tried(&instance.browser().at("198.51.100.7"));
    assert_eq!(tried(&instance.browser().at("203.0.113.5")).0, 429, "elsewhere one waits");
    assert_eq!(home().sign_in("ada@example.com", PASSWORD).status, 303, "at home one does not");
    assert_eq!(tried(&home()), (422, None));
    assert_eq!(tried(&home()), (429, Some(1)), "and is throttled all the same");
}

#[test]
fn one_who_tries_others_beside_them_keeps_nobody_out_of_a_place_that_they_know() {
    let instance = with_ada();
    let home = || instance.browser().at("192.0.2.1");
    assert_eq!(home().sign_in("ada@example.com", PASSWORD).status, 303);
    assert_eq!(home().sign_in("nobody@example.com", WRONG).status, 422);
    assert_eq!(home().sign_in("other@example.com", WRONG).status, 429, "the place waits");
    assert_eq!(home().sign_in("ada@example.com", PASSWORD).status, 303, "its own person does not");
}

#[test]
fn a_place_is_known_to_whoever_chose_their_password_there() {
    let instance = with_ada();
    let actor = Actor::Instance;
    let invitations = Invitations { store: &instance.app.store, hasher: &instance.app.hasher };
    let workspace = WORKSPACE.parse().unwrap();
    let offer = Offer::Member { workspace, role: Role::Viewer };
    let email = "bob@example.com".parse().unwrap();
    let (_, token) = invitations.invite(&actor, &email, &offer).unwrap();
    let home = || instance.browser().at("192.0.2.1");
    let link = format!("/console/invitations/{}", token.expose());
    assert_eq!(home().post(&link, &[("password", PASSWORD)]).status, 303);
    let elsewhere = instance.browser().at("198.51.100.7");
    assert_eq!(elsewhere.sign_in("bob@example.com", WRONG).status, 422);
    assert_eq!(home().sign_in("bob@example.com", PASSWORD).status, 303);
}

#[test]
fn having_one_account_does_not_help_to_try_another() {
    let instance = with_ada();
    instance.person("eve@example.com", None).unwrap();
    let browser = || instance.browser().at("192.0.2.66");
    for delay in ["1s", "3s", "5s", "10s"] {
        assert_eq!(tried(&browser()).0, 422);
        instance.advance(delay);
        assert_eq!(browser().sign_in("eve@example.com", PASSWORD).status, 303);
        instance.advance("10s");
    }
    assert_eq!(tried(&browser()).0, 422);
    assert_eq!(tried(&browser()), (429, Some(10)));
}

#[test]
fn failures_outlive_a_restart_and_are_forgotten_in_time() {
    let instance = with_ada();
    for _ in 0..3 {
        tried(&instance.browser());
        instance.advance("10s");
    }
    tried(&instance.browser());
    let instance = instance.restart();
    assert_eq!(tried(&instance.browser()), (429, Some(10)));
    instance.advance("15m");
    assert_eq!(tried(&instance.browser()), (422, None));
    assert_eq!(tried(&instance.browser()), (429, Some(1)), "as after the first");
}

#[test]
fn a_flood_of_wrong_passwords_is_turned_away_and_the_gate_goes_on() {
    let instance = with_ada();
    let signed_in = signed_in(&instance, "ada@example.com");
    let (refused, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let gate = scope.spawn(|| {
            let client = instance.client();
            let mut answered = 0;
            while !is_over.load(Ordering::SeqCst) {
                let alive = client.send(&Request::new("GET", "/healthz").header("Host", "gate"));
                assert_eq!(alive.status, 200);
                answered += 1;
            }
            answered
        });
        let flood: Vec<_> = (0..200)
            .map(|number| {
                let (instance, refused) = (&instance, &refused);
                scope.spawn(move || {
                    let browser = instance.browser().at(&format!("10.0.{number}.1"));
                    let answer = browser.sign_in(&format!("user{number}@example.com"), WRONG);
                    assert!([422, 429].contains(&answer.status), "{answer:?}");
                    if answer.status == 429 {
                        assert!(answer.header("retry-after").is_some());
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        for one in flood {
            one.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        assert!(gate.join().unwrap() > 0);
    });
    assert!(refused.load(Ordering::SeqCst) > 50, "{refused:?}");
    assert_eq!(signed_in.get("/console/account").status, 200);
}
