//! A row that was changed by anything but us decides nothing.

use super::{Lab, Tokens, assert_error, authorize_url};

impl Lab {
    /// Changes rows behind the server's back, as a failing disk or a hand in the file would.
    pub(super) fn damage(&self, statement: &'static str) {
        let store = &self.instance.app.store;
        let changed = store.write(move |tx| Ok(tx.execute(statement, &[])?)).unwrap();
        assert!(changed > 0, "{statement}");
    }
}

#[test]
fn a_damaged_token_grant_or_workspace_is_worth_nothing() {
    for statement in [
        "UPDATE oauth_access_tokens SET scopes = '[\"write:notes\"]'",
        "UPDATE oauth_access_tokens SET expires_at = expires_at + 1000000",
        "UPDATE oauth_access_tokens SET seal = X'00'",
        "UPDATE oauth_grants SET scopes = '[\"read:notes\",\"write:notes\"]'",
        "UPDATE oauth_grants SET product = 'shop'",
        "UPDATE oauth_grants SET holder = NULL",
        "UPDATE oauth_grants SET ends_at = 'later'",
    ] {
        let lab = Lab::new();
        let app = lab.secret_app();
        let tokens = lab.tokens(&app);
        lab.damage(statement);
        assert!(!lab.is_active(&app, &tokens.access), "{statement}");
    }
}

#[test]
fn a_damaged_refresh_token_or_code_is_not_used() {
    for statement in [
        "UPDATE oauth_refresh_tokens SET used_at = NULL WHERE used_at IS NOT NULL",
        "UPDATE oauth_refresh_tokens SET expires_at = expires_at + 1 WHERE used_at IS NOT NULL",
        "UPDATE oauth_refresh_tokens SET successor = X'00' WHERE used_at IS NOT NULL",
    ] {
        let lab = Lab::new();
        let app = lab.secret_app();
        let tokens = lab.tokens(&app);
        Tokens::of(&lab.refresh(&app, &tokens.refresh));
        lab.damage(statement);
        assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    }
    for statement in [
        "UPDATE oauth_codes SET challenge = NULL",
        "UPDATE oauth_codes SET expires_at = expires_at + 1000000",
        "UPDATE oauth_codes SET redirect_uri = 'https://evil.example'",
    ] {
        let lab = Lab::new();
        let app = lab.secret_app();
        let code = lab.code(&app, &[]);
        lab.damage(statement);
        assert_error(&lab.redeem(&app, &code), 400, "invalid_grant");
    }
}

#[test]
fn a_damaged_client_is_nobody() {
    for statement in [
        "UPDATE oauth_clients SET redirect_uris = '[\"https://evil.example/cb\"]'",
        "UPDATE oauth_clients SET auth_method = 'none'",
        "UPDATE oauth_clients SET origin = 'operator2'",
        "UPDATE oauth_clients SET is_oauth20 = 1",
        "UPDATE oauth_clients SET scopes = '[\"write:notes\"]'",
        "UPDATE oauth_client_secrets SET ends_at = 9000000000000",
    ] {
        let lab = Lab::new();
        let app = lab.secret_app();
        let code = lab.code(&app, &[]);
        lab.damage(statement);
        assert_error(&lab.redeem(&app, &code), 401, "invalid_client");
    }
    let lab = Lab::new();
    let app = lab.public_app();
    lab.damage("UPDATE oauth_clients SET redirect_uris = '[\"https://evil.example/cb\"]'");
    let answer = lab.ada().get(&authorize_url(&app, &[]));
    assert_eq!((answer.status, answer.header("location")), (400, None));
}

#[test]
fn a_service_whose_scopes_are_damaged_gets_no_token() {
    let lab = Lab::new();
    let service = lab.service(&["read:notes"]);
    Tokens::of(&lab.itself(&service, &[]));
    lab.damage("UPDATE oauth_clients SET scopes = '[\"read:notes\",\"write:notes\"]'");
    let wider = lab.itself(&service, &[("scope", "write:notes")]);
    assert_error(&wider, 401, "invalid_client");
}

#[test]
fn a_damaged_request_is_not_shown() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = super::asked(&browser, &app, &[]);
    lab.damage("UPDATE oauth_requests SET redirect_uri = 'https://evil.example/cb'");
    assert_eq!(browser.get(&page).status, 404);
}
