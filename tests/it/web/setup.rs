//! The first run.

use keystile::accounts::setup::Setup;

use super::is_in;
use crate::harness::Instance;
use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::process::Home;

fn fresh() -> Instance {
    Instance::start(&Plugins::default())
}

/// The token of a new setup link.
fn link(instance: &Instance) -> String {
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    Setup { store, hasher }.begin().unwrap().unwrap().expose().to_owned()
}

fn finished(instance: &Instance, token: &str) -> u16 {
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("token", token)];
    instance.browser().post_as_it_is("/console/setup", &fields).status
}

#[test]
fn whoever_holds_the_link_becomes_the_operator_once() {
    let instance = fresh();
    let (token, browser) = (link(&instance), instance.browser());
    let page = browser.get(&format!("/console/setup?token={token}"));
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&token), "the form carries it on");
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("token", token.as_str())];
    let answer = browser.post("/console/setup", &fields);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console")));
    assert!(is_in(&browser), "and is signed in");
    assert_eq!(finished(&instance, &token), 404, "once");
    assert_eq!(instance.browser().get("/console/setup").status, 404, "then there is no such page");
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    assert!(Setup { store, hasher }.begin().unwrap().is_none());
}

#[test]
fn a_link_is_good_for_30_minutes_and_until_the_next_one() {
    let instance = fresh();
    let first = link(&instance);
    let second = link(&instance);
    assert_eq!(finished(&instance, &first), 404, "a later link makes it worthless");
    instance.advance("1799s");
    assert_eq!(instance.browser().get(&format!("/console/setup?token={second}")).status, 200);
    instance.advance("1s");
    assert_eq!(instance.browser().get(&format!("/console/setup?token={second}")).status, 404);
    assert_eq!(finished(&instance, &second), 404);
    assert_eq!(finished(&instance, &"A".repeat(43)), 404);
    assert_eq!(finished(&instance, "short"), 404);
    let third = link(&instance);
    assert_eq!(finished(&instance, &third), 303);
}

#[test]
fn what_is_wrong_with_the_form_is_told_to_whoever_holds_the_link_alone() {
    let instance = fresh();
    let token = link(&instance);
    let sent = |email: &str, password: &str, token: &str| {
        let fields = [("email", email), ("password", password), ("token", token)];
        instance.browser().post_as_it_is("/console/setup", &fields)
    };
    let short = sent("ada@example.com", "short", &token);
    assert_eq!(short.status, 422);
    assert!(short.text().contains("12 characters") && short.text().contains("ada@example.com"));
    assert!(sent("ada@example.com", "password1234", &token).text().contains("many people"));
    assert_eq!(sent("nobody", PASSWORD, &token).status, 422);
    assert_eq!(sent("ada@example.com", "short", &"A".repeat(43)).status, 404);
    assert_eq!(finished(&instance, &token), 303, "the link is still good");
}

#[test]
fn until_somebody_is_there_nothing_else_is_served() {
    let instance = fresh();
    let browser = instance.browser();
    for path in
        ["/console", "/console/sign-in", "/console/account", "/console/products", "/nothing"]
    {
        let answer = browser.get(path);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/console/setup")),
            "{path}"
        );
    }
    assert_eq!(browser.sign_in("ada@example.com", PASSWORD).status, 404);
    let page = browser.get("/console/setup");
    assert_eq!(page.status, 404);
    assert!(page.text().contains("keystile user add"), "{}", page.text());
    instance.person("ada@example.com", None).unwrap();
    assert_eq!(
        browser.get("/console").header("location"),
        Some("/console/sign-in?next=%2Fconsole"),
        "by a command too"
    );
}

#[test]
fn serve_prints_the_link_while_nobody_is_there() {
    let home = Home::new();
    let serve = || {
        let server = home.serve();
        let said = home.printed();
        assert!(server.terminate().success());
        said
    };
    let said = serve();
    let link = said.lines().find(|line| line.contains("/console/setup?token=")).expect(&said);
    let token = link.rsplit_once('=').unwrap().1.to_owned();
    assert_eq!(token.len(), 43);
    assert!(!home.log().contains(&token), "it is printed, not logged");
    let another = serve();
    assert!(another.contains("/console/setup?token=") && !another.contains(&token));
    home.add_person("ada@example.com", &["--operator"]);
    assert!(!serve().contains("/console/setup"), "somebody is there");
}
