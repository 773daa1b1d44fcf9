//! Nothing but keys: everything is reached with Tab, and done with Enter and Space.

use keystile::accounts::people::Role;

use super::house::MEMBER;
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

fn sign_in(tab: &Tab<'_>) {
    tab.goto("/sign-in");
    reach(tab, "E-mail");
    tab.type_in(MEMBER);
    reach(tab, "Password");
    tab.type_in(PASSWORD);
    tab.press_and_leave("Enter");
    assert!(!tab.path().starts_with("/sign-in"), "{}", tab.text());
}

#[test]
fn somebody_signs_in_makes_a_key_and_revokes_it_without_a_mouse() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(MEMBER, Some((WORKSPACE, Role::Owner))).unwrap();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab();
    sign_in(&tab);
    tab.goto("/workspaces/acme/keys");
    assert_eq!(tab.press("Tab"), "Skip to the page", "the first stop leads past the navigation");
    tab.press("Enter");
    reach(&tab, "Create key");
    tab.press_and_leave("Enter");
    reach(&tab, "Create restricted key");
    tab.press_and_leave("Enter");
    reach(&tab, "Name");
    tab.type_in("By hand");
    reach_what_begins(&tab, "read:products");
    tab.press("Space");
    reach(&tab, "Create key");
    tab.press_and_leave("Enter");
    assert!(tab.text().contains("Key created"), "{}", tab.text());
    let secret = tab.value_of("#secret");
    reach(&tab, "Copy");
    tab.press("Enter");
    assert_eq!(tab.clipboard(), secret);
    reach(&tab, "I have saved it");
    tab.press_and_leave("Enter");
    reach(&tab, "Revoke key");
    tab.press("Space");
    reach(&tab, "Type By hand to confirm");
    tab.type_in("By hand");
    reach(&tab, "Revoke key");
    tab.press_and_leave("Enter");
    assert!(tab.text().contains("This key is revoked"), "{}", tab.text());
}
