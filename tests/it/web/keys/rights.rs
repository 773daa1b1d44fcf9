//! Who sees and changes which keys.

use keystile::accounts::people::Role;
use keystile::http::routes::ROUTES;
use keystile::http::web::{Verb, Who};

use super::{KEYS, NEW, PRODUCTS, at_gate, create, filled, made, signed_in, words, world};
use crate::harness::instance::Plugins;
use crate::harness::{Browser, Instance, Key};

/// Every route of a workspace's keys and usage, with a key in its place.
fn paths(workspace: &str, key: &Key) -> Vec<(Verb, Role, String)> {
    let path = |pattern: &str| {
        pattern.replace("{workspace}", workspace).replace("{key}", &key.id.to_string())
    };
    let of_keys = ROUTES.iter().filter(|it| {
        it.path.starts_with("/console/workspaces/{workspace}/keys")
            || it.path.starts_with("/console/workspaces/{workspace}/usage")
    });
    of_keys
        .map(|route| match route.who {
            Who::Member(role) => (route.verb, role, path(route.path)),
            other => panic!("{}: {other:?}", route.path),
        })
        .collect()
}

fn status(browser: &Browser, verb: Verb, path: &str) -> u16 {
    match verb {
        Verb::Get => browser.get(path).status,
        Verb::Post => {
            browser.get("/console/account");
            browser.post(path, &[]).status
        }
    }
}

fn whale_key(instance: &Instance) -> Key {
    instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make()
}

#[test]
fn nobody_reaches_another_workspace_by_any_address() {
    let instance = world();
    let key = whale_key(&instance);
    let stranger = signed_in(&instance, "other@example.com");
    let paths_of = |workspace| paths(workspace, &key);
    assert_eq!(paths_of("acme").len(), 12);
    for (verb, _, path) in paths_of("acme") {
        assert_eq!(status(&stranger, verb, &path), 404, "{verb:?} {path}");
    }
    // Nor by an address of their own workspace that names another's key.
    for (verb, _, path) in paths_of("globex").iter().filter(|(.., path)| path.contains("key_")) {
        assert_eq!(status(&stranger, *verb, path), 404, "{verb:?} {path}");
    }
    let used = format!("/console/workspaces/globex/usage?key={}", key.id);
    assert_eq!(stranger.get(&used).status, 404);
    assert_eq!(
        stranger.get(&format!("/console/workspaces/globex/keys/new?like={}", key.id)).status,
        404
    );
    assert_eq!(at_gate(&instance, &key.secret, PRODUCTS), "200", "nothing was changed");
    // To an operator, what is not there is not there.
    let ada = signed_in(&instance, "ada@example.com");
    for (verb, _, path) in paths_of("nowhere") {
        assert_eq!(status(&ada, verb, &path), 404, "{verb:?} {path}");
    }
}

#[test]
fn a_viewer_sees_and_changes_nothing() {
    let instance = world();
    let key = whale_key(&instance);
    let viewer = signed_in(&instance, "eye@example.com");
    for (verb, role, path) in paths("acme", &key) {
        let expected = if role == Role::Viewer { 200 } else { 403 };
        assert_eq!(status(&viewer, verb, &path), expected, "{verb:?} {path}");
    }
    let page = viewer.get(&format!("{KEYS}/{}", key.id)).text();
    assert!(!page.contains("Revoke key") && !page.contains("Edit key"));
    assert!(!viewer.get(KEYS).text().contains("Create key"));
    assert_eq!(at_gate(&instance, &key.secret, PRODUCTS), "200");
}

const ADMIN: &str = r#"
name = "Vault"
[keys.live]
prefix = "va_"
[resources.box]
[scopes]
"read:box" = "Read"
"*" = "All"
"admin:keys" = { description = "Keys", grant = "admin" }
[routes]
"GET /box/{box}" = "read:box"
"GET /keys" = "admin:keys"
"#;

#[test]
fn an_operator_gives_what_a_member_may_not_and_the_member_may_keep_it() {
    let instance = Instance::start(&Plugins::default().and("vault", ADMIN));
    instance.person("ada@example.com", None).unwrap();
    instance.person("dev@example.com", Some(("acme", Role::Developer))).unwrap();
    let (ada, dev) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "dev@example.com"));
    let of = |more: &[(&'static str, &'static str)]| {
        let start = [("product", "vault"), ("type", "live"), ("name", "Vault"), ("expires", "")];
        start.into_iter().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let form = format!("{NEW}?product=vault&type=live");
    assert!(!dev.get(&form).text().contains("admin:keys"), "it is not offered");
    let forged = dev.post(NEW, &of(&[("scope", "admin:keys")]));
    assert_eq!(forged.status, 422);
    assert!(words(&forged.text()).contains("only an operator may give"));
    let foreign = dev.post(NEW, &of(&[("scope", "read:box"), ("restrict.box", "b1")]));
    assert_eq!(foreign.status, 422, "nor ids that the workspace does not own");

    assert!(ada.get(&form).text().contains("admin:keys"));
    let given = [("scope", "admin:keys"), ("scope", "read:box"), ("restrict.box", "b1")];
    let (id, _) = made(&ada.post(NEW, &of(&given)));
    let edit = format!("{KEYS}/{id}/edit");
    assert!(dev.get(&edit).text().contains("value=\"b1\" checked"));
    assert_eq!(dev.post(&edit, &of(&given)).status, 303, "what it has, it keeps");
    let without = [("scope", "read:box"), ("restrict.box", "b1")];
    assert_eq!(dev.post(&edit, &of(&without)).status, 303);
    dev.get(&edit);
    assert_eq!(dev.post(&edit, &of(&given)).status, 422, "what was let go, is gone");
    let like = dev.get(&format!("{NEW}?like={id}")).text();
    assert!(!like.contains("value=\"b1\""), "what is not theirs to give is not ticked");
}

#[test]
fn an_operator_binds_any_id() {
    let instance = world();
    let browser = signed_in(&instance, "ada@example.com");
    let sent = [("restrict.store", "st_77"), ("owner", "ada@example.com")];
    made(&create(&browser, &sent));
    let other = [("restrict.store", ""), ("other.store", "st_78"), ("owner", "ada@example.com")];
    made(&create(&browser, &other));
    let both = [("other.store", "st_78"), ("owner", "ada@example.com")];
    assert!(words(&create(&browser, &both).text()).contains("Choose one"));
    browser.get(NEW);
    let refused = browser.post(NEW, &filled(&[("restrict.store", "st 77")]));
    assert_eq!(refused.status, 422, "if it looks like one");
}
