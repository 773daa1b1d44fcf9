//! A plan's numbers, from the first request to the one too many.

use std::fs;

use super::{World, code, question_by, retry_after};
use crate::harness::{Instance, WORKSPACE, eventually};

#[test]
fn request_61_of_a_minute_is_refused_and_passes_when_it_is_told() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/one", 60), 60);
    let refused = world.ask(&key, "/one");
    assert_eq!(code(&refused), "rate_limited");
    assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
    let wait = retry_after(&refused);
    assert_eq!(wait, 61);
    world.instance.advance(&format!("{}s", wait - 1));
    assert_eq!(retry_after(&world.ask(&key, "/one")), 1, "never 0");
    world.instance.advance("1s");
    assert_eq!(world.code(&key, "/one"), "pass");
}

#[test]
fn a_wait_is_for_the_oldest_requests_alone() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 20);
    world.instance.advance("30s");
    world.passed(&key, "/one", 40);
    assert_eq!(retry_after(&world.ask(&key, "/one")), 31);
    world.instance.advance("31s");
    assert_eq!(world.passed(&key, "/one", 60), 20, "the others are still counted");
}

#[test]
fn request_1001_of_a_day_is_refused_until_midnight_utc() {
    let world = World::on("free");
    let key = world.key();
    for _ in 0..16 {
        assert_eq!(world.passed(&key, "/one", 60), 60);
        world.instance.advance("61s");
    }
    assert_eq!(world.passed(&key, "/one", 60), 40);
    let refused = world.ask(&key, "/one");
    assert_eq!(code(&refused), "quota_exceeded");
    // The clock began at noon.
    let wait = retry_after(&refused);
    assert_eq!(wait, 12 * 3_600 - 16 * 61);
    world.instance.advance(&format!("{}s", wait - 1));
    assert_eq!(world.code(&key, "/one"), "quota_exceeded");
    world.instance.advance("1s");
    assert_eq!(world.passed(&key, "/one", 61), 60);
}

#[test]
fn where_both_are_spent_it_is_the_quota() {
    let world = World::on("free");
    fs::write(
        config(&world.instance),
        "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n[plans.free]\n\
        per_minute = 5\nper_day = 5\n[plans.enterprise]\n",
    )
    .unwrap();
    let key = world.key();
    becomes(&world, 5);
    world.passed(&key, "/one", 5);
    assert_eq!(world.code(&key, "/one"), "quota_exceeded");
}

#[test]
fn what_is_refused_or_open_to_everybody_costs_nothing() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 59);
    for target in ["/nowhere", "/open", "//", "/one/"] {
        for _ in 0..5 {
            world.ask(&key, target);
        }
    }
    let put = question_by("PUT", "meter", &key, "/one");
    assert_eq!(code(&world.gate.send(&put)), "insufficient_scope");
    // `/one/` is `/one`, and took what was left once.
    assert_eq!(world.code(&key, "/one"), "rate_limited");
    world.instance.advance("61s");
    assert_eq!(world.passed(&key, "/one", 70), 60);
    for _ in 0..3 {
        assert_eq!(world.code(&key, "/one"), "rate_limited");
    }
    world.instance.advance("61s");
    assert_eq!(world.passed(&key, "/one", 70), 60, "what was refused was not counted");
}

#[test]
fn a_route_may_weigh_more_than_one() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/ten", 5), 5);
    assert_eq!(world.passed(&key, "/one", 5), 5);
    assert_eq!(world.code(&key, "/ten"), "rate_limited");
    assert_eq!(world.passed(&key, "/one", 6), 5, "what is lighter still fits");
}

#[test]
fn what_weighs_more_than_the_plan_allows_never_passes_and_is_not_told_to_wait() {
    let world = World::on("free");
    let refused = world.ask(&world.key(), "/seventy");
    assert_eq!(code(&refused), "rate_limited");
    assert_eq!(refused.header("retry-after"), None);
    assert!(refused.json()["error"].get("retry_after").is_none(), "{}", refused.text());
    assert_eq!(refused.header("x-keystile-status"), Some("429"));
}

#[test]
fn a_plan_that_is_changed_holds_for_the_next_request_and_counts_stay() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/one", 61), 60);
    world.instance.set_plan(WORKSPACE, "pro").unwrap();
    assert_eq!(world.passed(&key, "/one", 600), 540);
    world.instance.set_plan(WORKSPACE, "free").unwrap();
    assert_eq!(world.code(&key, "/one"), "rate_limited");
}

#[test]
fn settings_that_are_saved_hold_for_the_next_request_and_broken_ones_change_nothing() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 10);
    let settings = |plans: &str| {
        let text = format!(
            "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n{plans}[plans.enterprise]\n"
        );
        fs::write(config(&world.instance), text).unwrap();
    };
    settings("[plans.free]\nper_minute = 20\n");
    becomes(&world, 20);
    assert_eq!(world.passed(&key, "/one", 20), 10, "what was counted stays");
    settings("[plans.free]\nper_minute = 0\n");
    world.instance.reload_settings();
    assert_eq!(limit(&world), Some(20));
    settings("");
    world.instance.reload_settings();
    assert_eq!(limit(&world), Some(20), "a plan that is in use may not go");
    settings("[plans.free]\nper_minute = 15\n");
    becomes(&world, 15);
    assert_eq!(world.code(&key, "/one"), "rate_limited");
}

#[test]
fn to_explain_is_not_to_ask() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 58);
    let question = || keystile::http::control::Question {
        method: "GET".to_owned(),
        url: "/one".to_owned(),
        key: None,
        key_id: Some(key.id),
        product: Some("meter".to_owned()),
        ip: None,
        headers: Vec::new(),
    };
    for _ in 0..5 {
        let told = world.instance.explain(question()).unwrap();
        assert_eq!(told["verdict"], "allow");
        let said = told["steps"][12]["compared"].as_str().unwrap();
        assert!(said.contains("2 of 60 left in the minute"), "{said}");
    }
    assert_eq!(world.passed(&key, "/one", 5), 2);
    let told = world.instance.explain(question()).unwrap();
    assert_eq!((told["status"].as_u64(), told["code"].as_str()), (Some(429), Some("rate_limited")));
}

fn config(instance: &Instance) -> std::path::PathBuf {
    instance.folder().join("config.toml")
}

/// The limit of plan free's minute that is in force.
fn limit(world: &World) -> Option<u32> {
    world.instance.app.limiter.plans().get("free")?.per_minute
}

/// Waits until that is `per_minute`.
fn becomes(world: &World, per_minute: u32) {
    let is_there = || (limit(world) == Some(per_minute)).then_some(());
    assert!(eventually(500, is_there).is_some(), "the settings were not read again");
}
