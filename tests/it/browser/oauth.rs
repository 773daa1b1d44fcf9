//! Letting an app in, as somebody meets it who was sent by one.

use keystile::accounts::people::Role;
use keystile::audit::Actor;
use keystile::oauth::clients::{Clients, Maker, Terms};

use super::{fill_in, sign_in, with_scripts_and_without};
use crate::harness::chromium::Heard;
use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{Address, BackEnd, Chromium, Client, Instance, Request, Tab};

/// The address to which an app sends somebody, for the answer at `callback`.
fn asked(instance: &Instance, callback: &str) -> String {
    let registry = instance.app.plugins.registry.load();
    let (store, principals) = (&instance.app.store, &instance.app.principals);
    let clients = Clients { store, principals, registry: &registry };
    let terms = Terms {
        name: "Sync".to_owned(),
        redirect_uris: vec![callback.to_owned()],
        ..Terms::default()
    };
    let client = clients.add(&Actor::Instance, Maker::Operator, terms).unwrap().client.id;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", client.as_str())
        .append_pair("redirect_uri", callback)
        .append_pair("scope", "read:users write:users")
        .append_pair("state", "s")
        .append_pair("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        .append_pair("code_challenge_method", "S256")
        .finish();
    format!("/oauth/authorize?{query}")
}

#[test]
fn somebody_signs_in_on_the_way_and_lets_an_app_in_with_scripts_or_without() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person("olga@example.com", None).unwrap();
    instance.person("ada@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
    // The app's own address is another origin: the browser must let the form lead there.
    let app = BackEnd::start();
    let callback = format!("http://{}/cb", app.address);
    let url = asked(&instance, &callback);
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        tab.goto(&url);
        assert!(
            tab.path().starts_with("/console/sign-in?next=%2Foauth%2Fconsent%2F"),
            "{}",
            tab.path()
        );
        fill_in(tab, "ada@example.com", PASSWORD);
        assert!(tab.path().starts_with("/oauth/consent/"), "{}", tab.path());
        assert!(tab.text().contains("Let Sync use Example API?"), "{}", tab.text());
        assert_eq!(tab.count("[name=scope][checked]"), 2);
        tab.tick("write:users");
        assert_eq!(tab.heard(), Heard::default(), "no policy is broken");
        app.take();
        tab.send("Allow");
        assert!(tab.path().starts_with("/cb?code=ks_ac_"), "{}", tab.path());
        assert!(tab.path().contains("&state=s&iss=http"), "{}", tab.path());
        let received = app.take();
        let sent = received.iter().find(|it| it.target.starts_with("/cb?")).unwrap();
        assert_eq!(sent.header("referer"), None, "the app is not told where they were");

        tab.goto(&url);
        tab.send("Deny");
        assert!(tab.path().starts_with("/cb?error=access_denied"), "{}", tab.path());
    });
}

/// Has the app take what it was let in for: `asked` is what it asked, and `told` what it was answered.
fn redeem(instance: &Instance, asked: &str, told: &str) {
    let said = |target: &str, name: &str| {
        let query = target.split_once('?').unwrap().1.to_owned();
        let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
        found.unwrap().1.into_owned()
    };
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &said(told, "code"))
        .append_pair("client_id", &said(asked, "client_id"))
        .append_pair("redirect_uri", &said(asked, "redirect_uri"))
        .append_pair("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        .finish();
    let request = Request::new("POST", "/oauth/token")
        .header("Host", instance.web.to_string())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(&body);
    assert_eq!(Client::of(Address::Tcp(instance.web)).send(&request).status, 200);
}

/// Ends the one app of a page: that is asked before it is done.
fn end_access(tab: &Tab<'_>, page: &str) {
    const CONSEQUENCE: &str = "Its tokens are refused at once.";
    tab.goto(page);
    assert!(tab.text().contains("Sync") && !tab.text().contains(CONSEQUENCE), "{}", tab.text());
    tab.unfold("End access");
    assert!(tab.text().contains(CONSEQUENCE), "{}", tab.text());
    tab.goto(page);
    assert!(tab.text().contains("Sync"), "nothing was done: {}", tab.text());
    tab.unfold("End access");
    tab.send("End access Sync");
    assert!(!tab.text().contains("Sync"), "{}", tab.text());
}

#[test]
fn what_an_app_may_do_is_ended_once_it_was_asked_by_members_and_by_operators() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person("olga@example.com", None).unwrap();
    instance.person("ada@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
    let app = BackEnd::start();
    let url = asked(&instance, &format!("http://{}/cb", app.address));
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        let let_in = || {
            tab.goto(&url);
            tab.send("Allow");
            redeem(&instance, &url, &tab.path());
        };
        sign_in(tab, "ada@example.com");
        let_in();
        end_access(tab, "/console/account");
        let_in();
        end_access(tab, "/console/workspaces/acme/apps");
        let_in();
        tab.goto("/console/account");
        tab.send("Sign out");
        sign_in(tab, "olga@example.com");
        end_access(tab, "/console/apps");
    });
}
