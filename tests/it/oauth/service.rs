//! Clients that act by themselves.

use keystile::oauth::clients::{Changes, GrantType, Maker, Terms};

use super::{App, Lab, Tokens, actor, assert_error, service_terms};
use crate::harness::Answer;

impl Lab {
    /// What an app is answered that asks for itself.
    pub(super) fn itself(&self, app: &App, more: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = [("grant_type", "client_credentials")]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        self.form("/oauth/token", &app.with(&fields))
    }
}

#[test]
fn rfc6749_4_4_a_service_gets_a_token_for_itself_and_none_to_renew_it() {
    let lab = Lab::new();
    let app = lab.service(&["read:notes", "read:tags"]);
    let answer = lab.itself(&app, &[]);
    assert!(answer.json().get("refresh_token").is_none(), "RFC 6749 §4.4.3");
    let token = Tokens::of(&answer);
    assert_eq!(token.scope, "read:notes read:tags");
    let known = lab.form("/oauth/introspect", &app.with(&[("token", &token.access)])).json();
    assert_eq!(known["sub"], app.id.as_str(), "OAuth 2.1 §7.4: it is nobody's but its own");
    let narrow = Tokens::of(&lab.itself(&app, &[("scope", "read:tags")]));
    assert_eq!(narrow.scope, "read:tags");
    assert!(lab.is_active(&app, &token.access) && lab.is_active(&app, &narrow.access));
}

#[test]
fn a_service_gets_no_more_than_it_was_made_for() {
    let lab = Lab::new();
    let app = lab.service(&["read:notes"]);
    assert_error(&lab.itself(&app, &[("scope", "write:notes")]), 400, "invalid_scope");
    assert_error(&lab.itself(&app, &[("scope", "admin:all")]), 400, "invalid_scope");
    let shop = [("resource", "https://shop.example")];
    assert_error(&lab.itself(&app, &shop), 400, "invalid_target");
    let stranger = App { secret: None, ..app.clone() };
    assert_error(&lab.itself(&stranger, &[]), 401, "invalid_client");
    let shop = lab.made(Terms {
        name: "Shop".to_owned(),
        product: Some("shop".to_owned()),
        is_confidential: true,
        grant_types: vec![GrantType::ClientCredentials],
        workspace: Some("acme".to_owned()),
        ..Terms::default()
    });
    assert_error(&lab.itself(&shop, &[]), 400, "unauthorized_client");
}

#[test]
fn a_service_for_which_nobody_names_scopes_has_the_defaults_of_its_product() {
    let lab = Lab::new();
    let app = lab.service(&[]);
    assert_eq!(Tokens::of(&lab.itself(&app, &[])).scope, "read:notes");
    let beyond = lab.itself(&app, &[("scope", "write:notes")]);
    assert_error(&beyond, 400, "invalid_scope");
    // Without a product it has those of all, and no more of any.
    let terms = Terms {
        name: "Nightly".to_owned(),
        is_confidential: true,
        grant_types: vec![GrantType::ClientCredentials],
        workspace: Some("acme".to_owned()),
        ..Terms::default()
    };
    let app = lab.made(terms);
    let notes = [("resource", "https://notes.example/mcp")];
    assert_eq!(Tokens::of(&lab.itself(&app, &notes)).scope, "read:notes");
    let beyond = lab.itself(&app, &[notes[0], ("scope", "write:notes")]);
    assert_error(&beyond, 400, "invalid_scope");
}

#[test]
fn the_scopes_of_a_service_are_changed_and_never_taken_away() {
    let lab = Lab::new();
    let app = lab.service(&["read:notes"]);
    let id = app.id.parse().unwrap();
    let to = |scopes: &[&str]| {
        let scopes = Some(scopes.iter().map(ToString::to_string).collect());
        let changes = Changes { scopes, ..Changes::default() };
        lab.with_clients(|clients| clients.update(&actor(), &id, changes))
    };
    let first = Tokens::of(&lab.itself(&app, &[])).access;
    assert_eq!(lab.at_gate(&first), 200);
    assert!(to(&[]).is_err(), "none would mean all");
    assert_eq!(to(&["read:tags", "read:notes"]).unwrap().scopes, ["read:notes", "read:tags"]);
    assert_eq!(lab.at_gate(&first), 200, "what it has is not more than it may have");
    assert_eq!(to(&["read:tags"]).unwrap().scopes, ["read:tags"]);
    assert_eq!(lab.at_gate(&first), 401, "what is taken away is lost at once");
    assert!(!lab.is_active(&app, &first));
    assert_eq!(Tokens::of(&lab.itself(&app, &[])).scope, "read:tags");
}

#[test]
fn tokens_for_different_scopes_of_a_service_live_side_by_side() {
    let lab = Lab::new();
    let app = lab.service(&["read:notes", "read:tags"]);
    let [notes, tags] = ["read:notes", "read:tags"]
        .map(|name| Tokens::of(&lab.itself(&app, &[("scope", name)])).access);
    assert!(lab.is_active(&app, &notes) && lab.is_active(&app, &tags));
    assert_eq!((lab.at_gate(&notes), lab.at_gate(&tags)), (200, 403));
}

#[test]
fn nobody_makes_a_service_without_a_secret_and_a_workspace() {
    let lab = Lab::new();
    let good = service_terms(&[]);
    let made = |maker: Maker, terms: Terms| {
        lab.with_clients(|clients| clients.add(&actor(), maker, terms)).is_ok()
    };
    assert!(made(Maker::Operator, good.clone()) && made(Maker::Admin, good.clone()));
    assert!(!made(Maker::Operator, Terms { is_confidential: false, ..good.clone() }));
    assert!(!made(Maker::Operator, Terms { workspace: None, ..good.clone() }));
    assert!(!made(Maker::Operator, Terms { workspace: Some("none".to_owned()), ..good.clone() }));
    assert!(!made(Maker::Admin, Terms { is_oauth20: true, ..good.clone() }));
    let public = Terms { is_confidential: false, grant_types: Vec::new(), ..good.clone() };
    assert!(!made(Maker::Operator, public.clone()), "without a redirect URI");
    let uris = vec![super::CALLBACK.to_owned()];
    let public = Terms { redirect_uris: uris, is_oauth20: true, ..public };
    assert!(!made(Maker::Operator, public), "a public one never does as in OAuth 2.0");
    assert!(!made(Maker::Operator, Terms { scopes: vec!["admin:all".to_owned()], ..good }));
}

#[test]
fn a_secret_is_changed_and_the_old_one_ends_after_a_while() {
    let lab = Lab::new();
    let old = lab.service(&[]);
    let id = old.id.parse().unwrap();
    let rotate = |overlap: &str| {
        let overlap = overlap.parse().unwrap();
        let minted = lab.with_clients(|clients| clients.rotate(&actor(), &id, overlap)).unwrap();
        App { secret: Some(minted.secret.unwrap().expose().to_owned()), ..old.clone() }
    };
    let new = rotate("1h");
    assert_eq!((lab.itself(&old, &[]).status, lab.itself(&new, &[]).status), (200, 200));
    lab.instance.advance("1h");
    assert_error(&lab.itself(&old, &[]), 401, "invalid_client");
    assert_eq!(lab.itself(&new, &[]).status, 200);
    rotate("0s");
    assert_error(&lab.itself(&new, &[]), 401, "invalid_client");
}

#[test]
fn tokens_that_were_revoked_take_no_room_from_one_that_is_in_use() {
    let lab = Lab::new();
    let app = lab.service(&[]);
    let get = || Tokens::of(&lab.itself(&app, &[])).access;
    let (kept, mut newest) = (get(), get());
    for _ in 0..220 {
        let newer = get();
        assert_eq!(lab.form("/oauth/revoke", &app.with(&[("token", &newest)])).status, 200);
        newest = newer;
    }
    assert!(lab.is_active(&app, &kept) && lab.is_active(&app, &newest));
    assert_eq!(lab.rows("oauth_access_tokens"), 2);
}

#[test]
fn tokens_of_one_grant_are_bounded_and_the_oldest_goes() {
    let lab = Lab::new();
    let app = lab.service(&[]);
    let first = Tokens::of(&lab.itself(&app, &[]));
    lab.instance.advance("1s");
    let second = Tokens::of(&lab.itself(&app, &[]));
    let mut later = Vec::new();
    for _ in 0..199 {
        later.push(Tokens::of(&lab.itself(&app, &[])));
        assert!(lab.rows("oauth_access_tokens") <= 200);
    }
    assert!(!lab.is_active(&app, &first.access) && !lab.is_active(&app, &second.access));
    let newest = &later[later.len() - 180..];
    assert!(newest.iter().all(|tokens| lab.is_active(&app, &tokens.access)));
}
