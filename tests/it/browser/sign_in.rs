//! Signing in and out, and waiting after failures.

use super::{fill_in, sign_in, with_scripts_and_without};
use crate::harness::chromium::Heard;
use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::{Chromium, Instance};

const WRONG: &str = "not the password at all";

fn with_ada() -> Instance {
    let instance = Instance::start(&Plugins::shipped());
    instance.person("ada@example.com", None).unwrap();
    instance
}

#[test]
fn whoever_fails_waits_and_then_comes_in_with_scripts_or_without() {
    let instance = with_ada();
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        tab.goto("/console/account");
        assert_eq!(tab.path(), "/console/sign-in?next=%2Fconsole%2Faccount");
        fill_in(tab, "ada@example.com", WRONG);
        assert!(tab.text().contains("There is nobody with this"), "{}", tab.text());
        assert_eq!(
            tab.count("[name=email][value='ada@example.com']"),
            1,
            "it keeps what was typed"
        );
        fill_in(tab, "ada@example.com", PASSWORD);
        assert!(tab.text().contains("Try again in"), "it says how long to wait: {}", tab.text());
        instance.advance("10s");
        fill_in(tab, "ada@example.com", PASSWORD);
        assert_eq!(tab.path(), "/console/account", "where they wanted to go");
        tab.send("Sign out");
        tab.goto("/console/account");
        assert_eq!(tab.path(), "/console/sign-in?next=%2Fconsole%2Faccount");
    });
}

#[test]
fn a_theme_is_chosen_and_kept() {
    let instance = with_ada();
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        sign_in(tab, "ada@example.com");
        tab.goto("/console/account");
        assert_eq!(tab.count("html[data-theme]"), 0);
        tab.tick("dark");
        tab.send("Save theme");
        assert_eq!(tab.count("html[data-theme=dark]"), 1);
        tab.goto("/nothing-here");
        assert_eq!(tab.count("html[data-theme=dark]"), 1, "on every page");
        let heard = tab.heard();
        let not_found =
            "Failed to load resource: the server responded with a status of 404 (Not Found)";
        assert_eq!(heard, Heard { said: vec![not_found.into()], ..Heard::default() });
    });
}
