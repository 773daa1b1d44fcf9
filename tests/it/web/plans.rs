//! The plans, with who is on them and how close they run.

use super::{signed_in, with_ada_and, with_counted};
use crate::harness::instance::Plugins;
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
    let page = ada.get("/console/plans").text();
    assert!(page.contains("50,000") && page.contains("Unlimited"), "{page}");
    let closest = page.split("Pro: requests today").nth(1).expect("somebody is close to it");
    assert!(closest.contains("acme") && closest.contains("7 of 50,000"), "{closest}");
    assert!(!page.contains("Free: requests today"), "an idle workspace runs close to nothing");
    instance.advance("12h");
    let ada = signed_in(&instance, "ada@example.com");
    assert!(!ada.get("/console/plans").text().contains("requests today"), "it is another day");
}

#[test]
fn numbers_of_a_product_and_of_a_key_type_are_those_that_hold() {
    let product = crate::usage::PRODUCT.to_owned() + "\n[plans.pro]\nper_day = 40\nmax_keys = 9\n";
    let instance = with_ada_and(&Plugins::default().and("counted", &product));
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    instance.set_plan("acme", "pro").unwrap();
    let key = key(&instance, &["read:a"]);
    for _ in 0..3 {
        assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    }
    let page = ada.get("/console/plans").text();
    let (_, own) = page.split_once("Products with numbers of their own").expect("they are listed");
    assert!(own.contains("Counted") && own.contains(">40<") && own.contains(">9<"), "{own}");
    assert!(own.contains("The plan&#39;s") || own.contains("The plan's"), "{own}");
    let closest = page.split("Pro: requests today").nth(1).expect("somebody is close to it");
    assert!(closest.contains("acme, Counted") && closest.contains("3 of 40"), "{closest}");
}
