//! Workspaces: the list, making one, its plan and ids, removing it.

use keystile::accounts::people::Role;

use super::{signed_in, with_ada, with_products};
use crate::harness::instance::WORKSPACE;

#[test]
fn an_operator_makes_a_workspace_and_lands_on_it() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get("/console/workspaces/new");
    let fields = [("name", "Globex <b>"), ("slug", "globex"), ("plan", "pro")];
    let made = ada.post("/console/workspaces/new", &fields);
    assert_eq!((made.status, made.header("location")), (303, Some("/console/workspaces/globex")));
    let page = ada.get("/console/workspaces/globex").text();
    assert!(page.contains("Globex &lt;b&gt;") && !page.contains("Globex <b>"));
    assert!(page.contains("Change plan") && page.contains("Remove workspace"));
    let list = ada.get("/console/workspaces").text();
    assert!(list.contains("globex") && list.contains(WORKSPACE), "{list}");
    let found = ada.get("/console/workspaces?q=GLOB").text();
    assert!(
        found.contains("/console/workspaces/globex/keys")
            && !found.contains("/console/workspaces/acme/keys")
    );
}

#[test]
fn a_form_keeps_what_was_typed_and_says_what_is_wrong() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    for (name, slug, plan, field, status) in [
        ("", "globex", "pro", "name", 422),
        ("Globex", "Globex Inc", "pro", "slug", 422),
        ("Globex", "globex", "nonsense", "plan", 422),
        ("Globex", WORKSPACE, "pro", "slug", 409),
    ] {
        ada.get("/console/workspaces/new");
        let fields = [("name", name), ("slug", slug), ("plan", plan)];
        let answer = ada.post("/console/workspaces/new", &fields);
        let page = answer.text();
        assert_eq!(answer.status, status, "{field}");
        assert!(page.contains(&format!("id=\"field-{field}-error\"")), "{field}: {page}");
        assert!(page.contains(&format!("value=\"{slug}\"")), "{page}");
    }
    ada.get("/console/workspaces/new");
    assert_eq!(ada.post("/console/workspaces/new", &[("nonsense", "1")]).status, 400);
}

#[test]
fn a_member_sees_their_own_alone_and_cannot_change_it() {
    let instance = with_products();
    instance.workspace("other", "free").unwrap();
    instance.person("bob@example.com", Some((WORKSPACE, Role::Owner))).unwrap();
    let bob = signed_in(&instance, "bob@example.com");
    let home = bob.get("/console");
    assert_eq!((home.status, home.header("location")), (303, Some("/console/workspaces")));
    let list = bob.get("/console/workspaces").text();
    assert!(
        list.contains("/console/workspaces/acme") && !list.contains("/console/workspaces/other")
    );
    assert!(!list.contains("Create workspace"));
    let page = bob.get("/console/workspaces/acme").text();
    assert!(page.contains("Invite member"));
    for forbidden in ["Change plan", "Add id", "Remove workspace"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn an_operator_changes_plan_and_ids_and_the_page_says_so() {
    let instance = with_products();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get("/console/workspaces/acme");
    assert_eq!(ada.post("/console/workspaces/acme/plan", &[("plan", "free")]).status, 303);
    assert!(ada.get("/console/workspaces/acme").text().contains("1,000"));
    assert_eq!(ada.post("/console/workspaces/acme/plan", &[("plan", "nonsense")]).status, 422);

    let ids = "/console/workspaces/acme/resources";
    let store = |id| [("resource", "store"), ("id", id)];
    ada.get("/console/workspaces/acme");
    assert_eq!(ada.post(ids, &store("st_1")).status, 303);
    assert!(ada.get("/console/workspaces/acme").text().contains("<code>st_1</code>"));
    assert_eq!(ada.post(ids, &store("st_1")).status, 409, "it has it already");
    let wrong = ada.post(ids, &store("a b"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("value=\"a b\""));
    assert_eq!(ada.post(&format!("{ids}/remove"), &store("st_1")).status, 303);
    assert_eq!(ada.post(&format!("{ids}/remove"), &store("st_1")).status, 404);
}

#[test]
fn a_workspace_is_removed_once_its_name_was_typed_and_it_has_no_live_key() {
    let instance = with_products();
    let key = instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make();
    let ada = signed_in(&instance, "ada@example.com");
    let remove = |typed: &str| {
        ada.get("/console/workspaces/acme");
        ada.post("/console/workspaces/acme/remove", &[("confirm", typed)]).status
    };
    assert_eq!(remove("acm"), 422);
    assert_eq!(remove("acme"), 409, "it has a live key");
    instance.revoke(&key).unwrap();
    assert_eq!(remove("acme"), 303);
    assert_eq!(ada.get("/console/workspaces/acme").status, 404);
    assert!(!ada.get("/console/workspaces").text().contains("/console/workspaces/acme"));
}
