//! What every answer says besides its page.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

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
        ("sign in", stranger.get("/console/sign-in")),
        ("sent on", stranger.get("/console/account")),
        ("not there", ada.get("/nothing")),
        ("account", ada.get("/console/account")),
        ("cross-site", stranger.send(&stranger.form("/console/sign-in", &[]))),
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
    let page = browser.get("/console/sign-in").text();
    let url = page.split("href=\"/console/assets/").nth(1).unwrap().split('"').next().unwrap();
    let answer = browser.get(&format!("/console/assets/{url}"));
    assert_eq!(answer.status, 200);
    holds_the_headers(&answer, url);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(browser.get("/console/assets/0000000000000000/keystile.css").status, 404);
}

#[test]
fn whoever_asks_for_the_head_alone_gets_it_alone() {
    let instance = with_ada();
    let mut connection = TcpStream::connect(instance.web).unwrap();
    let head = format!(
        "HEAD /console/sign-in HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        instance.web
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut told = String::new();
    connection.read_to_string(&mut told).unwrap();
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with("\r\n\r\n"), "{told}");
    assert_eq!(told.matches("\r\n\r\n").count(), 1, "{told}");
}
