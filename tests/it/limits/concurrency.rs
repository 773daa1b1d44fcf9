//! Many callers at once: exactly as many pass as there is room.

use std::thread;

use super::{World, question};
use crate::harness::{Instance, Key, WORKSPACE};

/// Callers at a time.
const CALLERS: usize = 64;

/// What each of them asks: more together than the plan allows.
const ASKED_EACH: usize = 20;

fn passed_together(instance: &Instance, keys: &[Key]) -> usize {
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let question = question("meter", &keys[caller % keys.len()], "/one");
                scope.spawn(move || {
                    let gate = instance.client();
                    (0..ASKED_EACH).filter(|_| gate.send(&question).status == 200).count()
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    })
}

#[test]
fn of_64_callers_with_one_key_exactly_600_requests_pass_in_a_window_of_plan_pro() {
    let world = World::on("pro");
    let key = world.key();
    assert_eq!(passed_together(&world.instance, std::slice::from_ref(&key)), 600);
    assert_eq!(world.code(&key, "/one"), "rate_limited");
    world.instance.advance("61s");
    assert_eq!(passed_together(&world.instance, &[key]), 600);
}

#[test]
fn two_secrets_and_a_plan_that_comes_and_goes_let_no_more_pass() {
    let world = World::on("pro");
    let old = world.key();
    let new = world.instance.rotate(&old, "1d");
    let instance = &world.instance;
    let passed = thread::scope(|scope| {
        let regrading = scope.spawn(|| {
            for _ in 0..50 {
                instance.set_plan(WORKSPACE, "free").unwrap();
                instance.set_plan(WORKSPACE, "pro").unwrap();
            }
        });
        let passed = passed_together(instance, &[old.clone(), new.clone()]);
        regrading.join().unwrap();
        passed
    });
    let left = world.passed(&new, "/one", 700);
    assert_eq!(passed + left, 600, "{passed} while the plan changed, then {left}");
}
