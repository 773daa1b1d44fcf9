//! The token endpoint: what it takes, and how a client says who it is.

use serde_json::json;

use super::{App, FORM, Lab, VERIFIER, assert_error, query};
use crate::harness::Request;

const CODE: [(&str, &str); 2] = [("grant_type", "authorization_code"), ("code_verifier", VERIFIER)];

const UNSUPPORTED: &str = "unsupported_grant_type";

impl Lab {
    fn token(&self, fields: &[(&str, &str)]) -> Request {
        let body = query(fields);
        self.request("POST", "/oauth/token").header("Content-Type", FORM).body(&body)
    }
}

#[test]
fn oauth21_3_2_post_alone_and_a_form_alone() {
    let lab = Lab::new();
    for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD"] {
        let answer = lab.client().send(&lab.request(method, "/oauth/token"));
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    let app = lab.secret_app();
    let code = lab.code(&app, &[]);
    let fields = app.with(&[CODE[0], CODE[1], ("code", &code)]);
    // Nothing is read from the URL.
    let target = format!("/oauth/token?{}", query(&fields));
    let request = lab.request("POST", &target).header("Content-Type", FORM).body("");
    assert_error(&lab.client().send(&request), 401, "invalid_client");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        let body = query(&fields);
        let request = lab.request("POST", "/oauth/token").header("Content-Type", kind).body(&body);
        assert_error(&lab.client().send(&request), 400, "invalid_request");
    }
    let body = query(&fields);
    let kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    let request = lab.request("POST", "/oauth/token").header("Content-Type", kind).body(&body);
    assert_eq!(lab.client().send(&request).status, 200);
}

#[test]
fn rfc6749_3_2_what_is_unknown_is_ignored_and_nothing_stands_twice() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let code = lab.code(&app, &[]);
    let fields = app.with(&[CODE[0], CODE[1], ("code", &code), ("stranger", "1")]);
    for twice in ["grant_type", "code", "client_id", "client_secret", "stranger"] {
        let fields: Vec<_> = fields.iter().copied().chain([(twice, "x")]).collect();
        assert_error(&lab.form("/oauth/token", &fields), 400, "invalid_request");
    }
    assert_eq!(lab.form("/oauth/token", &fields).status, 200);
}

#[test]
fn rfc6749_2_3_1_a_secret_with_anything_behind_it_is_another() {
    let lab = Lab::new();
    let app = lab.service(&[]);
    let secret = app.secret.clone().unwrap();
    let with = |secret: String| {
        let app = App { secret: Some(secret), ..app.clone() };
        let request = lab.token(&[("grant_type", "client_credentials")]);
        lab.client().send(&request.header("Authorization", app.basic()))
    };
    for end in ["=x", "&x", "=", "&", "%", "%4", "%zz", "+", "%00"] {
        assert_error(&with(format!("{secret}{end}")), 401, "invalid_client");
    }
    assert_eq!(with(secret.replace("ks_", "%6bs%5F")).status, 200, "each half is form-encoded");
}

#[test]
fn rfc6749_5_2_each_mistake_has_its_code() {
    let lab = Lab::new();
    let (app, service) = (lab.secret_app(), lab.service(&[]));
    for (fields, code) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "")], "invalid_request"),
        (vec![("grant_type", "password")], UNSUPPORTED),
        (vec![("grant_type", "implicit")], UNSUPPORTED),
        // CVE-2026-79652: there is no way to a token that nobody has agreed to.
        (vec![("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")], UNSUPPORTED),
        (vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")], UNSUPPORTED),
        (vec![("grant_type", "urn:ietf:params:oauth:grant-type:device_code")], UNSUPPORTED),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "client_credentials")], "unauthorized_client"),
        (vec![("grant_type", "authorization_code"), ("code", "x")], "invalid_grant"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
    ] {
        assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, code);
    }
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let answer = lab.form("/oauth/token", &service.with(&fields));
    assert_error(&answer, 400, "unauthorized_client");
}

#[test]
fn rfc6749_2_3_a_client_proves_who_it_is_in_one_way() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.secret_app());
    let code = lab.code(&app, &[]);
    let fields = [CODE[0], CODE[1], ("code", code.as_str())];
    let with_basic = |header: &str, more: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().copied().chain(more.iter().copied()).collect();
        lab.client().send(&lab.token(&fields).header("Authorization", header))
    };
    let secret = app.secret.clone().unwrap();
    assert_error(&with_basic(&app.basic(), &[("client_secret", &secret)]), 400, "invalid_request");
    assert_error(&with_basic(&app.basic(), &[("client_id", &other.id)]), 400, "invalid_request");
    let wrong = App { secret: Some("ks_cs_wrong".to_owned()), ..app.clone() };
    let swapped = App { secret: other.secret.clone(), ..app.clone() };
    let nobody = App { secret: None, ..app.clone() };
    for bad in [wrong.basic(), swapped.basic(), nobody.basic(), "Basic x".into(), "Bearer x".into()]
    {
        let answer = with_basic(&bad, &[]);
        assert_error(&answer, 401, "invalid_client");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "), "{bad}");
    }
    assert_error(&lab.redeem(&wrong, &code), 401, "invalid_client");
    assert_error(&lab.redeem(&nobody, &code), 401, "invalid_client");
    // CVE-2026-16093, GHSA-3p3g-vpw6-4w66: an assertion proves nothing here.
    let assertion = [("client_id", app.id.as_str()), ("client_assertion", "x")];
    let all: Vec<_> = fields.iter().copied().chain(assertion).collect();
    assert_error(&lab.client().send(&lab.token(&all)), 401, "invalid_client");
    let twice = lab.token(&fields).header("Authorization", app.basic());
    let twice = twice.header("Authorization", app.basic());
    assert_error(&lab.client().send(&twice), 401, "invalid_client");
    let answer = with_basic(&app.basic().replace("Basic", "bAsIc"), &[("client_id", &app.id)]);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_public_client_has_no_secret_to_prove_anything_by() {
    let lab = Lab::new();
    let app = lab.public_app();
    let code = lab.code(&app, &[]);
    let liar = App { secret: Some("ks_cs_anything".to_owned()), ..app.clone() };
    assert_error(&lab.redeem(&liar, &code), 401, "invalid_client");
    assert_eq!(lab.redeem(&app, &code).status, 200);
}

#[test]
fn an_unknown_client_is_told_so_even_where_the_grant_is_bad() {
    let lab = Lab::new();
    let unknown = App { id: "client_00000000000000000000000000".to_owned(), secret: None };
    assert_error(&lab.redeem(&unknown, "ks_ac_nonsense"), 401, "invalid_client");
    assert_error(&lab.refresh(&unknown, "ks_rt_nonsense"), 401, "invalid_client");
    assert_error(&lab.form("/oauth/token", &[]), 401, "invalid_client");
}

#[test]
fn wrong_secrets_are_slowed_down_and_right_ones_never() {
    let lab = Lab::new();
    let app = lab.service(&[]);
    let wrong = App { secret: Some("ks_cs_wrong".to_owned()), ..app.clone() };
    let fields = [("grant_type", "client_credentials")];
    let tried = |app: &App| lab.form("/oauth/token", &app.with(&fields));
    let statuses: Vec<u16> = (0..62).map(|_| tried(&wrong).status).collect();
    assert_eq!((statuses[0], statuses[61]), (401, 429));
    assert!(tried(&wrong).header("retry-after").is_some());
    assert_eq!(tried(&app).status, 200);
}

#[test]
fn programs_in_a_browser_may_call_it_without_cookies() {
    let lab = Lab::new();
    let request = lab
        .request("OPTIONS", "/oauth/token")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST");
    let answer = lab.client().send(&request);
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = lab.form("/oauth/token", &[]);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let request = lab.request("OPTIONS", "/oauth/introspect");
    assert_eq!(lab.client().send(&request).status, 405);
}

#[test]
fn what_is_too_long_or_no_json_is_refused_and_not_read() {
    let lab = Lab::new();
    let long = "x".repeat(20_000);
    let answer = lab.form("/oauth/token", &[("client_id", &long)]);
    assert_error(&answer, 400, "invalid_request");
    let longer = "x".repeat(70_000);
    assert_eq!(lab.form("/oauth/token", &[("client_id", &longer)]).status, 413);
    let answer = lab.json("POST", "/oauth/register", None, &json!([1]));
    assert_error(&answer, 400, "invalid_client_metadata");
}
