//! The dashboard as people meet it: in the real Chromium, from a click to what the proxy then does.
//!
//! Start reading at `keys.rs`, then `every_page.rs`, which holds what is true of all pages.

mod every_page;
mod first_run;
mod foreign_text;
mod house;
mod keyboard;
mod keys;
mod oauth;
mod plugins;
mod sign_in;
mod usage;

use crate::harness::instance::PASSWORD;
use crate::harness::{Chromium, Tab};

/// Opens the sign-in page and signs somebody in there.
fn sign_in(tab: &Tab<'_>, email: &str) {
    tab.goto("/console/sign-in");
    fill_in(tab, email, PASSWORD);
    assert!(!tab.path().starts_with("/console/sign-in"), "{}", tab.text());
}

fn fill_in(tab: &Tab<'_>, email: &str, password: &str) {
    tab.fill("E-mail", email);
    tab.fill("Password", password);
    tab.send("Sign in");
}

/// Carries a flow out twice: as most people see it, and as those do who have no JavaScript.
fn with_scripts_and_without(chromium: &Chromium, flow: impl Fn(&Tab<'_>)) {
    flow(&chromium.tab());
    flow(&chromium.tab_without_scripts());
}
