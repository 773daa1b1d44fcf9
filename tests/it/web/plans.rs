//! The plans, with who is on them and how close they run.

use super::{signed_in, with_counted};
use crate::usage::{ask, key, question};

#[test]
fn each_plan_has_its_numbers_and_whoever_runs_closest_to_it() {
    let instance = with_counted();
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    instance.workspace("idle", "free").unwrap();
    instance.set_plan("acme", "pro").unwrap();
    let key = key(&instance, &["read:a"]);
    for _ in 0..7 {
        assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    }
    let page = ada.get("/plans").text();
    assert!(page.contains("50,000") && page.contains("Unlimited"), "{page}");
    let closest = page.split("Pro: requests today").nth(1).expect("somebody is close to it");
    assert!(closest.contains("acme") && closest.contains("7 of 50,000"), "{closest}");
    assert!(!page.contains("Free: requests today"), "an idle workspace runs close to nothing");
    instance.advance("12h");
    let ada = signed_in(&instance, "ada@example.com");
    assert!(!ada.get("/plans").text().contains("requests today"), "it is another day");
}
