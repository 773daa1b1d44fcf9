//! Nothing but keys: everything is reached with Tab, and done with Enter, Space and letters.

use keystile::accounts::people::Role;
use keystile::accounts::setup::Setup;

use super::house::{MEMBER, OPERATOR};
use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{Chromium, Instance, Tab};

/// How often Tab is pressed before something counts as out of reach.
const STEPS_MAX: u32 = 250;

/// Goes on with Tab until something of this name has the focus.
fn reach(tab: &Tab<'_>, name: &str) {
    let mut passed = Vec::new();
    for _ in 0..STEPS_MAX {
        let here = tab.press("Tab");
        if here == name || here.starts_with(&format!("{name} (optional)")) {
            return;
        }
        passed.push(here);
    }
    panic!("Tab does not reach {name}: {passed:?}");
}

/// The same among things that begin with these words.
fn reach_what_begins(tab: &Tab<'_>, words: &str) {
    let reached = (0..STEPS_MAX).any(|_| tab.press("Tab").starts_with(words));
    assert!(reached, "Tab does not reach {words}");
}

/// Reaches a field and types into it.
fn fill(tab: &Tab<'_>, name: &str, text: &str) {
    reach(tab, name);
    tab.press("ControlOrMeta+a");
    tab.type_in(text);
}

/// Reaches a link or a button that leads on, and presses it.
fn go(tab: &Tab<'_>, name: &str) {
    reach(tab, name);
    tab.press_and_leave("Enter");
}

/// Unfolds an act, and goes on to its button of the same name.
fn unfold(tab: &Tab<'_>, name: &str) {
    reach(tab, name);
    tab.press("Space");
}

fn sign_in(tab: &Tab<'_>, email: &str) {
    tab.goto("/console/sign-in");
    fill(tab, "E-mail", email);
    fill(tab, "Password", PASSWORD);
    tab.press_and_leave("Enter");
    assert!(!tab.path().starts_with("/console/sign-in"), "{}", tab.text());
}

/// Copies the secret that is shown, and goes on to the key's own page.
fn save(tab: &Tab<'_>) {
    let secret = tab.value_of("#secret");
    reach(tab, "Copy");
    tab.press("Enter");
    assert_eq!(tab.clipboard(), secret);
    go(tab, "I have saved it");
}

fn shows(tab: &Tab<'_>, words: &str) {
    assert!(tab.text().contains(words), "{words}: {}", tab.text());
}

#[test]
fn an_instance_is_set_up_without_a_mouse() {
    let instance = Instance::start_empty_on("127.0.0.1:0", &Plugins::shipped());
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let link = Setup { store, hasher }.begin().unwrap().unwrap();
    tab.goto(&format!("/console/setup?token={}", link.expose()));
    fill(&tab, "E-mail", "ada@example.com");
    fill(&tab, "Password", PASSWORD);
    go(&tab, "Create operator");
    go(&tab, "Create a workspace");
    fill(&tab, "Name", "Acme");
    fill(&tab, "Slug", "acme");
    reach(&tab, "Plan");
    tab.type_in("Pro");
    go(&tab, "Create workspace");
    shows(&tab, "Acme");
    assert_eq!(tab.count("select[name=plan] option[value=pro][selected]"), 1, "{}", tab.html());
    go(&tab, "Overview");
    go(&tab, "Create a key");
    go(&tab, "Create live key");
    fill(&tab, "Name", "First");
    reach_what_begins(&tab, "brands:read");
    tab.press("Space");
    go(&tab, "Create key");
    save(&tab);
    go(&tab, "Overview");
    go(&tab, "Copy the proxy's configuration");
    fill(&tab, "The API listens on", "127.0.0.1:9100");
    tab.press_and_leave("Enter");
    reach(&tab, "Copy nginx configuration");
    tab.press("Enter");
    assert!(tab.clipboard().contains("127.0.0.1:9100"), "{}", tab.clipboard());
}

#[test]
fn a_key_is_made_changed_rotated_revoked_and_restored_without_a_mouse() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(MEMBER, Some((WORKSPACE, Role::Owner))).unwrap();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab, MEMBER);
    tab.goto("/console/workspaces/acme/keys");
    assert_eq!(tab.press("Tab"), "Skip to the page", "the first stop leads past the navigation");
    tab.press("Enter");
    go(&tab, "Create key");
    go(&tab, "Create restricted key");
    fill(&tab, "Name", "By hand");
    reach_what_begins(&tab, "read:products");
    tab.press("Space");
    go(&tab, "Create key");
    shows(&tab, "Key created");
    save(&tab);
    go(&tab, "Edit key");
    fill(&tab, "Name", "By heart");
    go(&tab, "Save changes");
    shows(&tab, "By heart");
    unfold(&tab, "Rotate key");
    reach(&tab, "The present secret stays good for");
    go(&tab, "Rotate key");
    save(&tab);
    shows(&tab, "Safe to end now");
    unfold(&tab, "End old secret");
    go(&tab, "End old secret");
    shows(&tab, "The old secret is ended");
    unfold(&tab, "Revoke key");
    fill(&tab, "Type By heart to confirm", "By heart");
    go(&tab, "Revoke key");
    shows(&tab, "This key is revoked");
    go(&tab, "Undo revocation");
    shows(&tab, "The key is good again");
}

#[test]
fn people_and_ids_come_and_go_without_a_mouse() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(OPERATOR, None).unwrap();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab, OPERATOR);
    tab.goto("/console/workspaces/acme");
    fill(&tab, "E-mail", "bob@example.com");
    reach(&tab, "Role");
    tab.type_in("Dev");
    go(&tab, "Invite member");
    shows(&tab, "/console/invitations/");
    tab.goto("/console/workspaces/acme");
    unfold(&tab, "Withdraw invitation bob@example.com");
    go(&tab, "Withdraw invitation bob@example.com");
    assert!(!tab.text().contains("bob@example.com"), "{}", tab.text());
    fill(&tab, "Id", "st_1");
    go(&tab, "Add id");
    unfold(&tab, "Remove id st_1");
    go(&tab, "Remove id st_1");
    assert!(!tab.text().contains("st_1"), "{}", tab.text());

    instance.person("eve@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    tab.goto("/console/workspaces/acme");
    go(&tab, "Change or remove eve@example.com");
    unfold(&tab, "Remove member");
    fill(&tab, "Type eve@example.com to confirm", "eve@example.com");
    go(&tab, "Remove member");
    assert!(!tab.text().contains("eve@example.com"), "{}", tab.text());
}

#[test]
fn questions_are_put_without_a_mouse() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(OPERATOR, None).unwrap();
    let key = instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab, OPERATOR);
    go(&tab, "Products");
    go(&tab, "Whale Gateway");
    go(&tab, "Test a route");
    reach(&tab, "Method");
    tab.type_in("POST");
    fill(&tab, "URL or path", "/v1/stores/st_1/orders");
    fill(&tab, "Key id", &key.id.to_string());
    go(&tab, "Decide");
    shows(&tab, "insufficient_scope");
    go(&tab, "Audit log");
    fill(&tab, "What", "key.create");
    tab.press_and_leave("Enter");
    shows(&tab, "1–1 of 1");
    tab.goto("/console/workspaces/acme/keys");
    fill(&tab, "Search", "nothing");
    tab.press_and_leave("Enter");
    assert!(tab.path().contains("q=nothing"), "{}", tab.path());
    tab.goto("/console/account");
    reach(&tab, "As this machine says");
    tab.press("ArrowDown");
    tab.press("ArrowDown");
    go(&tab, "Save theme");
    assert_eq!(tab.count("html[data-theme=dark]"), 1, "{}", tab.html());
    go(&tab, "Sign out");
    assert_eq!(tab.path(), "/console/sign-in");
}

#[test]
fn a_client_is_made_changed_and_revoked_without_a_mouse() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(OPERATOR, None).unwrap();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab, OPERATOR);
    go(&tab, "OAuth clients");
    go(&tab, "Create client");
    fill(&tab, "Name", "Ledger");
    reach_what_begins(&tab, "Public app");
    tab.press("ArrowDown");
    fill(&tab, "Redirect URIs", "https://app.example/callback");
    go(&tab, "Create client");
    save(&tab);
    shows(&tab, "App with a secret");
    fill(&tab, "Name", "Books");
    go(&tab, "Save changes");
    shows(&tab, "The client is changed");
    unfold(&tab, "Make another secret");
    go(&tab, "Make another secret");
    save(&tab);
    unfold(&tab, "Revoke client");
    fill(&tab, "Type Books to confirm", "Books");
    go(&tab, "Revoke client");
    shows(&tab, "No clients yet");
}
