//! From a code to tokens.

use super::{CALLBACK, Lab, Tokens, VERIFIER, assert_error, challenge};

#[test]
fn rfc6749_4_1_an_app_is_let_in_and_gets_tokens_for_what_it_was_given() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let code = lab.code(&app, &[("scope", "read:notes read:tags")]);
    assert!(code.starts_with("ks_ac_") && code.len() == 38, "{code}");
    let answer = lab.redeem(&app, &code);
    let json = answer.json();
    assert_eq!(answer.status, 200, "{json}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!((&json["token_type"], &json["expires_in"]), (&"Bearer".into(), &3600.into()));
    assert_eq!(json["scope"], "read:notes read:tags");
    let tokens = Tokens::of(&answer);
    assert!(tokens.access.starts_with("ks_at_") && tokens.refresh.starts_with("ks_rt_"));
    assert!(lab.is_active(&app, &tokens.access));
}

#[test]
fn rfc6749_4_1_2_a_code_is_used_once_and_one_that_comes_again_ends_what_it_gave() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let code = lab.code(&app, &[]);
    let tokens = Tokens::of(&lab.redeem(&app, &code));
    assert_error(&lab.redeem(&app, &code), 400, "invalid_grant");
    assert!(!lab.is_active(&app, &tokens.access));
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
}

#[test]
fn rfc6749_4_1_2_a_code_that_comes_again_with_something_wrong_ends_nothing() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.secret_app());
    let code = lab.code(&app, &[]);
    let tokens = Tokens::of(&lab.redeem(&app, &code));
    assert_error(&lab.redeem(&other, &code), 400, "invalid_grant");
    let wrong = "x".repeat(43);
    let sent = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", &wrong)];
    assert_error(&lab.form("/oauth/token", &app.with(&sent)), 400, "invalid_grant");
    assert!(lab.is_active(&app, &tokens.access));
}

#[test]
fn a_redemption_that_fails_does_not_consume_the_code() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.secret_app());
    let code = lab.code(&app, &[]);
    let with = |more: &[(&str, &str)]| {
        let fields = [("grant_type", "authorization_code"), ("code", &*code)];
        let fields: Vec<_> = fields.into_iter().chain(more.iter().copied()).collect();
        lab.form("/oauth/token", &app.with(&fields))
    };
    let (challenge, long) = (challenge(), "a".repeat(129));
    for (fields, code) in [
        // RFC 7636 §4.6, CVE-2023-48228 and CVE-2025-4144: a verifier that is left out is no verifier.
        (vec![], "invalid_grant"),
        (vec![("code_verifier", "")], "invalid_grant"),
        (vec![("code_verifier", "wrong")], "invalid_grant"),
        (vec![("code_verifier", challenge.as_str())], "invalid_grant"),
        (vec![("code_verifier", long.as_str())], "invalid_grant"),
        // RFC 6749 §4.1.3.
        (
            vec![("code_verifier", VERIFIER), ("redirect_uri", "https://app.example/cb")],
            "invalid_grant",
        ),
        // RFC 8707 §2.2.
        (vec![("code_verifier", VERIFIER), ("resource", "https://shop.example")], "invalid_target"),
        (
            vec![("code_verifier", VERIFIER), ("resource", "https://notes.example/v1")],
            "invalid_target",
        ),
        (vec![("code_verifier", VERIFIER), ("code_verifier", VERIFIER)], "invalid_request"),
    ] {
        assert_error(&with(&fields), 400, code);
    }
    // CVE-2026-16089, GHSA-xqxv-4jc2-x56x: a code is its own client's alone.
    assert_error(&lab.redeem(&other, &code), 400, "invalid_grant");
    let right = [
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
        ("resource", "https://notes.example/mcp"),
    ];
    assert_eq!(with(&right).status, 200);
}

#[test]
fn oauth21_4_1_2_a_code_lives_a_minute() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let (early, late) = (lab.code(&app, &[]), lab.code(&app, &[]));
    lab.instance.advance("59s");
    assert_eq!(lab.redeem(&app, &early).status, 200);
    lab.instance.advance("1s");
    assert_error(&lab.redeem(&app, &late), 400, "invalid_grant");
}

#[test]
fn no_kind_of_secret_passes_for_another() {
    // CVE-2026-4282.
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let secret = app.secret.clone().unwrap();
    for other in [&tokens.access, &tokens.refresh, &secret, "ks_ac_", "", "x"] {
        let fields =
            [("grant_type", "authorization_code"), ("code", other), ("code_verifier", VERIFIER)];
        let answer = lab.form("/oauth/token", &app.with(&fields));
        let code = if other.is_empty() { "invalid_request" } else { "invalid_grant" };
        assert_error(&answer, 400, code);
    }
    let code = lab.code(&app, &[]);
    for other in [&tokens.access, &code, &secret] {
        assert_error(&lab.refresh(&app, other), 400, "invalid_grant");
    }
    assert!(!lab.is_active(&app, &code) && !lab.is_active(&app, &secret));
    assert!(lab.is_active(&app, &tokens.access));
}

#[test]
fn a_client_that_registered_for_codes_alone_gets_no_refresh_token() {
    let lab = Lab::new();
    let said = serde_json::json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let answer = lab.json("POST", "/oauth/register", None, &said).json();
    let id = answer["client_id"].as_str().unwrap().to_owned();
    let app = super::App { id, secret: None };
    let given = lab.redeem(&app, &lab.code(&app, &[])).json();
    assert!(given.get("refresh_token").is_none(), "{given}");
    assert!(given["access_token"].is_string());
}
