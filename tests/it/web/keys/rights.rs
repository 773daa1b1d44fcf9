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
    let page = dev.get(&edit).text();
    assert!(page.contains("name=\"scope\" value=\"admin:keys\""), "it is sent along: {page}");
    assert!(page.contains("checked disabled"), "and cannot be unticked");
    let without = [("scope", "read:box"), ("restrict.box", "b1")];
    assert_eq!(dev.post(&edit, &of(&without)).status, 303);
    assert!(ada.get(&format!("{KEYS}/{id}")).text().contains("admin:keys"), "nor by a forged form");
    ada.get(&edit);
    assert_eq!(ada.post(&edit, &of(&without)).status, 303);
    dev.get(&edit);
    assert_eq!(dev.post(&edit, &of(&given)).status, 422, "what an operator took, is gone");
    let like = dev.get(&format!("{NEW}?like={id}")).text();
    assert!(!like.contains("value=\"b1\""), "what is not theirs to give is not ticked");
}

/// A key that an operator has made, with what only operators give; and a developer's browser.
fn admin_key() -> (Instance, String, Browser) {
    let instance = Instance::start(&Plugins::default().and("vault", ADMIN));
    instance.person("ada@example.com", None).unwrap();
    instance.person("dev@example.com", Some(("acme", Role::Developer))).unwrap();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get(NEW);
    let (id, _) = made(&ada.post(NEW, &vault(&[])));
    let dev = signed_in(&instance, "dev@example.com");
    (instance, id, dev)
}

/// The form of that key, with other values.
fn vault<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let form = [
        ("product", "vault"),
        ("type", "live"),
        ("name", "Vault"),
        ("scope", "admin:keys"),
        ("restrict.box", "b1"),
        ("expires", "2026-12-01"),
        ("allow_ip", "192.0.2.0/24"),
    ];
    let is_kept = |name: &str| !changes.iter().any(|(changed, _)| *changed == name);
    form.into_iter().filter(|(name, _)| is_kept(name)).chain(changes.iter().copied()).collect()
}

#[test]
fn a_member_opens_no_more_by_a_key_that_an_operator_gave_more() {
    let (_instance, id, dev) = admin_key();
    let edit = format!("{KEYS}/{id}/edit");
    for (field, value) in [
        ("expires", ""),
        ("expires", "2027-12-01"),
        ("allow_ip", ""),
        ("allow_ip", "0.0.0.0/0"),
        ("allow_ip", "192.0.2.0/24\n198.51.100.7"),
        ("scope", "read:box"),
        ("scope", "*"),
    ] {
        dev.get(&edit);
        let answer = dev.post(&edit, &vault(&[(field, value)]));
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(words(&answer.text()).contains("only an operator gives"), "{}", answer.text());
    }
    for (field, value) in [("name", "Safe"), ("expires", "2026-11-30")] {
        dev.get(&edit);
        assert_eq!(dev.post(&edit, &vault(&[(field, value)])).status, 303, "{field}={value}");
    }
}

#[test]
fn a_member_ends_a_key_that_an_operator_gave_more_and_does_not_renew_it() {
    let (instance, id, dev) = admin_key();
    let page = format!("{KEYS}/{id}");
    let shown = words(&dev.get(&page).text());
    assert!(
        shown.contains("an operator can rotate it") && !shown.contains("Rotate key"),
        "{shown}"
    );
    let rotated = dev.post(&format!("{page}/rotate"), &[("overlap", "24h")]);
    assert_eq!(rotated.status, 422);
    assert!(words(&rotated.text()).contains("only an operator gives"), "{}", rotated.text());
    dev.get(&page);
    let revoke = [("confirm", "Vault"), ("reason", "")];
    assert_eq!(dev.post(&format!("{page}/revoke"), &revoke).status, 303);
    dev.get(&page);
    assert_eq!(dev.post(&format!("{page}/restore"), &[]).status, 422);
    let ada = signed_in(&instance, "ada@example.com");
    ada.get(&page);
    assert_eq!(ada.post(&format!("{page}/restore"), &[]).status, 303);
    ada.get(&page);
    assert_eq!(ada.post(&format!("{page}/rotate"), &[("overlap", "24h")]).status, 200);
}

#[test]
fn a_member_names_a_member_as_owner_and_learns_of_nobody_else() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    for email in ["ada@example.com", "other@example.com", "nobody@example.com"] {
        let answer = create(&browser, &[("owner", email)]);
        assert_eq!(answer.status, 422, "{email}");
        assert!(
            words(&answer.text()).contains(&format!("{email} is no member of acme")),
            "{email}"
        );
    }
    made(&create(&browser, &[("owner", "eye@example.com")]));
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
