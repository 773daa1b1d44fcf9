//! What others write is shown as text, and never runs: payloads in every field that reaches a page.
//!
//! The pages are opened with their content security policy switched off, so that nothing but the
//! escaping stands between a payload and the page.

use std::collections::BTreeSet;
use std::fs;

use keystile::id::KeyId;
use serde_json::{Value, json};

use super::house::{OPERATOR, app_that_registers as app, asks};
use super::sign_in;
use crate::harness::instance::{PASSWORD, Plugins};
use crate::harness::{Chromium, Instance, Tab};

/// Each sets `globalThis.harm` where it is taken for more than text.
const PAYLOADS: [&str; 6] = [
    "<script>globalThis.harm=1</script>",
    "\"><img src=x onerror=globalThis.harm=1>",
    "' autofocus onfocus=globalThis.harm=1 x='",
    "</title></textarea></pre><svg onload=globalThis.harm=1>",
    "javascript:globalThis.harm=1",
    "&lt;img src=x onerror=globalThis.harm=1&gt;",
];

/// What no page of ours has: each would be a payload that came to life.
const ALIVE: &str = "script:not([src]), img, [onerror], [onload], [onfocus], [autofocus], \
     a[href^='javascript:'], form[action^='javascript:']";

/// Where somebody writes; a page must show each as it was written.
const FIELDS: [&str; 13] = [
    "workspace",
    "key",
    "metadata",
    "reason",
    "browser",
    "product",
    "about",
    "type",
    "scope",
    "resource",
    "plan",
    "client",
    "problem",
];

/// The furthest that an address goes: as HTML it would be `o<@example.com`.
const EMAIL: &str = "o&lt@example.com";

/// What stands in a field: the payload, with a word before it that tells where it came from.
fn text(field: &str, place: usize) -> String {
    format!("{field}{place} {}", PAYLOADS[place])
}

fn plugin(place: usize) -> String {
    let quoted = |field: &str| Value::from(text(field, place)).to_string();
    format!(
        "name = {}\ndescription = {}\nhosts = [\"foreign{place}.example\"]\n\
         [keys.live]\nprefix = \"f{place}_live_\"\ndescription = {}\n\
         [scopes]\n\"read:a\" = {}\n[resources.store]\ndescription = {}\n\
         [routes]\n\"GET /a/{{store}}\" = \"read:a\"\n",
        quoted("product"),
        quoted("about"),
        quoted("type"),
        quoted("scope"),
        quoted("resource")
    )
}

/// A plugin file with a problem, which is told with what stands there.
fn broken(place: usize) -> String {
    let scope = Value::from(text("problem", place)).to_string();
    format!(
        "name = \"Broken\"\n[keys.live]\nprefix = \"b{place}_live_\"\n\
         [scopes]\n\"read:a\" = \"A\"\n[routes]\n\"GET /a\" = {scope}\n"
    )
}

/// Plans whose names hold payloads.
fn plans() -> String {
    let plan = |place: usize| {
        format!("[plans.plan{place}]\nname = {}\n", Value::from(text("plan", place)))
    };
    (0..PAYLOADS.len()).map(plan).collect()
}

/// An instance where every field holds a payload, and a key for each.
fn written_by_strangers() -> (Instance, Vec<KeyId>) {
    let places = 0..PAYLOADS.len();
    let plugins = places.clone().fold(Plugins::shipped(), |plugins, place| {
        let plugins = plugins.and(&format!("foreign{place}"), &plugin(place));
        plugins.and(&format!("broken{place}"), &broken(place))
    });
    let instance = Instance::start_configured("127.0.0.1:0", &plans(), &plugins);
    instance.person(OPERATOR, None).unwrap();
    instance.person(EMAIL, None).unwrap();
    let keys = places.map(|place| {
        let slug = format!("foreign{place}");
        let (name, plan) = (text("workspace", place), format!("plan{place}"));
        instance.workspace_named(&slug, &name, &plan).unwrap();
        let key = instance.key(&slug, "live", &["read:a"]).of(&slug).named(&text("key", place));
        let key = key.noting(json!({ "note": text("metadata", place) })).make();
        instance.revoke_for(&key, &text("reason", place)).unwrap();
        let browser = instance.browser().called(&text("browser", place));
        assert_eq!(browser.sign_in(OPERATOR, PASSWORD).status, 303);
        key.id
    });
    let keys = keys.collect();
    let file = instance.folder().join(format!("plugins/{}.toml", PAYLOADS[1]));
    fs::write(file, "name = ").unwrap();
    (instance, keys)
}

/// Every page that shows what strangers write, or what is asked for.
fn pages(instance: &Instance, keys: &[KeyId]) -> Vec<String> {
    let all = [
        "/console/clients",
        "/console",
        "/console/products",
        "/console/workspaces",
        "/console/people",
        "/console/plans",
        "/console/audit",
        "/console/account",
    ];
    let mut pages: Vec<String> = all.map(str::to_owned).to_vec();
    for (place, key) in keys.iter().enumerate() {
        let (product, own) =
            (format!("/console/products/foreign{place}"), format!("foreign{place}"));
        pages.extend(["", "/test", "/proxy"].map(|page| format!("{product}{page}")));
        let new = format!("/keys/new?product={own}&type=live");
        let (detail, edit) = (format!("/keys/{key}"), format!("/keys/{key}/edit"));
        for page in ["", "/keys", &new, &detail, &edit, "/usage"] {
            pages.push(format!("/console/workspaces/{own}{page}"));
        }
        let client = app(instance, &text("client", place));
        pages.push(format!("/console/clients/show?client={client}"));
        pages.push(asks(&client, "code"));
        let asked = form_urlencoded::byte_serialize(PAYLOADS[place].as_bytes());
        let asked: String = asked.collect();
        pages.push(format!("/console/workspaces/{own}/keys?q={asked}&state={asked}&sort={asked}"));
        pages.push(format!("/console/workspaces/{own}/usage?since={asked}&key={asked}"));
        pages.push(format!("/console/audit?actor={asked}&action={asked}&subject={asked}"));
        pages.push(format!("/{asked}"));
    }
    pages
}

fn holds_no_harm(tab: &Tab<'_>, page: &str) {
    assert_eq!(tab.global("harm"), "undefined", "{page}: a payload ran");
    assert_eq!(tab.count(ALIVE), 0, "{page}: a payload came to life: {}", tab.html());
}

#[test]
fn what_others_write_is_shown_as_text_and_never_runs() {
    let (instance, keys) = written_by_strangers();
    let chromium = Chromium::start(instance.web);
    let tab = chromium.tab_without_policy();
    for payload in PAYLOADS {
        let next: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        tab.goto(&format!("/console/sign-in?next={next}"));
        tab.fill("E-mail", "nobody@example.com");
        holds_no_harm(&tab, "sign in");
    }
    sign_in(&tab, OPERATOR);
    let mut unseen: BTreeSet<_> =
        (0..PAYLOADS.len()).flat_map(|place| FIELDS.map(|field| text(field, place))).collect();
    for page in pages(&instance, &keys) {
        let status = tab.goto(&page);
        assert!(status < 500, "{page}: {status}: {}", tab.text());
        holds_no_harm(&tab, &page);
        tab.unfold_all();
        let shown = tab.text();
        unseen.retain(|text| !shown.contains(text) && !shown.contains(&as_json(text)));
    }
    for payload in PAYLOADS {
        tab.goto("/console/products/foreign0/test");
        tab.fill("URL or path", payload);
        tab.fill("Key id", payload);
        tab.send("Decide");
        holds_no_harm(&tab, "the route tester");
    }
    assert!(unseen.is_empty(), "no page shows these as they were written: {unseen:#?}");
}

/// Metadata and audit details are shown as JSON.
fn as_json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
