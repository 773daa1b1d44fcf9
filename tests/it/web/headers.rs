//! What every answer says besides its page.

use super::{signed_in, with_ada};
use crate::harness::Answer;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn holds_the_headers(answer: &Answer, what: &str) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}");
    }
    assert!(answer.header("permissions-policy").is_some(), "{what}");
    assert!(answer.header("x-request-id").unwrap().starts_with("req_"), "{what}");
    assert!(answer.header("strict-transport-security").is_none(), "{what}: not without TLS");
}

#[test]
fn every_answer_has_the_headers_that_protect_it_and_no_page_is_kept() {
    let instance = with_ada();
    let (stranger, ada) = (instance.browser(), signed_in(&instance, "ada@example.com"));
    let answers = [
        ("sign in", stranger.get("/sign-in")),
        ("sent on", stranger.get("/account")),
        ("not there", ada.get("/nothing")),
        ("account", ada.get("/account")),
        ("cross-site", stranger.send(&stranger.form("/sign-in", &[]))),
        ("method", stranger.send(&stranger.request("PUT", "/"))),
        ("refused", stranger.sign_in("ada@example.com", "wrong")),
        ("throttled", stranger.sign_in("ada@example.com", "wrong")),
    ];
    for (what, answer) in &answers {
        holds_the_headers(answer, what);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
        let html = answer.text();
        assert!(!html.contains(" style=") && !html.contains("<script>"), "{what}");
    }
}

#[test]
fn a_file_is_kept_for_good_under_its_hash() {
    let instance = with_ada();
    let browser = instance.browser();
    let page = browser.get("/sign-in").text();
    let url = page.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap();
    let answer = browser.get(&format!("/assets/{url}"));
    assert_eq!(answer.status, 200);
    holds_the_headers(&answer, url);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(browser.get("/assets/0000000000000000/keystile.css").status, 404);
}
