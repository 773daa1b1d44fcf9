//! Renewing tokens: once each, and again within a short time.

use super::{Lab, Tokens, assert_error};

#[test]
fn rfc6749_6_a_refresh_token_becomes_another_with_the_same_scopes() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let first =
        Tokens::of(&lab.redeem(&app, &lab.code(&app, &[("scope", "read:notes read:tags")])));
    let second = Tokens::of(&lab.refresh(&app, &first.refresh));
    assert_ne!(first.refresh, second.refresh);
    assert_ne!(first.access, second.access);
    assert_eq!(second.scope, "read:notes read:tags");
    assert!(lab.is_active(&app, &first.access) && lab.is_active(&app, &second.access));
    assert!(!lab.is_active(&app, &first.refresh) && lab.is_active(&app, &second.refresh));
}

#[test]
fn within_half_a_minute_the_same_token_gets_the_same_answer() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let first = lab.refresh(&app, &tokens.refresh).json();
    lab.instance.advance("29s");
    let again = lab.refresh(&app, &tokens.refresh).json();
    assert_eq!(first["access_token"], again["access_token"]);
    assert_eq!(first["refresh_token"], again["refresh_token"]);
    assert_eq!((&first["expires_in"], &again["expires_in"]), (&3600.into(), &3571.into()));
    // Whoever got it twice goes on with it.
    let next = Tokens::of(&lab.refresh(&app, again["refresh_token"].as_str().unwrap()));
    assert!(lab.is_active(&app, &next.access));
}

#[test]
fn rfc9700_4_14_2_a_refresh_token_that_comes_again_later_ends_all_that_came_of_it() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let next = Tokens::of(&lab.refresh(&app, &tokens.refresh));
    lab.instance.advance("30s");
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    for token in [&tokens.access, &next.access, &next.refresh] {
        assert!(!lab.is_active(&app, token));
    }
    assert_error(&lab.refresh(&app, &next.refresh), 400, "invalid_grant");
    assert_eq!(lab.logged("grant.reuse").len(), 1, "the workspace sees it");
}

#[test]
fn with_no_replay_a_used_token_ends_all_at_once() {
    // `<=` once made a grace of nothing a grace of a second elsewhere.
    let lab = Lab::new();
    lab.set("refresh_replay = \"0s\"");
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let next = Tokens::of(&lab.refresh(&app, &tokens.refresh));
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert!(!lab.is_active(&app, &next.access));
}

#[test]
fn a_refresh_token_in_another_clients_hands_changes_nothing() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.secret_app());
    let tokens = lab.tokens(&app);
    assert_error(&lab.refresh(&other, &tokens.refresh), 400, "invalid_grant");
    let next = Tokens::of(&lab.refresh(&app, &tokens.refresh));
    lab.instance.advance("31s");
    assert_error(&lab.refresh(&other, &tokens.refresh), 400, "invalid_grant");
    assert!(lab.is_active(&app, &next.access), "a used one neither");
}

#[test]
fn oauth21_4_3_a_confidential_client_proves_who_it_is_to_renew() {
    // CVE-2026-53512.
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    for secret in [None, Some("ks_cs_wrong".to_owned())] {
        let stranger = super::App { secret, ..app.clone() };
        assert_error(&lab.refresh(&stranger, &tokens.refresh), 401, "invalid_client");
    }
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200);
}

#[test]
fn rfc6749_6_fewer_scopes_hold_for_one_access_token_and_more_are_refused() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let first =
        Tokens::of(&lab.redeem(&app, &lab.code(&app, &[("scope", "read:notes read:tags")])));
    let with = |scope: &str, token: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        lab.form("/oauth/token", &app.with(&fields))
    };
    let wider = with("read:notes write:notes", &first.refresh);
    assert_error(&wider, 400, "invalid_scope");
    let narrow = Tokens::of(&with("read:tags", &first.refresh));
    assert_eq!(narrow.scope, "read:tags");
    let whole = Tokens::of(&lab.refresh(&app, &narrow.refresh));
    assert_eq!(whole.scope, "read:notes read:tags");
}

#[test]
fn rfc8707_2_2_another_resource_is_refused_and_burns_nothing() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
        ("resource", "https://shop.example"),
    ];
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "invalid_target");
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200);
}

#[test]
fn a_refresh_token_ends_when_it_is_left_alone_and_all_of_them_in_the_end() {
    let lab = Lab::new();
    lab.set("refresh_token_idle = \"10d\"\nrefresh_token_max = \"25d\"");
    let app = lab.secret_app();
    let (left, mut kept) = (lab.tokens(&app), lab.tokens(&app));
    for _ in 0..2 {
        lab.instance.advance("9d");
        kept = Tokens::of(&lab.refresh(&app, &kept.refresh));
    }
    assert_error(&lab.refresh(&app, &left.refresh), 400, "invalid_grant");
    lab.instance.advance("7d");
    assert_error(&lab.refresh(&app, &kept.refresh), 400, "invalid_grant");
}

#[test]
fn rfc9700_4_14_2_an_old_token_is_known_as_long_as_its_grant() {
    let lab = Lab::new();
    lab.set("refresh_token_idle = \"10d\"");
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    lab.instance.advance("9d");
    let next = Tokens::of(&lab.refresh(&app, &tokens.refresh));
    // Many others were used since, and the old one would no longer be good by its age.
    let used = lab.instance.app.store.write(|tx| {
        Ok::<_, keystile::error::Error>(tx.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
             INSERT INTO oauth_refresh_tokens (digest, grant_id, created_at, expires_at, used_at, seal)
             SELECT randomblob(32), grant_id, created_at + i, expires_at, used_at, seal
             FROM oauth_refresh_tokens, n WHERE used_at IS NOT NULL",
            &[],
        )?)
    });
    assert_eq!(used.unwrap(), 1_500);
    lab.instance.advance("2d");
    let last = Tokens::of(&lab.refresh(&app, &next.refresh));
    lab.instance.sweep();
    assert_eq!(lab.at_gate(&last.access), 200);
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert_eq!(lab.at_gate(&last.access), 401);
    assert_error(&lab.refresh(&app, &last.refresh), 400, "invalid_grant");
}

#[test]
fn a_scope_that_apps_may_no_longer_have_is_not_renewed() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let first =
        Tokens::of(&lab.redeem(&app, &lab.code(&app, &[("scope", "read:notes read:tags")])));
    lab.open_for_notes("read:notes");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
        ("scope", "read:tags"),
    ];
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "invalid_scope");
    assert_eq!(Tokens::of(&lab.refresh(&app, &first.refresh)).scope, "read:notes");
}
