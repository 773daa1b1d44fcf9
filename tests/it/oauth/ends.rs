//! What ends what an app may do: whoever let it in, what it acts for, or the app itself goes.

use keystile::accounts::Workspaces;
use keystile::accounts::people::Role;
use keystile::audit::Actor;
use keystile::http::control::UserCommand;
use keystile::oauth::clients::Terms;
use keystile::oauth::grants::{Grants, Of};

use super::{CALLBACK, Lab, Tokens, actor, allow, asked, assert_error, parameter, sent_to};
use crate::harness::instance::{PASSWORD, WORKSPACE};

/// A lab, an app with tokens, and the API that sees what they are worth.
fn let_in() -> (Lab, super::App, super::App, Tokens) {
    let lab = Lab::new();
    let api = lab.made(Terms {
        name: "API".to_owned(),
        product: Some("notes".to_owned()),
        redirect_uris: vec![CALLBACK.to_owned()],
        is_confidential: true,
        ..Terms::default()
    });
    let app = lab.public_app();
    let tokens = lab.tokens(&app);
    assert!(lab.is_active(&api, &tokens.access));
    // From now on the gate has it in memory.
    assert_eq!(lab.at_gate(&tokens.access), 200);
    (lab, app, api, tokens)
}

#[track_caller]
fn assert_over((lab, app, api, tokens): &(Lab, super::App, super::App, Tokens)) {
    assert_eq!(lab.at_gate(&tokens.access), 401, "the gate has it in memory");
    assert!(!lab.is_active(api, &tokens.access));
    assert_error(&lab.refresh(app, &tokens.refresh), 400, "invalid_grant");
}

#[test]
fn a_new_password_ends_it() {
    // CVE-2023-22492.
    let it = let_in();
    let browser = it.0.ada();
    browser.get("/console/account");
    let fields = [("current", PASSWORD), ("new", "another lantern harbour")];
    let answer = browser.post("/console/account/password", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_over(&it);
}

#[test]
fn a_password_that_an_operator_sets_ends_it() {
    let it = let_in();
    let command = UserCommand::SetPassword {
        email: "ada@example.com".parse().unwrap(),
        password: "another lantern harbour".to_owned().into(),
    };
    it.0.instance.user_command(command).unwrap();
    assert_over(&it);
}

#[test]
fn somebody_who_is_removed_takes_it_with_them() {
    let it = let_in();
    let command = UserCommand::Remove { email: "ada@example.com".parse().unwrap() };
    it.0.instance.user_command(command).unwrap();
    assert_over(&it);
}

#[test]
fn whoever_may_no_longer_let_apps_in_ends_it() {
    for role in [Some(Role::Viewer), None] {
        let it = let_in();
        let olga = it.0.browser("olga@example.com");
        let id = it.0.person_id("ada@example.com");
        let page = format!("/console/workspaces/{WORKSPACE}/members/{id}");
        olga.get(&page);
        let answer = match role {
            Some(role) => olga.post(&format!("{page}/role"), &[("role", role.as_str())]),
            None => olga.post(&format!("{page}/remove"), &[("confirm", "ada@example.com")]),
        };
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_over(&it);
    }
}

#[test]
fn a_workspace_that_is_removed_takes_it_with_it() {
    let it = let_in();
    it.0.remove_workspace().unwrap();
    assert_over(&it);
}

#[test]
fn a_client_that_is_removed_loses_it() {
    let (lab, app, api, tokens) = let_in();
    let id = app.id.parse().unwrap();
    lab.with_clients(|clients| clients.remove(&actor(), &id)).unwrap();
    assert_eq!(lab.at_gate(&tokens.access), 401);
    assert!(!lab.is_active(&api, &tokens.access));
    assert_error(&lab.refresh(&app, &tokens.refresh), 401, "invalid_client");
}

#[test]
fn somebody_ends_it_by_hand_and_others_stay() {
    let it = let_in();
    let (lab, app, api, _) = &it;
    lab.instance.advance("1s");
    let other = lab.tokens(app);
    let grants =
        Grants { store: &lab.instance.app.store, principals: &lab.instance.app.principals };
    let of = Of { workspace: Some(WORKSPACE.to_owned()), ..Of::default() };
    let listed = grants.list(&of, lab.instance.app.clock.now(), (0, 10)).unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].grant.client.as_str(), app.id);
    grants.end(&Actor::Instance, listed[1].grant.id).unwrap();
    assert!(lab.is_active(api, &other.access));
    assert_eq!(lab.at_gate(&other.access), 200);
    assert_over(&it);
}

/// An app that Ada lets use one store.
fn let_into_store(lab: &Lab, id: &str) -> (super::App, Tokens) {
    let (app, browser) = (lab.secret_app(), lab.ada());
    let page = asked(&browser, &app, &[("resource", "https://shop.example")]);
    let answer = allow(&browser, &page, &[("restrict", &format!("acme/store={id}"))]);
    let tokens = Tokens::of(&lab.redeem(&app, &parameter(&sent_to(&answer), "code").unwrap()));
    assert_eq!(lab.gate("shop", &format!("/v1/stores/{id}"), &tokens.access), 200);
    (app, tokens)
}

#[test]
fn a_store_that_is_taken_from_its_workspace_is_lost_to_apps_and_others_stay() {
    let lab = Lab::new();
    lab.instance.own("store", "st_1");
    lab.instance.own("store", "st_2");
    let (app, tokens) = let_into_store(&lab, "st_1");
    let (other, others) = let_into_store(&lab, "st_2");
    let keystile::app::App { store, principals, .. } = &*lab.instance.app;
    let workspaces = Workspaces { store, principals };
    let slug = WORKSPACE.parse().unwrap();
    workspaces.remove_resource(&Actor::Instance, &slug, ("store", "st_1")).unwrap();
    assert_eq!(lab.gate("shop", "/v1/stores/st_1", &tokens.access), 401, "at once");
    assert!(!lab.is_active(&app, &tokens.access));
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert_eq!(lab.gate("shop", "/v1/stores/st_2", &others.access), 200);
    assert_eq!(lab.refresh(&other, &others.refresh).status, 200);
    let entries = lab.logged("grant.end");
    assert_eq!(entries.len(), 1);
    assert!(entries[0].detail.contains(&app.id), "{}", entries[0].detail);
}

#[test]
fn a_token_is_not_renewed_for_a_store_that_is_no_longer_the_workspaces() {
    let lab = Lab::new();
    lab.instance.own("store", "st_1");
    let (app, tokens) = let_into_store(&lab, "st_1");
    lab.instance.damage(&["DELETE FROM workspace_resources WHERE id = 'st_1'".to_owned()]);
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    lab.instance.own("store", "st_1");
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200, "nothing was used up");
}

#[test]
fn grants_of_one_person_to_one_app_are_bounded() {
    let it = let_in();
    for _ in 0..20 {
        it.0.instance.advance("1s");
        it.0.tokens(&it.1);
    }
    assert_over(&it);
}

#[test]
fn the_sweep_leaves_nothing_of_what_is_over() {
    let (lab, app, ..) = let_in();
    lab.code(&app, &[]);
    lab.instance.advance("181d");
    lab.instance.sweep();
    for table in [
        "oauth_grants",
        "oauth_codes",
        "oauth_refresh_tokens",
        "oauth_access_tokens",
        "oauth_requests",
    ] {
        assert_eq!(lab.rows(table), 0, "{table}");
    }
}
