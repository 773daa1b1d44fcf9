//! Somebody's own account.

use regex::Regex;

use keystile::accounts::people::Role;

use super::{is_in, signed_in, with_ada, with_products};
use crate::harness::Browser;
use crate::harness::browser::DEVICE;
use crate::harness::instance::{PASSWORD, WORKSPACE};

const CHOSEN: &str = "another lantern harbour";

/// The sessions that the page offers to end.
fn others(browser: &Browser) -> Vec<String> {
    let page = browser.get("/console/account").text();
    let link = Regex::new("name=\"session\" value=\"(session_[0-9a-z]{26})\"").unwrap();
    link.captures_iter(&page).map(|found| found[1].to_owned()).collect()
}

fn change(browser: &Browser, current: &str, chosen: &str) -> u16 {
    browser.get("/console/account");
    let fields = [("current", current), ("new", chosen)];
    browser.post("/console/account/password", &fields).status
}

#[test]
fn a_new_password_ends_all_sessions_and_gives_this_browser_a_new_one() {
    let instance = with_ada();
    let (here, there) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "ada@example.com"));
    let before = here.session().unwrap();
    assert_eq!(change(&here, PASSWORD, CHOSEN), 303);
    assert!(is_in(&here) && !is_in(&there));
    let after = here.session().unwrap();
    assert_ne!(after, before, "with another id");
    there.cookies.borrow_mut().insert("keystile".into(), before);
    assert!(!is_in(&there));
    assert_eq!(instance.browser().sign_in("ada@example.com", CHOSEN).status, 303);
    assert_eq!(instance.browser().sign_in("ada@example.com", PASSWORD).status, 422);
}

#[test]
fn a_password_is_not_changed_without_the_present_one_or_to_a_bad_one() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for (current, chosen) in [
        ("wrong lantern harbour", CHOSEN),
        (PASSWORD, "short"),
        (PASSWORD, "qwertyuiopas"),
        ("", ""),
    ] {
        assert_eq!(change(&browser, current, chosen), 422, "{current} {chosen}");
        instance.advance("10s");
    }
    assert_eq!(instance.browser().sign_in("ada@example.com", PASSWORD).status, 303);
}

#[test]
fn sessions_are_shown_and_ended_one_by_one_or_all() {
    let instance = with_ada();
    let here = signed_in(&instance, "ada@example.com");
    let away = instance.browser().at("192.0.2.7");
    away.sign_in("ada@example.com", PASSWORD);
    let page = here.get("/console/account").text();
    assert!(page.contains(DEVICE) && page.contains("192.0.2.7"), "{page}");
    let [other] = others(&here).try_into().expect("this one is ended by signing out");
    assert_eq!(here.post("/console/account/sessions/end", &[("session", &other)]).status, 303);
    assert!(is_in(&here) && !is_in(&away));

    let more = [(); 3].map(|()| signed_in(&instance, "ada@example.com"));
    here.get("/console/account");
    assert_eq!(here.post("/console/account/sessions/end-others", &[]).status, 303);
    assert!(is_in(&here) && !more.iter().any(is_in));

    let there = signed_in(&instance, "ada@example.com");
    let page = here.get("/console/account").text();
    assert!(page.contains("End all sessions, this one too"), "{page}");
    let ended = here.post("/console/account/sessions/end-all", &[]);
    assert_eq!((ended.status, ended.header("location")), (303, Some("/console/sign-in")));
    assert!(here.session().is_none() && !is_in(&here) && !is_in(&there));
}

#[test]
fn an_act_that_cannot_be_undone_asks_first() {
    let instance = with_products();
    instance.own("store", "st_1");
    instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let ada = signed_in(&instance, "ada@example.com");
    signed_in(&instance, "bob@example.com");
    signed_in(&instance, "ada@example.com");
    ada.get("/console/workspaces/acme");
    let invited = [("email", "eve@example.com"), ("role", "viewer")];
    ada.post("/console/workspaces/acme/invitations", &invited);
    let people = ada.get("/console/people?q=bob").text();
    let bob = people.split("/console/people/").nth(1).unwrap().split('"').next().unwrap();
    for (page, act, said) in [
        ("/console/workspaces/acme", "resources/remove", "No key can be bound to it any more"),
        ("/console/workspaces/acme", "invitations/withdraw", "The link that was sent"),
        ("/console/account", "account/sessions/end", "That browser has to sign in again"),
        ("/console/account", "sessions/end-others", "Every browser but this one"),
        ("/console/account", "sessions/end-all", "You sign in again, here"),
        (&format!("/console/people/{bob}"), "sessions/end", "They sign in again"),
    ] {
        let text = ada.get(page).text();
        let before = text.split(&format!("{act}\"")).next().unwrap();
        let folded = before.rsplit("<details").next().unwrap();
        assert!(before.len() < text.len(), "{page} has {act}");
        assert!(!folded.contains("</details>") && folded.contains(said), "{page}, {act}: {folded}");
    }
}

#[test]
fn nobody_ends_the_session_of_another() {
    let instance = with_ada();
    instance.person("bob@example.com", None).unwrap();
    let (ada, bob) =
        (signed_in(&instance, "ada@example.com"), signed_in(&instance, "bob@example.com"));
    signed_in(&instance, "ada@example.com");
    for id in others(&ada) {
        bob.get("/console/account");
        assert_eq!(bob.post("/console/account/sessions/end", &[("session", &id)]).status, 404);
    }
    bob.get("/console/account");
    assert_eq!(bob.post("/console/account/sessions/end", &[("session", "nonsense")]).status, 404);
    assert!(is_in(&ada));
}

#[test]
fn a_theme_is_remembered_and_there_are_three() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for theme in ["dark", "light", "system"] {
        browser.get("/console/account");
        let answer = browser.post("/console/account/theme", &[("theme", theme)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/console/account")));
        assert_eq!(browser.cookies.borrow()["keystile-theme"], theme);
    }
    assert_eq!(browser.post("/console/account/theme", &[("theme", "neon")]).status, 400);
}

#[test]
fn the_present_password_cannot_be_tried_again_and_again() {
    let instance = with_ada();
    let browser = signed_in(&instance, "ada@example.com");
    for delay in ["1s", "3s", "5s"] {
        assert_eq!(change(&browser, "wrong lantern harbour", CHOSEN), 422);
        assert_eq!(change(&browser, PASSWORD, CHOSEN), 429, "not the right one either");
        instance.advance(delay);
    }
    browser.get("/console/account");
    let fields = [("current", "wrong lantern harbour"), ("new", CHOSEN)];
    assert_eq!(browser.post("/console/account/password", &fields).status, 422);
    let answer = browser.post("/console/account/password", &fields);
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("10")));
    assert!(answer.text().contains("Try again in 10 s"), "{}", answer.text());
    assert_eq!(instance.browser().sign_in("ada@example.com", PASSWORD).status, 429, "they are one");
    instance.advance("10s");
    assert_eq!(change(&browser, PASSWORD, CHOSEN), 303);
    assert_eq!(
        instance.browser().sign_in("ada@example.com", CHOSEN).status,
        303,
        "all is forgiven"
    );
}
