//! Giving tokens back.

use super::{App, Lab, Tokens, assert_error};

impl Lab {
    fn revoke(&self, app: &App, token: &str, hint: &str) -> crate::harness::Answer {
        let fields = [("token", token), ("token_type_hint", hint)];
        self.form("/oauth/revoke", &app.with(&fields))
    }
}

#[test]
fn rfc7009_2_1_a_refresh_token_takes_all_with_it() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let first = lab.tokens(&app);
    let second = Tokens::of(&lab.refresh(&app, &first.refresh));
    let answer = lab.revoke(&app, &second.refresh, "access_token");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    for token in [&first.access, &second.access, &second.refresh] {
        assert!(!lab.is_active(&app, token));
    }
    assert_error(&lab.refresh(&app, &second.refresh), 400, "invalid_grant");
}

#[test]
fn rfc7009_2_1_an_access_token_goes_alone() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    assert_eq!(lab.revoke(&app, &tokens.access, "nonsense").status, 200);
    assert!(!lab.is_active(&app, &tokens.access));
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200);
}

#[test]
fn rfc7009_2_2_what_is_unknown_is_over() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    for token in ["x", "ks_at_nonsense", &tokens.access.to_lowercase()] {
        assert_eq!(lab.revoke(&app, token, "").status, 200, "{token}");
    }
    for _ in 0..2 {
        assert_eq!(lab.revoke(&app, &tokens.refresh, "refresh_token").status, 200);
    }
}

#[test]
fn rfc7009_2_1_another_clients_token_is_refused_and_stays() {
    let lab = Lab::new();
    let (app, other) = (lab.secret_app(), lab.public_app());
    let tokens = lab.tokens(&app);
    for token in [&tokens.access, &tokens.refresh] {
        assert_error(&lab.revoke(&other, token, ""), 400, "invalid_grant");
        assert!(lab.is_active(&app, token));
    }
    let stranger = App { secret: None, ..app.clone() };
    assert_error(&lab.revoke(&stranger, &tokens.access, ""), 401, "invalid_client");
    assert_error(&lab.form("/oauth/revoke", &app.with(&[])), 400, "invalid_request");
    assert!(lab.is_active(&app, &tokens.access));
}

#[test]
fn a_public_client_gives_its_own_back() {
    // CVE-2018-1000211.
    let lab = Lab::new();
    let app = lab.public_app();
    let tokens = lab.tokens(&app);
    assert_eq!(lab.revoke(&app, &tokens.refresh, "").status, 200);
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
}
