//! Clients that register themselves, and manage what they have said.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::{App, CALLBACK, Lab, Tokens, allow, asked, assert_error, sent_to};
use crate::harness::Answer;

fn said() -> Value {
    json!({
        "client_name": "Agent",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "read:notes openid",
        "stranger": { "x": 1 },
        "client_id": "client_of_my_choice",
        "client_secret": "of my choice",
    })
}

impl Lab {
    pub(super) fn register(&self, said: &Value) -> Answer {
        self.json("POST", "/oauth/register", None, said)
    }

    /// A client that has registered: itself, and the path and token by which it manages that.
    pub(super) fn registered(&self, said: &Value) -> (App, String, String) {
        let answer = self.register(said);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let json = answer.json();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let path = text("registration_client_uri").unwrap();
        let path = path.strip_prefix(&self.issuer()).unwrap().to_owned();
        let app = App { id: text("client_id").unwrap(), secret: text("client_secret") };
        (app, path, text("registration_access_token").unwrap())
    }
}

#[test]
fn rfc7591_3_2_1_what_is_registered_is_shown_with_what_we_chose() {
    let lab = Lab::new();
    let answer = lab.register(&said());
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    assert!(json["client_id"].as_str().unwrap().starts_with("client_0"));
    assert!(json["client_secret"].as_str().unwrap().starts_with("ks_cs_"));
    assert_eq!(json["client_secret_expires_at"], 0);
    assert_eq!(json["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(json["scope"], "read:notes", "what nobody knows is left out");
    assert_eq!(json["redirect_uris"], json!([CALLBACK]));
    assert!(json["client_id_issued_at"].is_i64() && json.get("stranger").is_none());
    assert!(!json.as_object().unwrap().values().any(Value::is_null));
    let public = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
    let json = lab.register(&public).json();
    assert!(json.get("client_secret").is_none() && json.get("client_secret_expires_at").is_none());
    assert!(json.get("scope").is_none());
}

#[test]
fn a_client_that_registered_is_let_in_and_asks_for_more_later() {
    let lab = Lab::new();
    let (app, ..) = lab.registered(&said());
    let given = lab.redeem(&app, &lab.code(&app, &[("scope", "read:notes write:notes")]));
    assert_eq!(given.json()["scope"], "read:notes write:notes", "a scope is no bound");
}

#[test]
fn rfc7591_3_2_2_what_nobody_may_register_is_refused() {
    // CVE-2020-26938, CVE-2024-21637, GHSA-pf93-j98v-25pv: no scheme that runs as a script.
    let lab = Lab::new();
    for (name, value, code) in [
        ("redirect_uris", json!(["https://app.example/cb", "javascript:alert(1)"]), "uri"),
        ("redirect_uris", json!(["data:text/html,x"]), "uri"),
        ("redirect_uris", json!(["http://app.example/"]), "uri"),
        ("redirect_uris", json!(["https://*.app.example/"]), "uri"),
        ("redirect_uris", json!(["https://a@evil.example/"]), "uri"),
        ("redirect_uris", json!([]), "uri"),
        ("grant_types", json!(["client_credentials"]), "metadata"),
        ("grant_types", json!(["authorization_code", "client_credentials"]), "metadata"),
        ("token_endpoint_auth_method", json!("private_key_jwt"), "metadata"),
    ] {
        lab.instance.advance("10s");
        let mut said = said();
        said[name] = value.clone();
        let code = match code {
            "uri" => "invalid_redirect_uri",
            _ => "invalid_client_metadata",
        };
        assert_error(&lab.register(&said), 400, code);
    }
    let long = json!({ "redirect_uris": [CALLBACK], "x": "x".repeat(17_000) });
    assert_error(&lab.register(&long), 400, "invalid_client_metadata");
}

#[test]
fn rfc7591_5_nothing_is_fetched_that_a_client_names() {
    // CVE-2020-10770, CVE-2021-26715, GHSA-fmfg-9g7c-3vq7.
    let lab = Lab::new();
    let somewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    somewhere.set_nonblocking(true).unwrap();
    let url = format!("http://{}/x", somewhere.local_addr().unwrap());
    let mut said = said();
    for name in ["logo_uri", "client_uri", "tos_uri", "policy_uri", "jwks_uri"] {
        said[name] = url.as_str().into();
    }
    let (app, ..) = lab.registered(&said);
    let more = [("request_uri", url.as_str()), ("request", "e30.e30.")];
    let (page, browser) = (asked(&lab.ada(), &app, &more), lab.ada());
    let text = browser.get(&page).text();
    assert!(!text.contains("<img"), "{text}");
    assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
    assert!(somewhere.accept().is_err(), "somebody came");
}

#[test]
fn registrations_are_limited_by_address() {
    let lab = Lab::new();
    let statuses: Vec<u16> = (0..11).map(|_| lab.register(&said()).status).collect();
    assert_eq!((statuses[9], statuses[10]), (201, 429));
    lab.instance.advance("60s");
    assert_eq!(lab.register(&said()).status, 201);
}

#[test]
fn a_client_that_never_got_a_token_is_swept_and_one_that_did_stays() {
    let lab = Lab::new();
    let (used, ..) = lab.registered(&said());
    let (unused, ..) = lab.registered(&said());
    lab.tokens(&used);
    lab.instance.advance("30d");
    lab.instance.advance("1s");
    lab.instance.sweep();
    assert_error(&lab.redeem(&unused, "ks_ac_x"), 401, "invalid_client");
    assert_error(&lab.redeem(&used, "ks_ac_x"), 400, "invalid_grant");
}

#[test]
fn rfc7592_2_a_client_manages_what_it_has_said() {
    let lab = Lab::new();
    let (app, path, token) = lab.registered(&said());
    let shown = lab.json("GET", &path, Some(&token), &json!({})).json();
    assert_eq!(
        (&shown["client_id"], &shown["client_name"]),
        (&app.id.clone().into(), &"Agent".into())
    );
    assert_eq!(shown["registration_access_token"], token);
    assert!(shown.get("client_secret").is_none(), "it is kept as a hash");
    let changed = json!({
        "client_id": app.id,
        "client_name": "Agent 2",
        "redirect_uris": ["https://app.example/new"],
    });
    let answer = lab.json("PUT", &path, Some(&token), &changed);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["redirect_uris"], json!(["https://app.example/new"]));
    let browser = lab.ada();
    assert_eq!(browser.get(&super::authorize_url(&app, &[])).status, 400, "the old one is gone");
    assert_eq!(lab.json("PATCH", &path, Some(&token), &changed).status, 405);
}

#[test]
fn rfc7592_2_2_a_change_passes_the_rules_of_a_registration() {
    // CVE-2026-15572.
    let lab = Lab::new();
    let (app, path, token) = lab.registered(&said());
    let with = |name: &str, value: Value| {
        let mut said = json!({ "client_id": app.id, "redirect_uris": [CALLBACK] });
        said[name] = value;
        lab.json("PUT", &path, Some(&token), &said)
    };
    assert_error(&with("client_id", "client_x".into()), 400, "invalid_request");
    assert_error(&with("client_id", Value::Null), 400, "invalid_request");
    for ours in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        assert_error(&with(ours, "x".into()), 400, "invalid_request");
    }
    assert_error(&with("client_secret", "of my choice".into()), 400, "invalid_request");
    let uris = json!(["javascript:alert(1)"]);
    assert_error(&with("redirect_uris", uris), 400, "invalid_redirect_uri");
    let grants = json!(["client_credentials"]);
    assert_error(&with("grant_types", grants), 400, "invalid_client_metadata");
    let own = app.secret.clone().unwrap();
    assert_eq!(with("client_secret", own.into()).status, 200, "its own it may name");
}

#[test]
fn rfc7592_2_only_its_own_token_opens_a_registration() {
    let lab = Lab::new();
    let (app, path, token) = lab.registered(&said());
    let (other, _, others_token) = lab.registered(&said());
    let access = lab.tokens(&other).access;
    let secret = app.secret.clone().unwrap();
    for method in ["GET", "PUT", "DELETE"] {
        for bad in [None, Some("x"), Some(&*others_token), Some(&*access), Some(&*secret)] {
            let answer = lab.json(method, &path, bad, &json!({ "client_id": app.id }));
            assert_error(&answer, 401, "invalid_token");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
    let elsewhere = "/oauth/register/client_00000000000000000000000000";
    assert_error(&lab.json("GET", elsewhere, Some(&token), &json!({})), 401, "invalid_token");
}

#[test]
fn rfc7592_2_3_a_client_that_goes_takes_everything_with_it() {
    let lab = Lab::new();
    let api = lab.made(keystile::oauth::clients::Terms {
        name: "API".to_owned(),
        product: Some("notes".to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        is_confidential: true,
        ..Default::default()
    });
    let (app, path, token) = lab.registered(&said());
    let (tokens, code) = (lab.tokens(&app), lab.code(&app, &[]));
    assert!(lab.is_active(&api, &tokens.access));
    let answer = lab.json("DELETE", &path, Some(&token), &json!({}));
    assert_eq!((answer.status, answer.text().as_str()), (204, ""));
    assert!(!lab.is_active(&api, &tokens.access));
    assert_error(&lab.redeem(&app, &code), 401, "invalid_client");
    assert_error(&lab.refresh(&app, &tokens.refresh), 401, "invalid_client");
    assert_error(&lab.json("GET", &path, Some(&token), &json!({})), 401, "invalid_token");
}

#[test]
fn rfc7591_1_2_where_a_token_is_needed_it_is_an_operators() {
    let lab = Lab::new();
    lab.set("registration = \"token\"");
    assert_error(&lab.register(&said()), 401, "invalid_token");
    let token = lab.initial_token().unwrap();
    let with = |token: &str| lab.json("POST", "/oauth/register", Some(token), &said());
    assert_error(&with("x"), 401, "invalid_token");
    assert_eq!(with(&token).status, 201);
    lab.instance.advance("1d");
    assert_error(&with(&token), 401, "invalid_token");
}

#[test]
fn where_nobody_may_register_nobody_registers_another_address() {
    let lab = Lab::new();
    let (app, path, token) = lab.registered(&said());
    lab.set("registration = \"off\"");
    let with = |uris: Value| {
        let said = json!({ "client_id": app.id, "redirect_uris": uris });
        lab.json("PUT", &path, Some(&token), &said)
    };
    let new = with(json!([CALLBACK, "https://evil.example/cb"]));
    assert_error(&new, 403, "access_denied");
    assert_eq!(with(json!([CALLBACK])).status, 200);
}

#[test]
fn wrong_tokens_and_changes_of_a_registration_are_limited_by_address() {
    let lab = Lab::new();
    let (app, path, token) = lab.registered(&said());
    lab.instance.advance("60s");
    for method in ["GET", "PUT", "DELETE"] {
        let wrong = || lab.json(method, &path, Some("ks_rg_x"), &json!({})).status;
        let statuses: Vec<u16> = (0..61).map(|_| wrong()).collect();
        assert_eq!((statuses[59], statuses[60]), (401, 429), "{method}");
        assert_eq!(lab.json("GET", &path, Some(&token), &json!({})).status, 200, "a right one");
        lab.instance.advance("60s");
    }
    let said = json!({ "client_id": app.id, "redirect_uris": [CALLBACK] });
    let changed = || lab.json("PUT", &path, Some(&token), &said).status;
    let statuses: Vec<u16> = (0..11).map(|_| changed()).collect();
    assert_eq!((statuses[9], statuses[10]), (200, 429));
}

#[test]
fn clients_that_nobody_lets_do_anything_make_room_when_they_have_been_idle() {
    let lab = Lab::new();
    let (live, ..) = lab.registered(&said());
    let tokens = lab.tokens(&live);
    // As many as there may be, each with a token that is long over.
    lab.fill_clients(9_999);
    lab.instance.advance("29d");
    assert_error(&lab.register(&said()), 503, "temporarily_unavailable");
    let renewed = Tokens::of(&lab.refresh(&live, &tokens.refresh));
    lab.instance.advance("2d");
    assert_eq!(lab.register(&said()).status, 201);
    assert_eq!(lab.rows("oauth_clients"), 10_000);
    assert_eq!(lab.refresh(&live, &renewed.refresh).status, 200, "it is in use");
}

#[test]
fn a_client_of_its_own_making_never_acts_by_itself() {
    // CVE-2026-44476.
    let lab = Lab::new();
    let (app, ..) = lab.registered(&said());
    let fields = [("grant_type", "client_credentials"), ("scope", "read:notes")];
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "unauthorized_client");
}
