//! What a token is worth, and who may know.

use keystile::oauth::clients::Terms;

use super::{App, Lab, Tokens, assert_error};

#[test]
fn rfc7662_2_2_a_live_token_is_described() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let known = |token: &str, more: &[(&str, &str)]| {
        let fields: Vec<_> = [("token", token)].into_iter().chain(more.iter().copied()).collect();
        let answer = lab.form("/oauth/introspect", &app.with(&fields));
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
        answer.json()
    };
    let json = known(&tokens.access, &[]);
    assert_eq!(json["active"], true);
    assert_eq!(json["scope"], "read:notes");
    assert_eq!(json["client_id"], app.id.as_str());
    assert_eq!(json["aud"], "https://notes.example/mcp");
    assert_eq!(json["iss"], lab.issuer());
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["workspace"], "acme");
    assert!(json["sub"].as_str().unwrap().starts_with("user_"));
    assert_eq!(json["exp"].as_i64().unwrap() - json["iat"].as_i64().unwrap(), 3_600);
    // RFC 7662 §2.1: a hint that is wrong finds it all the same.
    for hint in ["refresh_token", "access_token", "nonsense"] {
        assert_eq!(known(&tokens.access, &[("token_type_hint", hint)])["active"], true);
        assert_eq!(known(&tokens.refresh, &[("token_type_hint", hint)])["active"], true);
    }
}

#[test]
fn rfc7662_2_2_everything_else_is_inactive_and_nothing_more() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.secret_app());
    let (tokens, late) = (lab.tokens(&app), lab.tokens(&app));
    let code = lab.code(&app, &[]);
    let inactive = serde_json::json!({ "active": false });
    let upper = tokens.access.to_uppercase();
    let spaced = format!("{} ", tokens.access);
    let known = |app: &App, token: &str| {
        lab.form("/oauth/introspect", &app.with(&[("token", token)])).json()
    };
    for token in ["x", &code, &upper, &spaced, &tokens.access[1..], app.secret.as_ref().unwrap()] {
        assert_eq!(known(&app, token), inactive, "{token}");
    }
    assert_eq!(known(&other, &tokens.access), inactive, "another client's");
    assert_eq!(known(&other, &tokens.refresh), inactive);
    lab.instance.advance("1h");
    assert_eq!(known(&app, &late.access), inactive, "expired");
    assert_eq!(known(&app, &late.refresh)["active"], true);
}

#[test]
fn rfc7662_2_1_whoever_asks_proves_who_they_are() {
    let lab = Lab::new();
    let (app, public) = (lab.secret_app(), lab.public_app());
    let tokens = lab.tokens(&public);
    let stranger = App { secret: None, ..app.clone() };
    for asker in [&public, &stranger] {
        let answer = lab.form("/oauth/introspect", &asker.with(&[("token", &tokens.access)]));
        assert_error(&answer, 401, "invalid_client");
    }
    let answer = lab.form("/oauth/introspect", &[("token", tokens.access.as_str())]);
    assert_error(&answer, 401, "invalid_client");
    assert_error(&lab.form("/oauth/introspect", &app.with(&[])), 400, "invalid_request");
    // A token is no proof of anything here.
    let request = lab.request("POST", "/oauth/introspect").header("Content-Type", super::FORM);
    let request = request.header("Authorization", format!("Bearer {}", tokens.access));
    let answer = lab.client().send(&request.body("token=x"));
    assert_error(&answer, 401, "invalid_client");
}

#[test]
fn rfc7662_4_the_api_itself_knows_of_every_access_token_for_it() {
    let lab = Lab::new();
    let api = |product: &str| {
        lab.made(Terms {
            name: "API".to_owned(),
            product: Some(product.to_owned()),
            redirect_uris: vec![super::CALLBACK.to_owned()],
            is_confidential: true,
            ..Terms::default()
        })
    };
    let (notes, shop, customer) = (api("notes"), api("shop"), lab.service(&[]));
    let tokens = lab.tokens(&lab.public_app());
    assert!(lab.is_active(&notes, &tokens.access));
    assert!(!lab.is_active(&notes, &tokens.refresh), "it never sees one");
    assert!(!lab.is_active(&shop, &tokens.access), "another product's");
    assert!(!lab.is_active(&customer, &tokens.access), "one that acts for a workspace");
}

#[test]
fn what_apps_may_no_longer_have_is_worth_nothing_here_as_at_the_gate() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let with = |scope: &str| {
        let code = lab.code(&app, &[("scope", scope)]);
        Tokens::of(&lab.redeem(&app, &code)).access
    };
    let (both, tags) = (with("read:notes read:tags"), with("read:tags"));
    lab.open_for_notes("read:notes");
    let known = lab.form("/oauth/introspect", &app.with(&[("token", &both)])).json();
    assert_eq!((&known["active"], &known["scope"]), (&true.into(), &"read:notes".into()));
    assert!(!lab.is_active(&app, &tags));
}
