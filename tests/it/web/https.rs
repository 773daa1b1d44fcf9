//! What differs where people come by TLS, which ends at the proxy in front.

use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::{Browser, Instance};

/// An instance that people reach at `https://keys.example`, and a browser there.
fn behind_tls() -> (Instance, Browser) {
    let public_url = "public_url = \"https://keys.example\"";
    let instance = Instance::start_configured("127.0.0.1:0", public_url, &Plugins::default());
    instance.person("ada@example.com", None).unwrap();
    let mut browser = instance.browser();
    "keys.example".clone_into(&mut browser.host);
    (instance, browser)
}

#[test]
fn cookies_are_bound_to_the_host_and_to_tls() {
    let (_instance, browser) = behind_tls();
    let answer = browser.sign_in("ada@example.com", PASSWORD);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-keystile="), "{cookie}");
    for term in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.split("; ").any(|it| it == term), "{term}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(browser.get("/console/account").status, 200);
    let answer = browser.post("/console/account/theme", &[("theme", "dark")]);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-keystile-theme=dark; Path=/"), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    // One that another host or a page without TLS could have set opens nothing.
    let pairs: Vec<_> = browser.cookies.borrow().clone().into_iter().collect();
    browser.cookies.borrow_mut().clear();
    for (name, value) in pairs {
        let name = name.trim_start_matches("__Host-").to_owned();
        browser.cookies.borrow_mut().insert(name, value);
    }
    assert_eq!(browser.get("/console/account").status, 303);
}

#[test]
fn every_answer_says_that_there_is_no_way_but_tls() {
    let (_instance, browser) = behind_tls();
    let alone = browser.request("GET", "/console/sign-in").header("X-Forwarded-Proto", "http");
    for answer in [
        browser.get("/console/sign-in"),
        browser.get("/console/account"),
        browser.get("/nothing"),
        browser.sign_in("ada@example.com", "wrong lantern harbour"),
        browser.send(&alone),
    ] {
        let said = answer.header("strict-transport-security").expect("on every answer");
        let seconds = said.split("max-age=").nth(1).and_then(|it| it.split(';').next());
        let seconds: u64 = seconds.unwrap().parse().unwrap();
        assert!(seconds >= 31_536_000, "{said}");
    }
}

#[test]
fn whoever_came_to_the_proxy_without_tls_is_sent_to_where_it_is() {
    let (_instance, browser) = behind_tls();
    for path in ["/console/sign-in?next=%2Fconsole", "/.well-known/oauth-authorization-server"] {
        let plain = browser.request("GET", path).header("X-Forwarded-Proto", "http");
        let answer = browser.send(&plain);
        let there = format!("https://keys.example{path}");
        assert_eq!((answer.status, answer.header("location")), (303, Some(there.as_str())));
        let by_tls = browser.request("GET", path).header("X-Forwarded-Proto", "https");
        assert_eq!(browser.send(&by_tls).status, 200, "{path}");
    }
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/console")];
    let form = browser.form("/console/sign-in", &fields).header("Sec-Fetch-Site", "same-origin");
    assert_eq!(browser.send(&form.header("X-Forwarded-Proto", "http")).status, 403);
    assert!(browser.session().is_none() && browser.cookies.borrow().is_empty());
}

#[test]
fn a_form_that_came_without_tls_is_another_sites() {
    let (_instance, browser) = behind_tls();
    browser.get("/console/sign-in");
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/console")];
    let form = browser.form("/console/sign-in", &fields).header("Origin", "http://keys.example");
    assert_eq!(browser.send(&form).status, 403);
    let form = browser.form("/console/sign-in", &fields).header("Origin", "https://keys.example");
    assert_eq!(browser.send(&form).status, 303);
}
