//! A command that ends access holds for every request that begins after its answer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use keystile::http::control::{Command, ask};
use serde_json::json;

use crate::harness::process::{Caller, Home, Made, Server, Verdict, until};

/// Clients that verify at once, each over a connection of its own.
const CALLERS: usize = 32;

/// How often the whole life of a key is gone through.
const ROUNDS: usize = 3;

/// Verdicts that each client has before the command begins, and after it has answered.
const VERDICTS_BESIDE: usize = 5;

/// A verdict, and when it was asked for and given.
struct Seen {
    asked: Instant,
    given: Instant,
    verdict: Verdict,
}

#[expect(clippy::disallowed_methods, reason = "it orders what other processes do")]
fn now() -> Instant {
    Instant::now()
}

/// Runs `change` while all clients verify `secret`, and holds that it is answered with `before`
/// until the change begins, and with `after` once it has ended.
fn holds(server: &Server, secret: &str, change: &dyn Fn(), [before, after]: [&Verdict; 2]) {
    let is_over = AtomicBool::new(false);
    let counts: Vec<AtomicUsize> = (0..CALLERS).map(|_| AtomicUsize::new(0)).collect();
    let all_have = |more: usize, than: &[usize]| {
        until("each client has its verdicts", || {
            let counts = counts.iter().map(|count| count.load(Ordering::SeqCst));
            counts.zip(than).all(|(count, than)| count >= than + more).then_some(())
        });
    };
    let verify = |count: &AtomicUsize| {
        let mut caller = Caller::to(server.gate);
        let mut seen = Vec::new();
        while !is_over.load(Ordering::SeqCst) {
            let asked = now();
            let verdict = caller.verify(secret);
            seen.push(Seen { asked, given: now(), verdict });
            count.fetch_add(1, Ordering::SeqCst);
        }
        seen
    };
    let (began, ended, seen) = thread::scope(|scope| {
        let verify = &verify;
        let callers: Vec<_> =
            counts.iter().map(|count| scope.spawn(move || verify(count))).collect();
        all_have(VERDICTS_BESIDE, &[0; CALLERS]);
        let began = now();
        change();
        let ended = now();
        let so_far: Vec<_> = counts.iter().map(|count| count.load(Ordering::SeqCst)).collect();
        all_have(VERDICTS_BESIDE, &so_far);
        is_over.store(true, Ordering::SeqCst);
        let seen = callers.into_iter().flat_map(|caller| caller.join().unwrap());
        (began, ended, seen.collect::<Vec<_>>())
    });
    for Seen { asked, given, verdict } in seen {
        if given < began {
            assert_eq!(&verdict, before, "{:?} before the command", began - given);
        } else if asked > ended {
            assert_eq!(&verdict, after, "asked {:?} after the answer", asked - ended);
        } else {
            assert!(verdict == *before || verdict == *after, "{verdict:?} in between");
        }
    }
}

#[test]
fn no_request_that_begins_after_the_answer_sees_what_was_before() {
    let home = Home::with_boundless_acme();
    let server = home.serve();
    let (allow, revoked) = (Verdict::allow(), Verdict::deny(401, "revoked_key"));
    let unscoped = Verdict::deny(403, "insufficient_scope");
    for _ in 0..ROUNDS {
        let Made { id, secret } = home.make_key("CI");
        let id = id.as_str();
        let run = |command: &[&str]| home.json(command);
        let end = || drop(run(&["key", "revoke", id]));
        holds(&server, &secret, &end, [&allow, &revoked]);
        let restore = || drop(run(&["key", "restore", id]));
        holds(&server, &secret, &restore, [&revoked, &allow]);

        let second = std::cell::RefCell::new(String::new());
        let rotate = |overlap: &str| {
            let rotated = run(&["key", "rotate", id, "--overlap", overlap]);
            rotated["key"].as_str().unwrap().clone_into(&mut second.borrow_mut());
        };
        holds(&server, &secret, &|| rotate("1h"), [&allow, &allow]);
        let finish = || drop(run(&["key", "rotate", id, "--finish"]));
        holds(&server, &secret, &finish, [&allow, &revoked]);
        let newest = second.borrow().clone();
        holds(&server, &newest, &|| rotate("0"), [&allow, &revoked]);
        let newest = second.borrow().clone();
        let narrow = || drop(run(&["key", "update", id, "--scope", "read:orders"]));
        holds(&server, &newest, &narrow, [&allow, &unscoped]);
        let regrade = || drop(run(&["workspace", "set-plan", "acme", "pro"]));
        holds(&server, &newest, &regrade, [&unscoped, &unscoped]);
        run(&["key", "revoke", id]);
    }
}

#[test]
fn a_first_use_that_races_a_revocation_does_not_keep_the_key_alive() {
    let home = Home::with_boundless_acme();
    let server = home.serve();
    let command = |command: serde_json::Value| {
        let command: Command = serde_json::from_value(command).unwrap();
        ask(&home.data(), &command).unwrap().expect("the server runs")
    };
    let mut callers: Vec<Caller> = (0..4).map(|_| Caller::to(server.gate)).collect();
    for round in 0..100 {
        let made = Made::of(&command(json!({ "key": { "create": {
            "workspace": "acme", "product": "whale", "type": "live", "name": "CI",
            "scopes": ["read:products"], "restrictions": [["store", "st_1"]],
        } } })));
        let is_revoked = AtomicBool::new(false);
        thread::scope(|scope| {
            for caller in &mut callers {
                let (is_revoked, secret) = (&is_revoked, &made.secret);
                scope.spawn(move || {
                    // The first is cold; the last begins after the answer.
                    loop {
                        let is_last = is_revoked.load(Ordering::SeqCst);
                        let verdict = caller.verify(secret);
                        if is_last {
                            assert_eq!(verdict.code, "revoked_key", "round {round}");
                            return;
                        }
                    }
                });
            }
            command(json!({ "key": { "revoke": { "id": made.id, "reason": null } } }));
            is_revoked.store(true, Ordering::SeqCst);
        });
    }
}
