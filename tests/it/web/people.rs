//! Everybody who may sign in, as operators see them.

use keystile::accounts::people::{People, Role};
use keystile::app::App;
use regex::Regex;

use super::{is_in, signed_in, with_ada};
use crate::harness::instance::WORKSPACE;
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
