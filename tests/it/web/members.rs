//! Who belongs to a workspace: inviting by a link that is shown once, roles, removal.

use keystile::accounts::people::{People, Role};
use keystile::app::App;
use keystile::audit::Actor;
use regex::Regex;

use super::{is_in, signed_in, with_ada};
use crate::harness::instance::{PASSWORD, WORKSPACE};
use crate::harness::{Browser, Instance};

const PAGE: &str = "/console/workspaces/acme";

fn id_of(instance: &Instance, email: &str, role: Role) -> String {
    let person = instance.person(email, Some((WORKSPACE, role))).unwrap();
    person["id"].as_str().unwrap().to_owned()
}

fn sent(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> u16 {
    browser.get(PAGE);
    browser.post(path, fields).status
}

#[test]
fn an_invitation_shows_its_link_once_and_makes_a_member() {
    let instance = with_ada();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let amy = signed_in(&instance, "amy@example.com");
    amy.get(PAGE);
    let invited = amy.post(
        &format!("{PAGE}/invitations"),
        &[("email", "new@example.com"), ("role", "developer")],
    );
    assert_eq!(invited.status, 200);
    let link = Regex::new("http://[^/]+(/console/invitations/[A-Za-z0-9_-]+)").unwrap();
    let page = invited.text();
    let link = link.captures(&page).expect("the link is shown")[1].to_owned();
    let later = amy.get(PAGE).text();
    assert!(later.contains("new@example.com") && !later.contains(&link));

    let browser = instance.browser();
    browser.get(&link);
    assert_eq!(browser.post(&link, &[("password", PASSWORD)]).status, 303);
    assert_eq!(browser.get(PAGE).status, 200);
    assert!(!amy.get(PAGE).text().contains("Invited"));
}

#[test]
fn an_invitation_that_makes_no_sense_keeps_what_was_typed() {
    let instance = with_ada();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let amy = signed_in(&instance, "amy@example.com");
    for (email, role, field) in [
        ("nobody", "developer", "email"),
        ("amy@example.com", "developer", "email"),
        ("new@example.com", "emperor", "role"),
        ("new@example.com", "owner", "role"),
    ] {
        amy.get(PAGE);
        let fields = [("email", email), ("role", role)];
        let answer = amy.post(&format!("{PAGE}/invitations"), &fields);
        assert_eq!(answer.status, 422, "{email} {role}");
        let page = answer.text();
        assert!(page.contains(&format!("field-{field}-error")), "{email} {role}: {page}");
        assert!(page.contains(&format!("value=\"{email}\"")), "{email} {role}");
    }
    assert!(!amy.get(PAGE).text().contains("Invited"));
}

#[test]
fn an_invitation_is_withdrawn_by_those_of_its_workspace_alone() {
    let instance = with_ada();
    instance.workspace("other", "free").unwrap();
    instance.person("eve@example.com", Some(("other", Role::Owner))).unwrap();
    let (ada, eve) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "eve@example.com"));
    ada.get(PAGE);
    let fields = [("email", "new@example.com"), ("role", "viewer")];
    let page = ada.post(&format!("{PAGE}/invitations"), &fields).text();
    let id =
        Regex::new("invitation_[0-9a-z]{26}").unwrap().find(&page).unwrap().as_str().to_owned();
    let withdraw = |browser: &Browser, slug: &str, id: &str| {
        browser.get("/console/account");
        let path = format!("/console/workspaces/{slug}/invitations/withdraw");
        browser.post(&path, &[("invitation", id)]).status
    };
    assert_eq!(withdraw(&eve, "other", &id), 404);
    assert_eq!(withdraw(&ada, WORKSPACE, "nonsense"), 404);
    assert_eq!(withdraw(&ada, WORKSPACE, &id), 303);
    assert_eq!(withdraw(&ada, WORKSPACE, &id), 404);
}

#[test]
fn an_admin_does_not_take_back_what_an_owner_offers_an_owner() {
    let instance = with_ada();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let (ada, amy) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "amy@example.com"));
    ada.get(PAGE);
    let fields = [("email", "new@example.com"), ("role", "owner")];
    let page = ada.post(&format!("{PAGE}/invitations"), &fields).text();
    let id = Regex::new("invitation_[0-9a-z]{26}").unwrap().find(&page).unwrap().as_str();
    amy.get(PAGE);
    let withdraw = format!("{PAGE}/invitations/withdraw");
    let answer = amy.post(&withdraw, &[("invitation", id)]);
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("Only an owner"), "{}", answer.text());
    assert!(ada.get(PAGE).text().contains("new@example.com"));
}

#[test]
fn a_role_is_changed_by_those_who_have_as_much() {
    let instance = with_ada();
    let owner = id_of(&instance, "olga@example.com", Role::Owner);
    let viewer = id_of(&instance, "bob@example.com", Role::Viewer);
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let (olga, amy, bob) = (
        signed_in(&instance, "olga@example.com"),
        signed_in(&instance, "amy@example.com"),
        signed_in(&instance, "bob@example.com"),
    );
    let of = |id: &str| format!("{PAGE}/members/{id}/role");
    assert_eq!(sent(&amy, &of(&owner), &[("role", "viewer")]), 422, "an owner is beyond an admin");
    assert_eq!(sent(&amy, &of(&viewer), &[("role", "owner")]), 422);
    assert_eq!(sent(&amy, &of(&viewer), &[("role", "nonsense")]), 422);
    assert_eq!(sent(&amy, &of(&viewer), &[("role", "developer")]), 303);
    assert!(!is_in(&bob), "what they may do has changed");
    assert_eq!(sent(&olga, &of(&owner), &[("role", "viewer")]), 409, "the last owner stays one");
    assert_eq!(sent(&olga, &of("user_nobody"), &[("role", "viewer")]), 404);
}

#[test]
fn a_member_is_removed_once_their_address_was_typed() {
    let instance = with_ada();
    let owner = id_of(&instance, "olga@example.com", Role::Owner);
    let viewer = id_of(&instance, "bob@example.com", Role::Viewer);
    let (olga, bob) =
        (signed_in(&instance, "olga@example.com"), signed_in(&instance, "bob@example.com"));
    assert!(olga.get(&format!("{PAGE}/members/{viewer}")).text().contains("own no live keys"));
    let remove = |id: &str, typed: &str| {
        sent(&olga, &format!("{PAGE}/members/{id}/remove"), &[("confirm", typed)])
    };
    assert_eq!(remove(&viewer, "bob"), 422);
    assert_eq!(remove(&viewer, "bob@example.com"), 303);
    assert_eq!(remove(&viewer, "bob@example.com"), 404);
    assert_eq!(remove(&owner, "olga@example.com"), 409, "the last owner stays");
    assert!(!is_in(&bob));
    let back = signed_in(&instance, "bob@example.com");
    assert_eq!(back.get(PAGE).status, 404);
}

#[test]
fn whoever_lost_their_role_meanwhile_changes_nothing() {
    let instance = with_ada();
    let amy = id_of(&instance, "amy@example.com", Role::Developer);
    let bob = id_of(&instance, "bob@example.com", Role::Viewer);
    let App { store, hasher, principals, .. } = &*instance.app;
    let people = People { store, hasher, principals };
    let actor = Actor::User(amy.parse().unwrap(), [192, 0, 2, 1].into());
    let (slug, email) = (WORKSPACE.parse().unwrap(), "bob@example.com".parse().unwrap());
    let refused = [
        people.put_member(&actor, &slug, (&email, Role::Admin)).map(drop),
        people.remove_member(&actor, &slug, &email).map(drop),
    ];
    for refused in refused {
        assert!(refused.unwrap_err().message().contains("does not reach that far"));
    }
    let bob = people.known(bob.parse().unwrap()).unwrap();
    assert_eq!(bob.membership(WORKSPACE), Some(Role::Viewer));
}

#[test]
fn an_address_has_one_open_invitation_and_a_workspace_200() {
    let instance = with_ada();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    let amy = signed_in(&instance, "amy@example.com");
    amy.get(PAGE);
    let invite = |email: &str, role: &str| {
        amy.post(&format!("{PAGE}/invitations"), &[("email", email), ("role", role)])
    };
    let link = Regex::new("(/console/invitations/[A-Za-z0-9_-]{43})").unwrap();
    let first = invite("new@example.com", "viewer").text();
    let first = link.find(&first).unwrap().as_str();
    let second = invite("new@example.com", "developer").text();
    let second = link.find(&second).unwrap().as_str();
    assert_eq!(instance.browser().get(first).status, 404, "the newer one replaces it");
    assert_eq!(instance.browser().get(second).status, 200);
    for number in 1..200 {
        assert_eq!(invite(&format!("new{number}@example.com"), "viewer").status, 200, "{number}");
    }
    let refused = invite("one-too-many@example.com", "viewer");
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("value=\"one-too-many@example.com\""));
    assert_eq!(invite("new@example.com", "viewer").status, 200, "in the place of the former");
    instance.advance("7d");
    let amy = signed_in(&instance, "amy@example.com");
    amy.get(PAGE);
    let fields = [("email", "one-too-many@example.com"), ("role", "viewer")];
    assert_eq!(amy.post(&format!("{PAGE}/invitations"), &fields).status, 200, "those have ended");
}
