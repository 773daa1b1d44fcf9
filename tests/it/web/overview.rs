//! The first page of an operator: numbers, what is unusual, the state of the instance, first steps.

use super::{signed_in, with_counted};
use crate::harness::key::Key;
use crate::harness::{Browser, Instance, Request};
use crate::usage::{ask, key, plain, question};

/// The number that stands by a label.
fn figure(page: &str, label: &str) -> String {
    let behind = page.split(&format!("<dt>{label}</dt><dd>")).nth(1).expect("the figure is shown");
    behind.split([' ', '<']).next().unwrap().to_owned()
}

fn overview(browser: &Browser) -> String {
    let answer = browser.get("/console");
    assert_eq!(answer.status, 200);
    answer.text()
}

/// A question from another address.
fn from(address: &str, mut request: Request) -> Request {
    request.headers.retain(|(name, _)| name != "X-Forwarded-For");
    request.header("X-Forwarded-For", address)
}

#[test]
fn a_new_instance_is_led_to_its_first_verified_request() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let page = overview(&ada);
    assert!(page.contains("First steps"), "{page}");
    assert!(
        page.contains("/console/workspaces/acme/keys/new")
            && page.contains("/console/products/counted/proxy")
    );
    let key = key(&instance, &["read:a"]);
    let page = overview(&ada);
    assert!(page.contains("First steps") && !page.contains("/console/workspaces/acme/keys/new"));
    assert_eq!(ask(&instance.client(), &plain("/a")), "missing_credential");
    let page = overview(&ada);
    assert!(page.contains("Somebody asked without a good key"), "it may be anybody: {page}");
    assert!(page.contains("from 203.0.113.9: <code>missing_credential"), "{page}");
    assert!(page.contains("If that was you: Send the key in the product"), "what to do: {page}");
    assert_eq!(ask(&instance.client(), &question(&key.secret, "/b")), "insufficient_scope");
    assert_eq!(ask(&instance.client(), &plain("/a")), "missing_credential");
    let page = overview(&ada);
    assert!(page.contains("The latest one with a key was refused"), "{page}");
    assert!(page.contains("Give the key the scope") && !page.contains("Somebody asked"), "{page}");
    assert!(page.contains("/console/products/counted/test") && !page.contains("Verified "));
    assert_eq!(ask(&instance.client(), &question(&key.secret, "/a")), "allowed");
    let page = overview(&ada);
    assert!(page.contains("First steps") && page.contains("Verified "), "{page}");
    assert!(page.contains(&format!("/console/workspaces/acme/keys/{}\">Test</a>", key.id)));
    assert!(!page.contains("was refused") && page.contains(">Done<"), "{page}");
}

/// An instance whose first request was verified, and that shows it.
fn at_the_goal() -> (Instance, Browser, Key) {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let key = key(&instance, &["read:a"]);
    assert_eq!(ask(&instance.client(), &question(&key.secret, "/a")), "allowed");
    assert!(overview(&ada).contains("First steps"));
    (instance, ada, key)
}

#[test]
fn the_first_steps_are_closed_by_an_operator_for_all_of_them() {
    let (instance, ada, _) = at_the_goal();
    assert_eq!(ada.post("/console/first-steps/close", &[]).status, 303);
    assert!(!overview(&ada).contains("First steps"));
    instance.person("eve@example.com", None).unwrap();
    let eve = signed_in(&instance, "eve@example.com");
    assert!(!overview(&eve).contains("First steps"));
    assert!(ada.get("/console/audit").text().contains("first_steps.close"));
    let early = with_counted();
    let ada = signed_in(&early, "ada@example.com");
    overview(&ada);
    ada.post("/console/first-steps/close", &[]);
    assert!(!overview(&ada).contains("First steps"), "whoever knows the way needs no steps");
}

#[test]
fn the_first_steps_go_by_themselves_once_a_key_is_in_use() {
    let (instance, _, first) = at_the_goal();
    instance.advance("25h");
    let ada = signed_in(&instance, "ada@example.com");
    assert!(!overview(&ada).contains("First steps"), "a day later");
    let (instance, ada, _) = at_the_goal();
    assert_ne!(first.id, key(&instance, &["read:b"]).id);
    let second = key(&instance, &["read:b"]);
    assert!(overview(&ada).contains("First steps"));
    assert_eq!(ask(&instance.client(), &question(&second.secret, "/b")), "allowed");
    assert!(!overview(&ada).contains("First steps"), "there is a second one");
}

#[test]
fn the_numbers_are_those_that_were_asked() {
    let instance = with_counted();
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    let key = key(&instance, &["read:a"]);
    for (path, expected) in
        [("/a", "allowed"), ("/a", "allowed"), ("/a", "allowed"), ("/b", "insufficient_scope")]
    {
        assert_eq!(ask(&client, &question(&key.secret, path)), expected);
    }
    assert_eq!(ask(&client, &plain("/a")), "missing_credential");
    instance.advance("60s");
    let page = overview(&ada);
    for (label, value) in
        [("Requests per minute", "5"), ("Allowed", "3"), ("Refused", "2"), ("Active keys", "1")]
    {
        assert_eq!(figure(&page, label), value, "{label}");
    }
    assert!(page.contains("insufficient_scope") && page.contains("missing_credential"));
    assert!(page.contains(env!("CARGO_PKG_VERSION")) && page.contains("KiB"), "{page}");
    instance.advance("2h");
    let ada = signed_in(&instance, "ada@example.com");
    assert_eq!(figure(&overview(&ada), "Allowed"), "0", "it is the last hour");
}

#[test]
fn what_differs_from_what_is_usual_is_told() {
    let instance = with_counted();
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    let key = key(&instance, &["read:a"]);
    assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    instance.write_counts().unwrap();
    assert!(overview(&ada).contains("Nothing. Shown here"));
    instance.advance("20h");
    let ada = signed_in(&instance, "ada@example.com");
    for _ in 0..120 {
        assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    }
    for _ in 0..60 {
        assert_eq!(ask(&client, &plain("/a")), "missing_credential");
    }
    let page = overview(&ada);
    assert!(page.contains("A sudden rise: 2760 times"), "{page}");
    assert!(
        page.contains("60 requests without a good key")
            && page.contains("/console/products/counted")
    );
    for _ in 0..121 {
        assert_eq!(ask(&client, &question(&key.secret, "/b")), "insufficient_scope");
    }
    assert!(overview(&ada).contains("121 refusals within an hour"));
}

#[test]
fn a_key_that_is_used_from_a_new_network_is_told_for_a_day() {
    let instance = with_counted();
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    let key = key(&instance, &["read:a"]);
    let used_from = |address| {
        assert_eq!(ask(&client, &from(address, question(&key.secret, "/a"))), "allowed");
        instance.write_counts().unwrap();
    };
    used_from("203.0.113.9");
    assert!(!overview(&ada).contains("Used from a new network"), "its first one is not new");
    instance.advance("25h");
    let ada = signed_in(&instance, "ada@example.com");
    used_from("203.0.113.77");
    assert!(!overview(&ada).contains("Used from a new network"), "it is the same");
    used_from("198.51.100.7");
    let page = overview(&ada);
    assert!(page.contains("Used from a new network: 198.51.100.0/24"), "{page}");
    assert!(page.contains(&format!("/console/workspaces/acme/keys/{}", key.id)));
    instance.advance("25h");
    let ada = signed_in(&instance, "ada@example.com");
    assert!(!overview(&ada).contains("Used from a new network"), "it is known by now");
}

#[test]
fn what_is_unusual_of_a_key_that_is_gone_is_left_out() {
    let instance = with_counted();
    let client = instance.client();
    let key = key(&instance, &["read:a"]);
    let used_from = |address| {
        assert_eq!(ask(&client, &from(address, question(&key.secret, "/a"))), "allowed");
        instance.write_counts().unwrap();
    };
    used_from("203.0.113.9");
    instance.advance("25h");
    used_from("198.51.100.7");
    let ada = signed_in(&instance, "ada@example.com");
    assert!(overview(&ada).contains("Used from a new network"));
    instance.damage(&["DELETE FROM keys".to_owned()]);
    let page = ada.get("/console");
    assert_eq!(page.status, 200, "the rest of the page stays");
    assert!(!page.text().contains("Used from a new network"));
}

#[test]
fn the_slowest_second_is_that_of_a_verdict_that_waited() {
    let instance = with_counted();
    let (ada, client) = (signed_in(&instance, "ada@example.com"), instance.client());
    let key = key(&instance, &["read:a"]);
    assert_eq!(figure(&overview(&ada), "Slowest second"), "None", "nobody has asked");
    // The clock stands still, so that the look-up takes no time.
    assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    let page = overview(&ada);
    assert!(page.contains("<dt>Slowest second</dt><dd>&lt; 1 ms <small>12:00:00 UTC"), "{page}");
    instance.advance("25m");
    assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    assert!(overview(&ada).contains("12:00:00 UTC"), "from memory nothing is timed");
    instance.advance("36m");
    let ada = signed_in(&instance, "ada@example.com");
    assert_eq!(figure(&overview(&ada), "Slowest second"), "None", "it is the last hour");
}
