//! A key's life, from its making to its undoing, with what the proxy lets through at each step.

use keystile::accounts::people::Role;

use super::house::{MEMBER, ask};
use super::{sign_in, with_scripts_and_without};
use crate::harness::instance::{Plugins, WORKSPACE};
use crate::harness::{BackEnd, Chromium, Instance, Nginx, Tab};

const PRODUCTS: &str = "/v1/stores/st_1/products";
const ORDERS: &str = "/v1/stores/st_1/orders";

/// An instance with a workspace that owns a store, a member who may make keys, and nginx in front.
fn shop() -> (Instance, Nginx) {
    let instance = Instance::start(&Plugins::shipped());
    instance.person("ada@example.com", None).unwrap();
    instance.person(MEMBER, Some((WORKSPACE, Role::Developer))).unwrap();
    instance.own("store", "st_1");
    let nginx = Nginx::start(&instance, &BackEnd::start(), &["whale"]);
    (instance, nginx)
}

/// Makes a key of Whale that may read products; the secret that is shown.
fn create(tab: &Tab<'_>, name: &str) -> String {
    tab.goto("/console/workspaces/acme/keys");
    tab.follow("Create key");
    assert!(tab.text().contains("Whale Gateway"), "{}", tab.text());
    tab.goto("/console/workspaces/acme/keys/new?product=whale&type=live");
    tab.fill("Name", name);
    tab.tick("read:products");
    tab.tick("st_1");
    tab.send("Create key");
    assert!(tab.text().contains("Key created"), "{}", tab.text());
    tab.value_of("#secret")
}

#[test]
fn a_key_is_made_used_rotated_revoked_and_restored_with_scripts_or_without() {
    let (instance, nginx) = shop();
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        sign_in(tab, MEMBER);
        let first = create(tab, "Web shop");
        let answers = |secret: &str| [PRODUCTS, ORDERS].map(|path| ask(&nginx, secret, path));
        assert_eq!(answers(&first), [200, 403]);
        tab.follow("I have saved it");
        let own = tab.path();
        assert!(own.starts_with("/console/workspaces/acme/keys/key_"), "{own}");

        tab.unfold("Rotate key");
        tab.choose("The present secret stays good for", "24 hours");
        tab.send("Rotate key");
        let second = tab.value_of("#secret");
        assert_ne!(first, second);
        assert_eq!((ask(&nginx, &first, PRODUCTS), ask(&nginx, &second, PRODUCTS)), (200, 200));

        tab.follow("I have saved it");
        tab.unfold("End old secret");
        tab.send("End old secret");
        assert_eq!((ask(&nginx, &first, PRODUCTS), ask(&nginx, &second, PRODUCTS)), (401, 200));

        tab.goto(&own);
        tab.unfold("Revoke key");
        tab.fill("Type Web shop to confirm", "Web");
        tab.send("Revoke key");
        assert_eq!(tab.count("[aria-invalid=true]"), 1, "{}", tab.text());
        assert_eq!(ask(&nginx, &second, PRODUCTS), 200, "it was not meant");
        tab.fill("Type Web shop to confirm", "Web shop");
        tab.send("Revoke key");
        assert!(tab.text().contains("This key is revoked"), "{}", tab.text());
        assert_eq!(ask(&nginx, &second, PRODUCTS), 401);

        tab.send("Undo revocation");
        assert!(!tab.text().contains("This key is revoked"), "{}", tab.text());
        assert_eq!((ask(&nginx, &first, PRODUCTS), ask(&nginx, &second, PRODUCTS)), (401, 200));
    });
}

#[test]
fn a_secret_is_copied_and_leaving_without_it_asks_first() {
    let (instance, _nginx) = shop();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab, MEMBER);
    let secret = create(&tab, "Web shop");
    tab.try_to_follow("API keys");
    assert_eq!(tab.heard().dialogs, ["beforeunload"]);
    assert_eq!(tab.value_of("#secret"), secret, "it is still there");
    tab.copy_marked("h1");
    tab.try_to_follow("API keys");
    assert_eq!(tab.heard().dialogs, ["beforeunload"], "something else was copied");
    tab.click("Copy");
    assert_eq!(tab.clipboard(), secret);
    tab.follow("API keys");
    assert!(tab.heard().dialogs.is_empty(), "it was copied");
    assert_eq!(tab.path(), "/console/workspaces/acme/keys");
    assert!(!tab.html().contains(&secret));
}

#[test]
fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let (instance, _nginx) = shop();
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        sign_in(tab, MEMBER);
        tab.goto("/console/workspaces/acme/keys/new?product=whale&type=live");
        tab.fill("Name", "Web shop");
        tab.tick("st_1");
        tab.fill("Expires", "yesterday");
        tab.send("Create key");
        assert!(tab.text().contains("Nothing was changed"), "{}", tab.text());
        assert_eq!(tab.value_of("[name=name]"), "Web shop");
        assert_eq!(tab.value_of("[name=expires][aria-invalid=true]"), "yesterday");
        assert_eq!(tab.count("[value=st_1]:checked"), 1);
        tab.fill("Expires", "90d");
        tab.tick("read:products");
        tab.send("Show what it can do");
        assert!(tab.text().contains("/v1/stores/{store}/products"), "{}", tab.text());
        tab.send("Create key");
        assert!(tab.text().contains("Key created"), "{}", tab.text());
    });
}
