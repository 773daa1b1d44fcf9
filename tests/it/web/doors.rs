//! What is judged before any page: host, method, origin, form token, and who may.

use super::{is_in, signed_in, with_ada};
use crate::harness::Request;
use crate::harness::instance::PASSWORD;
use keystile::http::routes::ROUTES;
use keystile::http::web::{Verb, Who};

/// A path of a route, with something in each of its places.
fn path_of(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "something" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn whoever_is_not_signed_in_sees_no_page_but_those_for_anyone() {
    let instance = with_ada();
    let browser = instance.browser();
    for route in ROUTES.iter().filter(|route| route.who != Who::Anyone) {
        let path = path_of(route.path);
        match route.verb {
            Verb::Get => {
                let answer = browser.get(&path);
                assert_eq!(answer.status, 303, "{path}");
                assert!(
                    answer.header("location").unwrap().starts_with("/console/sign-in"),
                    "{path}"
                );
            }
            Verb::Post => assert_eq!(browser.post(&path, &[]).status, 400, "{path}"),
        }
    }
}

#[test]
fn a_form_from_another_site_changes_nothing() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    browser.get("/console/account");
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post) {
        let path = path_of(route.path);
        let form = || browser.form(&path, &[]);
        for (site, origin) in [
            (None, None),
            (Some("cross-site"), None),
            (Some("same-site"), None),
            (Some("none"), None),
            (Some("cross-site"), Some(format!("http://{}", browser.host))),
            (None, Some("http://evil.example".to_owned())),
            (None, Some("null".to_owned())),
            (None, Some(format!("https://{}", browser.host))),
        ] {
            let mut request = form();
            for (name, value) in [("Sec-Fetch-Site", site), ("Origin", origin.as_deref())] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            assert_eq!(browser.send(&request).status, 403, "{path} {site:?} {origin:?}");
        }
        let twice = form().header("Sec-Fetch-Site", "same-origin").header("Sec-Fetch-Site", "none");
        assert_eq!(browser.send(&twice).status, 403, "{path}");
    }
    assert!(is_in(&browser));
}

#[test]
fn an_older_browser_is_known_by_its_origin() {
    let instance = with_ada();
    let browser = instance.browser();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/console")];
    let request = browser
        .form("/console/sign-in", &fields)
        .header("Origin", format!("http://{}", browser.host));
    assert_eq!(browser.send(&request).status, 303);
}

#[test]
fn a_form_without_the_sessions_own_token_has_expired() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    let other = signed_in(&instance, "ada@example.com");
    let page = other.get("/console/account").text();
    let token =
        page.split(r#"name="form_token" value=""#).nth(1).unwrap().split('"').next().unwrap();
    for route in ROUTES.iter().filter(|it| it.verb == Verb::Post && it.who != Who::Anyone) {
        let path = path_of(route.path);
        for fields in [vec![], vec![("form_token", "")], vec![("form_token", token)]] {
            let answer = browser.post_as_it_is(&path, &fields);
            assert_eq!(answer.status, 400, "{path} {fields:?}");
            assert!(answer.text().contains("expired"), "{path}");
        }
    }
    assert!(is_in(&browser));
}

#[test]
fn another_host_is_not_ours_and_another_name_of_this_machine_is_sent_on() {
    let instance = with_ada();
    let browser = instance.browser();
    let asked = |method: &str, host: &str| {
        browser.send(&Request::new(method, "/console/sign-in?next=%2F").header("Host", host))
    };
    for host in ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1"] {
        let answer = asked("GET", host);
        let onward = format!("href=\"http://{}/console\"", browser.host);
        assert_eq!((answer.status, answer.text().contains(&onward)), (421, true), "{host}");
        assert_eq!(asked("POST", host).status, 421, "{host}");
    }
    let port = browser.host.rsplit_once(':').unwrap().1;
    for host in [format!("localhost:{port}"), "[::1]:9".to_owned(), "127.0.0.1".to_owned()] {
        let answer = asked("GET", &host);
        let there = format!("http://{}/console/sign-in?next=%2F", browser.host);
        assert_eq!((answer.status, answer.header("location")), (303, Some(there.as_str())));
        assert_eq!(asked("POST", &host).status, 421, "{host}");
    }
}

#[test]
fn a_method_that_no_page_has_is_refused() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = browser.send(&browser.request(method, "/console/account"));
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, POST")));
    }
    browser.get("/console/account");
    assert_eq!(browser.post("/console/account", &[]).status, 405, "a page without a form");
    assert_eq!(browser.get("/console/sign-out").status, 405, "a form without a page");
    let head = browser.send(&browser.request("HEAD", "/console/account"));
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn what_is_no_form_or_too_long_is_refused_unread() {
    let instance = with_ada();
    let browser = instance.browser();
    let sent = |media_type: &str, body: &str| {
        let request =
            browser.request("POST", "/console/sign-in").header("Content-Type", media_type);
        browser.send(&request.header("Sec-Fetch-Site", "same-origin").body(body)).status
    };
    assert_eq!(sent("application/json", "{}"), 400);
    assert_eq!(sent("text/plain", "email=a"), 400);
    let long = format!("email={}", "a".repeat(64 * 1024));
    assert_eq!(sent("application/x-www-form-urlencoded", &long), 413);
    assert_eq!(sent("application/x-www-form-urlencoded; charset=utf-8", "email=a"), 422);
}

#[test]
fn what_is_not_there_is_told_with_a_request_id() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for path in
        ["/nothing", "/console/account/", "//account", "/console/account/../account", "/%61ccount"]
    {
        let answer = browser.get(path);
        assert_eq!(answer.status, 404, "{path}");
        let id = answer.header("x-request-id").unwrap().to_owned();
        assert!(id.starts_with("req_") && answer.text().contains(&id));
    }
}
