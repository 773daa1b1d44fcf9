//! No password, session, link, form token or key stands in any file or log; a key stands in one
//! answer, and on no page that can be reached afterwards.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::signed_in;
use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::process::{Home, until};
use crate::harness::{Answer, Browser, Instance};

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
    let page = browser.get("/console/account").text();
    let token =
        page.split(r#"name="form_token" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let session = browser.session().unwrap();
    browser.get(&format!("/{session}"));
    browser.get(&format!("/console/sign-in?next=/{session}"));
    for secret in [PASSWORD, "wrong lantern harbour", &session, token] {
        searched(&home.path(""), secret);
    }
    assert!(server.terminate().success());
}

#[test]
fn a_link_that_lets_somebody_in_is_in_no_log_and_no_file() {
    let home = Home::with_acme();
    let mut command = home.command(&["serve"]);
    command.env("KEYSTILE_LOG__LEVEL", "trace");
    let server = home.serve_by(&mut command);
    let browser = Browser::of(home.web());
    let printed = home.printed();
    let setup = printed.split("/console/setup?token=").nth(1).unwrap();
    let setup = setup.split_whitespace().next().unwrap();
    browser.get(&format!("/console/setup?token={setup}"));
    browser.get(&format!("/console/nothing?token={setup}"));
    let fields = [("token", setup), ("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.post_as_it_is("/console/setup", &fields).status, 303);
    browser.get("/console/workspaces/acme");
    let fields = [("email", "bob@example.com"), ("role", "viewer")];
    let invited = browser.post("/console/workspaces/acme/invitations", &fields).text();
    let link = invited.split("/console/invitations/").nth(1).unwrap();
    let link = link.split(['"', '<', '&']).next().unwrap();
    let bob = Browser::of(home.web());
    bob.get(&format!("/console/invitations/{link}"));
    bob.get(&format!("/console/invitations/{link}/nothing"));
    bob.post_as_it_is(&format!("/console/invitations/{link}"), &[("password", "short")]);
    let accepted = [("password", PASSWORD)];
    let answer = bob.post_as_it_is(&format!("/console/invitations/{link}"), &accepted);
    assert_eq!(answer.status, 303, "{}", answer.text());
    // It is printed for whoever starts the server, and nowhere else.
    fs::remove_file(home.path("serve.out")).unwrap();
    for secret in [setup, link] {
        assert_eq!(secret.len(), 43);
        searched(&home.path(""), secret);
    }
    assert!(server.terminate().success());
    for secret in [setup, link] {
        searched(&home.path(""), secret);
    }
}

/// Pages that are opened at most, one link after another.
const PAGES_MAX: usize = 300;

#[test]
fn a_key_is_in_one_answer_and_then_on_no_page_and_in_no_file() {
    let home = Home::with_acme();
    home.add_person("ada@example.com", &["--operator"]);
    let mut command = home.command(&["serve"]);
    command.env("KEYSTILE_LOG__LEVEL", "trace");
    let server = home.serve_by(&mut command);
    let browser = Browser::of(home.web());
    assert_eq!(browser.sign_in("ada@example.com", PASSWORD).status, 303);
    let new = "/console/workspaces/acme/keys/new";
    browser.get(&format!("{new}?product=brands&type=live"));
    let fields = [
        ("product", "brands"),
        ("type", "live"),
        ("name", "Web shop"),
        ("scope", "brands:read"),
        ("expires", ""),
        ("allow_ip", ""),
        ("owner", ""),
    ];
    let (first, key) = shown_once(&browser.post(new, &fields));
    let (second, _) = {
        browser.get(&key);
        shown_once(&browser.post(&format!("{key}/rotate"), &[("overlap", "24h")]))
    };
    let pages = every_linked_page(&browser);
    for needed in ["/console/audit", "/console/products", "/console/people", key.as_str()] {
        assert!(pages.contains(needed), "the walk goes past {needed}: {pages:?}");
    }
    for secret in [&first, &second] {
        // What shows of it is its last four characters.
        let hidden = &secret[12..secret.len() - 4];
        for page in &pages {
            assert!(!browser.get(page).text().contains(hidden), "{page} shows a key");
        }
        searched(&home.path(""), hidden);
        assert!(!home.log().contains(hidden));
    }
    assert!(server.terminate().success());
}

/// The secret that an answer shows, and the address of its key.
fn shown_once(answer: &Answer) -> (String, String) {
    let page = answer.text();
    assert_eq!(answer.status, 200, "{page}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let secret = page.split(r#"id="secret""#).nth(1).unwrap();
    let secret = secret.split(r#"value=""#).nth(1).unwrap().split('"').next().unwrap();
    let id = page.split("key_").nth(1).unwrap();
    (secret.to_owned(), format!("/console/workspaces/acme/keys/key_{}", &id[..26]))
}

/// Each page that links lead to, from the first one on.
fn every_linked_page(browser: &Browser) -> BTreeSet<String> {
    let (mut known, mut ahead) = (BTreeSet::new(), vec!["/console".to_owned()]);
    while let Some(path) = ahead.pop() {
        if known.len() == PAGES_MAX || !known.insert(path.clone()) {
            continue;
        }
        let text = browser.get(&path).text();
        let links = text.split("<a ").skip(1).filter_map(|link| link.split("href=\"").nth(1));
        let links = links.filter_map(|link| link.split('"').next());
        let ours = links.filter(|link| link.starts_with('/') && !link.starts_with("//"));
        ahead.extend(ours.map(|link| link.replace("&amp;", "&")));
    }
    known
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
    for path in ["/console/account", "/nothing", "/console/sign-in"] {
        assert!(!browser.get(path).text().contains(&session), "{path}");
    }
}
