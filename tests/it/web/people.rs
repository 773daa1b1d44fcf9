//! Everybody who may sign in, as operators see them.

use keystile::accounts::people::{People, Role};
use keystile::accounts::setup::Setup;
use keystile::app::App;
use keystile::http::control::UserCommand;
use keystile::keys::Changes;
use regex::Regex;
use serde_json::json;

use super::{is_in, signed_in, with_ada, with_counted};
use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{Browser, Instance};

/// The address of somebody's page.
fn page_of(instance: &Instance, email: &str) -> String {
    let App { store, hasher, principals, .. } = &*instance.app;
    let people = People { store, hasher, principals };
    format!("/console/people/{}", people.show(&email.parse().unwrap()).unwrap().id)
}

fn sent(browser: &Browser, page: &str, below: &str, fields: &[(&str, &str)]) -> u16 {
    browser.get(page);
    browser.post(&format!("{page}{below}"), fields).status
}

#[test]
fn people_are_listed_and_found_a_page_at_a_time() {
    let instance = with_ada();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let ada = signed_in(&instance, "ada@example.com");
    let all = ada.get("/console/people").text();
    assert!(all.contains("bob@example.com") && all.contains("1–2 of 2"), "{all}");
    assert!(all.contains("/console/workspaces/acme") && all.contains("Operator"));
    let one = ada.get("/console/people?q=BOB").text();
    assert!(one.contains("1–1 of 1") && !one.contains("\">ada@example.com</a>"), "{one}");
    assert!(ada.get("/console/people?q=nobody").text().contains("Nobody fits"));
    assert_eq!(ada.get("/console/people?page=nonsense").status, 200);
    assert_eq!(ada.get("/console/people?page=99999999999999999999").status, 200);
    assert_eq!(ada.get("/console/people/user_nobody").status, 404);
}

#[test]
fn somebody_becomes_an_operator_and_no_longer_is_one() {
    let instance = with_ada();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let page = page_of(&instance, "bob@example.com");
    let (ada, bob) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "bob@example.com"));
    assert_eq!(bob.get("/console/people").status, 404);
    assert_eq!(sent(&ada, &page, "/operator", &[("operator", "nonsense")]), 400);
    assert_eq!(sent(&ada, &page, "/operator", &[("operator", "yes")]), 303);
    assert!(!is_in(&bob), "they sign in anew");
    let bob = signed_in(&instance, "bob@example.com");
    assert_eq!(bob.get("/console/people").status, 200);
    assert_eq!(sent(&ada, &page, "/operator", &[("operator", "no")]), 303);
    assert_eq!(signed_in(&instance, "bob@example.com").get("/console/people").status, 404);
    let own = page_of(&instance, "ada@example.com");
    assert_eq!(sent(&ada, &own, "/operator", &[("operator", "no")]), 409, "the last one stays");
    assert!(is_in(&ada));
}

#[test]
fn sessions_are_ended_and_people_removed_once_their_address_was_typed() {
    let instance = with_ada();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let page = page_of(&instance, "bob@example.com");
    let (ada, bob) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "bob@example.com"));
    assert_eq!(sent(&ada, &page, "/sessions/end", &[]), 303);
    assert!(!is_in(&bob));
    let bob = signed_in(&instance, "bob@example.com");
    assert_eq!(sent(&ada, &page, "/remove", &[("confirm", "bob")]), 422);
    assert_eq!(sent(&ada, &page, "/remove", &[("confirm", "bob@example.com")]), 303);
    assert!(!is_in(&bob));
    assert_eq!(ada.get(&page).status, 404);
    let own = page_of(&instance, "ada@example.com");
    let log = ada.get("/console/audit?action=user.remove").text();
    assert!(log.contains("ada@example.com") && log.contains("bob@example.com"), "{log}");
    instance.person("eve@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    assert_eq!(sent(&ada, &own, "/remove", &[("confirm", "ada@example.com")]), 409);
}

#[test]
fn whoever_is_removed_leaves_keys_that_are_named_before() {
    let instance = with_counted();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
    instance.workspace("globex", "free").unwrap();
    let key = instance.key("counted", "live", &["read:a"]).named("Bob's <b>").make();
    let other = instance.key("counted", "live", &["read:a"]).of("globex").make();
    let owner = Changes { owner: Some("bob@example.com".parse().unwrap()), ..Changes::default() };
    instance.update(&key, owner).unwrap();
    let ada = signed_in(&instance, "ada@example.com");
    let page = ada.get(&page_of(&instance, "bob@example.com")).text();
    assert!(page.contains("They own 1 live key, which stay good"), "{page}");
    assert!(page.contains(&format!("/console/workspaces/acme/keys/{}\">Bob's &lt;b&gt;", key.id)));
    assert!(!page.contains(&other.id.to_string()), "nobody owns that one");
    instance.revoke(&key).unwrap();
    let page = ada.get(&page_of(&instance, "bob@example.com")).text();
    assert!(page.contains("They own no live keys"), "{page}");
}

#[test]
fn a_persons_page_tells_how_they_came_to_be_here() {
    let instance = Instance::start_empty_on("127.0.0.1:0", &Plugins::default());
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let link = Setup { store, hasher }.begin().unwrap().unwrap();
    let ada = instance.browser();
    ada.get(&format!("/console/setup?token={}", link.expose()));
    let fields = [("token", link.expose()), ("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(ada.post_as_it_is("/console/setup", &fields).status, 303);
    instance.workspace(WORKSPACE, "free").unwrap();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let workspace = "/console/workspaces/acme";
    ada.get(workspace);
    let fields = [("email", "eve@example.com"), ("role", "viewer")];
    let page = ada.post(&format!("{workspace}/invitations"), &fields).text();
    let link = Regex::new("/console/invitations/[A-Za-z0-9_-]{20,}").unwrap();
    let link = link.find(&page).unwrap().as_str();
    assert_eq!(instance.browser().post_as_it_is(link, &[("password", PASSWORD)]).status, 303);
    for (email, told) in [
        ("ada@example.com", "By the setup link of the first start"),
        ("bob@example.com", "By test, on the command line"),
        ("eve@example.com", "By an invitation of ada@example.com"),
    ] {
        let page = ada.get(&page_of(&instance, email)).text();
        assert!(page.contains(told), "{email}: {page}");
    }
    let listed = instance.user_command(UserCommand::List).unwrap();
    let origins: Vec<_> = listed.as_array().unwrap().iter().map(|it| &it["origin"]).collect();
    let by_ada = json!({ "by": "invitation", "of": listed[0]["id"] });
    let by_hand = json!({ "by": "command_line", "account": "test" });
    assert_eq!(origins, [&json!({ "by": "setup" }), &by_hand, &by_ada]);
}

#[test]
fn the_last_person_does_not_lock_everybody_out() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    let people = ada.get("/console/people").text();
    let id = Regex::new("user_[0-9a-z]{26}").unwrap().find(&people).unwrap().as_str().to_owned();
    let page = format!("/console/people/{id}");
    ada.get(&page);
    let refused = ada.post(&format!("{page}/remove"), &[("confirm", "ada@example.com")]);
    assert_eq!(refused.status, 409, "nobody could let anybody in again");
    assert!(refused.text().contains("the last operator"), "{}", refused.text());
    assert_eq!(ada.get(&page).status, 200);
}
