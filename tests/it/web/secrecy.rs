//! No password, session, link or form token stands in any file or log.

use std::fs;
use std::path::Path;

use super::signed_in;
use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::process::{Home, until};
use crate::harness::{Browser, Instance};

#[test]
fn nothing_that_opens_anything_is_kept() {
    let home = Home::new();
    home.add_person("ada@example.com", &["--operator"]);
    let mut command = home.command(&["serve"]);
    command.env("KEYSTILE_LOG__LEVEL", "trace");
    let server = home.serve_by(&mut command);
    let browser = Browser::of(home.web());
    assert_eq!(browser.sign_in("ada@example.com", "wrong lantern harbour").status, 422);
    until("the throttle lets us in", || {
        (browser.sign_in("ada@example.com", PASSWORD).status == 303).then_some(())
    });
    let page = browser.get("/account").text();
    let token =
        page.split(r#"name="form_token" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let session = browser.session().unwrap();
    browser.get(&format!("/{session}"));
    browser.get(&format!("/sign-in?next=/{session}"));
    for secret in [PASSWORD, "wrong lantern harbour", &session, token] {
        searched(&home.path(""), secret);
    }
    assert!(server.terminate().success());
}

/// Holds that `secret` is in no file below `folder`.
fn searched(folder: &Path, secret: &str) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            searched(&entry.path(), secret);
        } else if entry.file_type().unwrap().is_file() {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            assert!(!text.contains(secret), "{} holds a secret", entry.path().display());
        }
    }
}

#[test]
fn a_session_is_on_no_page() {
    let instance = Instance::start(&Plugins::default());
    instance.person("ada@example.com", None).unwrap();
    let browser = signed_in(&instance, "ada@example.com");
    let session = browser.session().unwrap();
    for path in ["/account", "/nothing", "/sign-in"] {
        assert!(!browser.get(path).text().contains(&session), "{path}");
    }
}
