//! The first quarter of an hour: from the link that the server prints to the first verified request.

use keystile::accounts::setup::Setup;
use keystile::http::nginx::{LISTEN, LOG_FOLDER, UPSTREAM};

use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::{BackEnd, Chromium, Instance, Nginx, Request, Tab, eventually};

/// Looks at a page that renews itself every five seconds.
const LOOKS: u32 = 1_000;

#[test]
fn the_setup_link_leads_to_the_first_verified_request() {
    let (instance, chromium) = on_the_first_day();
    let tab = chromium.tab();
    let secret = set_up(&instance, &tab);
    tab.click("Copy nginx configuration");
    let nginx = behind(&tab.clipboard(), &instance);
    tab.goto("/console");
    assert!(tab.text().contains("First steps"), "{}", tab.text());
    assert_eq!(ask(&nginx, &secret), 200);
    instance.write_counts().unwrap();
    let shown = eventually(LOOKS, || is_done(&tab).then_some(()));
    assert!(shown.is_some(), "the page shows it by itself: {}", tab.text());
    tab.send("Close");
    assert!(!tab.text().contains("First steps"), "{}", tab.text());
}

/// Whether the page says that the last step is done.
fn is_done(tab: &Tab<'_>) -> bool {
    tab.count("ol.steps > li") == tab.count("ol.steps > li.done")
        && tab.text_of("ol.steps > li:last-child").contains("Verified ")
}

#[test]
fn a_first_request_that_is_refused_is_told_with_what_to_do() {
    let (instance, chromium) = on_the_first_day();
    let tab = chromium.tab();
    let secret = set_up(&instance, &tab);
    let nginx = behind(&tab.text_of("#nginx"), &instance);
    assert_eq!(ask(&nginx, &format!("{secret}x")), 401);
    instance.write_counts().unwrap();
    tab.goto("/console");
    let last = tab.text_of("ol.steps > li:last-child");
    assert!(last.contains("invalid_key") && last.contains("copy it again"), "{last}");
    assert!(tab.text_of("ol.steps > li:nth-child(3)").contains("(done)"), "nginx has asked");
    assert_eq!(ask(&nginx, &secret), 200);
    instance.write_counts().unwrap();
    tab.goto("/console");
    assert!(is_done(&tab), "{}", tab.text());
}

#[test]
fn it_does_so_without_scripts() {
    let (instance, chromium) = on_the_first_day();
    let tab = chromium.tab_without_scripts();
    let secret = set_up(&instance, &tab);
    let nginx = behind(&tab.text_of("#nginx"), &instance);
    assert_eq!(ask(&nginx, &secret), 200);
    instance.write_counts().unwrap();
    tab.goto("/console");
    assert!(is_done(&tab), "{}", tab.text());
    tab.send("Close");
    assert!(!tab.text().contains("First steps"), "{}", tab.text());
}

fn on_the_first_day() -> (Instance, Chromium) {
    let instance = Instance::start_empty_on("unix:gate.sock", &Plugins::shipped());
    let chromium = Chromium::start(instance.web);
    (instance, chromium)
}

/// Goes from the link to the page with the proxy's configuration; the secret of the first key.
fn set_up(instance: &Instance, tab: &Tab<'_>) -> String {
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let link = Setup { store, hasher }.begin().unwrap().unwrap();
    tab.goto(&format!("/console/setup?token={}", link.expose()));
    tab.fill("E-mail", "ada@example.com");
    tab.fill("Password", PASSWORD);
    tab.send("Create operator");
    assert!(tab.text().contains("First steps"), "{}", tab.text());
    tab.follow("Create a workspace");
    tab.fill("Name", "Acme");
    tab.fill("Slug", "acme");
    tab.send("Create workspace");
    tab.goto("/console");
    tab.follow("Create a key");
    tab.follow("Create live key");
    tab.fill("Name", "First");
    tab.tick("brands:read");
    tab.send("Create key");
    assert!(tab.text().contains("Key created"), "{}", tab.text());
    let secret = tab.value_of("#secret");
    tab.follow("I have saved it");
    tab.goto("/console");
    tab.follow("Copy the proxy's configuration");
    secret
}

/// nginx with the text that somebody has copied, between the addresses of this test.
fn behind(copied: &str, instance: &Instance) -> Nginx {
    let back_end = BackEnd::start().address.to_string();
    let logs = instance.folder().display().to_string();
    let text = copied.replace(UPSTREAM, &back_end).replace(LOG_FOLDER, &logs);
    assert!(text.contains(LISTEN), "{text}");
    Nginx::with_server(|listen| text.replace(LISTEN, &listen.to_string()))
}

fn ask(nginx: &Nginx, secret: &str) -> u16 {
    let request = Request::new("GET", "/v1/brands").header("Host", "api.brands.example");
    let request = request.header("Authorization", format!("Bearer {secret}"));
    nginx.client().send(&request).status
}
