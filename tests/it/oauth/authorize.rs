//! What an app asks for: who may ask, where the answer may go, and what may be asked.

use keystile::oauth::clients::Terms;

use super::{
    App, CALLBACK, Lab, allow, asked, authorize_url, challenge, parameter, sent_to, service_terms,
};
use crate::harness::Answer;
use crate::harness::instance::PASSWORD;

/// The code, state and issuer that an error was sent with.
fn error_sent(lab: &Lab, answer: &Answer) -> String {
    let url = sent_to(answer);
    assert!(url.starts_with("https://app.example/cb?x=1&error="), "{url}");
    assert_eq!(parameter(&url, "iss").as_deref(), Some(&*lab.issuer()), "RFC 9207 §2");
    assert!(parameter(&url, "code").is_none());
    assert!(!url.contains(&challenge()));
    parameter(&url, "error").unwrap()
}

#[test]
fn rfc6749_4_1_2_the_answer_has_code_state_and_issuer_and_keeps_the_query() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    let url = sent_to(&allow(&browser, &page, &[]));
    assert!(url.starts_with("https://app.example/cb?x=1&code=ks_ac_"), "{url}");
    assert_eq!(parameter(&url, "state").as_deref(), Some("st&te é"), "byte for byte");
    assert_eq!(parameter(&url, "iss").as_deref(), Some(&*lab.issuer()), "RFC 9207 §2");
    assert!(!url.contains(&challenge()), "OAuth 2.1 §4.1.2: the challenge is not shown");
}

#[test]
fn rfc6749_4_1_2_1_nobody_is_sent_to_where_it_is_not_known_to_be_the_clients() {
    // CVE-2026-41479, CVE-2026-44681, CVE-2025-4143: whatever else is wrong with the request.
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let evil = "https://evil.example/cb";
    let unknown = App { id: "client_00000000000000000000000000".to_owned(), secret: None };
    for (asker, more) in [
        (&app, vec![("redirect_uri", evil)]),
        (&app, vec![("redirect_uri", evil), ("response_type", "token")]),
        (&app, vec![("redirect_uri", evil), ("response_type", "")]),
        (&app, vec![("redirect_uri", evil), ("scope", "nonsense")]),
        (&app, vec![("redirect_uri", evil), ("code_challenge", "")]),
        (&app, vec![("redirect_uri", evil), ("prompt", "none")]),
        (&app, vec![("redirect_uri", CALLBACK), ("redirect_uri", evil)]),
        (&app, vec![("redirect_uri", CALLBACK), ("redirect_uri", CALLBACK)]),
        (&app, vec![("client_id", &app.id), ("client_id", &app.id)]),
        (&app, vec![("client_id", "")]),
        (&unknown, vec![]),
        (&unknown, vec![("redirect_uri", evil)]),
    ] {
        let answer = browser.get(&authorize_url(asker, &more));
        assert_eq!((answer.status, answer.header("location")), (400, None), "{more:?}");
        assert!(!answer.text().contains("evil.example"), "{more:?}");
    }
    let broken = browser.get(&format!("{}&x=%zz", authorize_url(&app, &[])));
    assert_eq!((broken.status, broken.header("location")), (400, None));
}

#[test]
fn oauth21_2_3_1_a_redirect_uri_is_compared_byte_for_byte() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    // CVE-2020-15234, CVE-2023-6927, CVE-2024-8883, CVE-2024-52289, CVE-2026-7504, CVE-2026-9689.
    for other in [
        "https://app.example/cb",
        "https://app.example/cb?x=1&y=2",
        "https://app.example/cb?x=1&",
        "https://appxexample/cb?x=1",
        "https://app.example.evil.example/cb?x=1",
        "https://a@b@evil.example/cb?x=1",
        "https://app.example%25@evil.example/cb?x=1",
        "https://evil.example/?u=https://app.example/cb?x=1",
        "http://127.0.0.1/cb?x=1",
        "https://app.example/cb?X=1",
        "https://app.example/cb/?x=1",
        "https://APP.example/cb?x=1",
        "https://app.example:443/cb?x=1",
        "https://app.example/%63b?x=1",
        "https://app.example/cb?x=1#f",
        "https://app.example@evil.example/cb?x=1",
        "https://evil.example\\@app.example/cb?x=1",
        "http://app.example/cb?x=1",
        "https://app.example/../cb?x=1",
    ] {
        let answer = browser.get(&authorize_url(&app, &[("redirect_uri", other)]));
        assert_eq!((answer.status, answer.header("location")), (400, None), "{other}");
    }
}

#[test]
fn rfc8252_7_3_on_loopback_any_port_will_do() {
    let lab = Lab::new();
    let app = lab.made(Terms {
        name: "Desk".to_owned(),
        redirect_uris: vec![
            "http://127.0.0.1/cb".to_owned(),
            "http://localhost:1/cb".to_owned(),
            "cursor://anysphere.cursor-mcp/oauth/callback".to_owned(),
        ],
        ..Terms::default()
    });
    let browser = lab.ada();
    for uri in [
        "http://127.0.0.1:33418/cb",
        "http://127.0.0.1/cb",
        "http://localhost:65535/cb",
        "cursor://anysphere.cursor-mcp/oauth/callback",
    ] {
        let page = asked(&browser, &app, &[("redirect_uri", uri)]);
        let url = sent_to(&allow(&browser, &page, &[]));
        assert!(url.starts_with(&format!("{uri}?code=")), "{url}");
    }
    // CVE-2023-6291: what begins like this machine is not it.
    for uri in [
        "http://127.0.0.2:1/cb",
        "http://127.0.0.1:1/other",
        "http://[::1]:1/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1:1@evil.example/cb",
        "http://127.0.0.1:1?@evil.example/cb",
        "https://127.0.0.1:1/cb",
    ] {
        let answer = browser.get(&authorize_url(&app, &[("redirect_uri", uri)]));
        assert_eq!((answer.status, answer.header("location")), (400, None), "{uri}");
    }
}

#[test]
fn oauth21_4_1_1_a_redirect_uri_may_be_left_out_where_there_is_one() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[("redirect_uri", "")]);
    let url = sent_to(&allow(&browser, &page, &[]));
    assert!(url.starts_with(CALLBACK), "{url}");
    let two = lab.made(Terms {
        name: "Two".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned(), "https://app.example/other".to_owned()],
        ..Terms::default()
    });
    assert_eq!(browser.get(&authorize_url(&two, &[("redirect_uri", "")])).status, 400);
}

#[test]
fn what_is_wrong_with_a_request_is_told_to_the_client() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let short = "a".repeat(42);
    for (more, code) in [
        // RFC 6749 §3.1.1 and §4.1.2.1.
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "code token")], "unsupported_response_type"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        // RFC 7636 §4.3 and §4.4.1; CVE-2024-23647.
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "s256")], "invalid_request"),
        (vec![("code_challenge", short.as_str())], "invalid_request"),
        // RFC 6749 §3.3.
        (vec![("scope", "read:nothing")], "invalid_scope"),
        (vec![("scope", "admin:all")], "invalid_scope"),
        (vec![("scope", "read:notes \"x\"")], "invalid_scope"),
        (vec![("scope", "read:stock")], "invalid_scope"),
        // RFC 8707 §2.
        (vec![("resource", "https://evil.example")], "invalid_target"),
        (vec![("resource", "https://notes.example/mcp#f")], "invalid_target"),
        (vec![("resource", "notes")], "invalid_target"),
        (
            vec![("resource", "https://notes.example/mcp"), ("resource", "https://shop.example")],
            "invalid_target",
        ),
        // RFC 6749 §3.1: nothing stands twice, known or not.
        (vec![("state", "a"), ("state", "b")], "invalid_request"),
        (vec![("scope", "read:notes"), ("scope", "read:tags")], "invalid_request"),
        (vec![("stranger", "a"), ("stranger", "b")], "invalid_request"),
    ] {
        let answer = browser.get(&authorize_url(&app, &more));
        assert_eq!(error_sent(&lab, &answer), code, "{more:?}");
    }
}

#[test]
fn rfc6749_4_1_2_1_a_client_that_gets_no_codes_is_told_that_it_may_not_ask() {
    let lab = Lab::new();
    let uris = vec![CALLBACK.to_owned()];
    let app = lab.made(Terms { redirect_uris: uris, ..service_terms(&[]) });
    let answer = lab.ada().get(&authorize_url(&app, &[]));
    assert_eq!(error_sent(&lab, &answer), "unauthorized_client");
}

#[test]
fn rfc6749_appendix_a_5_a_state_comes_back_whole_or_the_request_is_refused() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let (fits, long) = ("s".repeat(4 * 1024), "s".repeat(4 * 1024 + 1));
    let page = asked(&browser, &app, &[("state", &fits)]);
    let url = sent_to(&allow(&browser, &page, &[]));
    assert_eq!(parameter(&url, "state").as_deref(), Some(&*fits));
    let answer = browser.get(&authorize_url(&app, &[("state", &long)]));
    assert_eq!(error_sent(&lab, &answer), "invalid_request");
}

#[test]
fn oauth21_7_3_1_a_request_that_nobody_is_to_see_is_shown_all_the_same() {
    // OpenID Connect's `prompt=none` would answer, or refuse, before anybody has looked.
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[("prompt", "none")]);
    assert_eq!(browser.get(&page).status, 200);
}

#[test]
fn what_a_request_says_is_never_part_of_a_page_as_it_is() {
    // CVE-2018-1260, CVE-2019-8400.
    let lab = Lab::new();
    let said = serde_json::json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let (app, ..) = lab.registered(&said);
    let browser = lab.ada();
    let script = "<script>alert(1)</script>";
    for more in [
        vec![("scope", script)],
        vec![("response_type", script)],
        vec![("state", script), ("response_type", "token")],
        vec![("error_hint", script), ("error_description", script), ("scope", "read:nothing")],
        vec![("resource", script)],
        vec![("client_id", script)],
        vec![("redirect_uri", script)],
        vec![("redirect_uri", "javascript:alert(1)")],
    ] {
        let answer = browser.get(&authorize_url(&app, &more));
        assert_eq!(answer.status, 400, "{more:?}");
        let text = answer.text();
        assert!(!text.contains(script) && !text.contains("\"javascript:"), "{more:?}: {text}");
    }
}

#[test]
fn rfc6749_3_1_what_nobody_knows_is_ignored_and_what_is_empty_is_left_out() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let url = format!("{}&stranger=1&scope=&prompt=", authorize_url(&app, &[]));
    assert_eq!(browser.get(&url).status, 303);
    // RFC 9101: what another server says is never fetched.
    let url = format!("{url}&request_uri=https%3A%2F%2Fevil.example%2Fr");
    assert_eq!(browser.get(&url).status, 303);
}

#[test]
fn rfc8707_2_resources_of_one_product_may_be_named_together() {
    let lab = Lab::new();
    let (app, browser) = (lab.secret_app(), lab.ada());
    let both =
        [("resource", "https://notes.example/mcp"), ("resource", "https://notes.example/v1")];
    let page = asked(&browser, &app, &both);
    let code = parameter(&sent_to(&allow(&browser, &page, &[])), "code").unwrap();
    let token = super::Tokens::of(&lab.redeem(&app, &code)).access;
    let known = lab.form("/oauth/introspect", &app.with(&[("token", &token)])).json();
    let expected = serde_json::json!(["https://notes.example/mcp", "https://notes.example/v1"]);
    assert_eq!(known["aud"], expected);
}

#[test]
fn without_a_resource_the_product_is_the_one_that_has_the_scopes() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let none = ("resource", "");
    let page = asked(&browser, &app, &[none, ("scope", "read:notes")]);
    assert!(browser.get(&page).text().contains("Notes"));
    let answer = browser.get(&authorize_url(&app, &[none]));
    assert_eq!(error_sent(&lab, &answer), "invalid_target", "two products could be meant");
    let bound = lab.made(Terms {
        name: "Bound".to_owned(),
        product: Some("notes".to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        ..Terms::default()
    });
    let page = asked(&browser, &bound, &[none]);
    assert!(browser.get(&page).text().contains("Notes"));
    let answer = browser.get(&authorize_url(&bound, &[("resource", "https://shop.example")]));
    assert_eq!(error_sent(&lab, &answer), "invalid_target");
}

#[test]
fn oauth21_7_12_2_an_app_that_nobody_vouches_for_sends_nobody_anywhere_by_an_error() {
    let lab = Lab::new();
    let said = serde_json::json!({
        "client_name": "<b>Evil</b>",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let answer = lab.json("POST", "/oauth/register", None, &said).json();
    let app = App { id: answer["client_id"].as_str().unwrap().to_owned(), secret: None };
    for browser in [lab.instance.browser(), lab.ada()] {
        let answer = browser.get(&authorize_url(&app, &[("response_type", "token")]));
        assert_eq!((answer.status, answer.header("location")), (400, None));
        let text = answer.text();
        assert!(text.contains("app.example") && text.contains("&lt;b&gt;Evil&lt;/b&gt;"), "{text}");
        let link = "https://app.example/cb?x=1&amp;error=unsupported_response_type";
        assert!(text.contains(link), "somebody may go there by their own decision");
    }
}

#[test]
fn somebody_who_is_not_signed_in_signs_in_on_the_way() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.instance.browser());
    let page = asked(&browser, &app, &[]);
    let to_sign_in = browser.get(&page);
    assert_eq!(to_sign_in.status, 303);
    let sign_in = to_sign_in.header("location").unwrap();
    let shown = browser.get(sign_in);
    for answer in [&to_sign_in, &shown] {
        let policy = answer.header("cross-origin-opener-policy");
        assert_eq!(policy, Some("unsafe-none"), "the app may have opened a window for it");
    }
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", page.as_str())];
    let answer = browser.post("/console/sign-in", &fields);
    assert_eq!(answer.header("location"), Some(page.as_str()));
    assert_eq!(answer.header("cross-origin-opener-policy"), Some("unsafe-none"));
    assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
    let elsewhere = browser.get("/console/account");
    assert_eq!(elsewhere.header("cross-origin-opener-policy"), Some("same-origin"));
}

#[test]
fn no_page_for_people_may_be_read_by_another_site() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let request = browser.request("GET", &authorize_url(&app, &[]));
    let answer = browser.send(&request.header("Origin", "https://evil.example"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn requests_from_one_place_are_bounded() {
    let lab = Lab::new();
    let app = lab.public_app();
    let browser = lab.instance.browser().at("192.0.2.7");
    let url = authorize_url(&app, &[]);
    let first = browser.get(&url).header("location").unwrap().to_owned();
    lab.instance.advance("1s");
    for _ in 0..60 {
        assert_eq!(browser.get(&url).status, 303);
    }
    assert_eq!(lab.ada().get(&first).status, 404, "the oldest makes room");
    let statuses: Vec<u16> = (0..60).map(|_| browser.get(&url).status).collect();
    assert_eq!(statuses.last(), Some(&429));
    lab.instance.advance("60s");
    assert_eq!(browser.get(&url).status, 303);
}
