//! The older style, for the one client that an operator lets do so: no PKCE, and a JSON body.

use keystile::oauth::clients::Terms;
use serde_json::json;

use super::{App, CALLBACK, Lab, allow, asked, assert_error, authorize_url, parameter, sent_to};

fn older(lab: &Lab) -> App {
    lab.made(Terms {
        name: "Old".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        is_confidential: true,
        is_oauth20: true,
        ..Terms::default()
    })
}

const NO_PKCE: [(&str, &str); 3] =
    [("code_challenge", ""), ("code_challenge_method", ""), ("resource", "")];

fn code(lab: &Lab, app: &App) -> String {
    let browser = lab.ada();
    let more: Vec<_> = NO_PKCE.into_iter().chain([("scope", "read:notes write:notes")]).collect();
    let page = asked(&browser, app, &more);
    parameter(&sent_to(&allow(&browser, &page, &[])), "code").unwrap()
}

#[test]
fn it_leaves_pkce_out_and_posts_json() {
    let lab = Lab::new();
    let app = older(&lab);
    let said = json!({
        "grant_type": "authorization_code",
        "client_id": app.id,
        "client_secret": app.secret,
        "code": code(&lab, &app),
        "redirect_uri": CALLBACK,
    });
    let answer = lab.json("POST", "/oauth/token", None, &said);
    let given = answer.json();
    assert_eq!(answer.status, 200, "{given}");
    assert!(given["access_token"].is_string() && given["refresh_token"].is_string());
    assert_eq!((&given["expires_in"], &given["token_type"]), (&3600.into(), &"Bearer".into()));
    let said = json!({
        "grant_type": "refresh_token",
        "client_id": app.id,
        "client_secret": app.secret,
        "refresh_token": given["refresh_token"],
    });
    assert_eq!(lab.json("POST", "/oauth/token", None, &said).status, 200);
}

#[test]
fn rfc6749_4_1_3_without_a_challenge_the_redirect_uri_is_named_again() {
    let lab = Lab::new();
    let app = older(&lab);
    let code = code(&lab, &app);
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "invalid_grant");
    // RFC 7636 §4.5: a verifier of nothing.
    let with_verifier: Vec<_> = fields
        .into_iter()
        .chain([("redirect_uri", CALLBACK), ("code_verifier", super::VERIFIER)])
        .collect();
    assert_error(&lab.form("/oauth/token", &app.with(&with_verifier)), 400, "invalid_request");
    let good: Vec<_> = fields.into_iter().chain([("redirect_uri", CALLBACK)]).collect();
    assert_eq!(lab.form("/oauth/token", &app.with(&good)).status, 200);
}

#[test]
fn a_challenge_that_was_sent_binds_it_too() {
    let lab = Lab::new();
    let app = older(&lab);
    let code = lab.code(&app, &[]);
    let fields =
        [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "invalid_grant");
    assert_eq!(lab.redeem(&app, &code).status, 200);
    let plain = [("code_challenge_method", "plain")];
    let url = sent_to(&lab.ada().get(&authorize_url(&app, &plain)));
    assert_eq!(parameter(&url, "error").as_deref(), Some("invalid_request"));
}

#[test]
fn nobody_else_may() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let url = sent_to(&lab.ada().get(&authorize_url(&app, &NO_PKCE)));
    assert_eq!(parameter(&url, "error").as_deref(), Some("invalid_request"));
    let said = json!({
        "grant_type": "authorization_code",
        "client_id": app.id,
        "client_secret": app.secret,
        "code": lab.code(&app, &[]),
        "code_verifier": super::VERIFIER,
    });
    assert_error(&lab.json("POST", "/oauth/token", None, &said), 400, "invalid_request");
    for nested in [json!([1]), json!({ "client_id": [app.id] }), json!("x")] {
        assert_error(&lab.json("POST", "/oauth/token", None, &nested), 400, "invalid_request");
    }
}
