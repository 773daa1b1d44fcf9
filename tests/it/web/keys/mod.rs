//! A workspace's keys and their use, through the pages that people see.

mod flow;
mod form;
mod list;
mod rights;
mod usage;

use std::sync::LazyLock;

use keystile::accounts::people::Role;
use regex::Regex;

use super::signed_in;
use crate::harness::instance::Plugins;
use crate::harness::{Answer, Browser, Instance, Request, WORKSPACE};

const KEYS: &str = "/console/workspaces/acme/keys";
const NEW: &str = "/console/workspaces/acme/keys/new";

/// The workspace `acme` with a shop and a member of each role; `globex` with nobody but its own.
fn world() -> Instance {
    let instance = Instance::start(&Plugins::shipped());
    instance.workspace("globex", "free").unwrap();
    instance.own("store", "st_1");
    instance.person("ada@example.com", None).unwrap();
    for (email, role) in [("dev@example.com", Role::Developer), ("eye@example.com", Role::Viewer)] {
        instance.person(email, Some((WORKSPACE, role))).unwrap();
    }
    instance.person("other@example.com", Some(("globex", Role::Owner))).unwrap();
    instance
}

/// What a member fills in for a key of Whale.
const FILLED: [(&str, &str); 8] = [
    ("product", "whale"),
    ("type", "live"),
    ("name", "Web shop"),
    ("scope", "read:products"),
    ("restrict.store", "st_1"),
    ("expires", "90d"),
    ("allow_ip", ""),
    ("owner", "dev@example.com"),
];

/// The same with other values; a field without one is left out.
fn filled<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_kept = |name: &str| !changes.iter().any(|(changed, _)| *changed == name);
    let kept = FILLED.into_iter().filter(|(name, _)| is_kept(name));
    kept.chain(changes.iter().copied().filter(|(_, value)| !value.is_empty())).collect()
}

/// Makes a key as somebody would who came to the form by its link.
fn create(browser: &Browser, changes: &[(&str, &str)]) -> Answer {
    assert_eq!(browser.get(&format!("{NEW}?product=whale&type=live")).status, 200);
    browser.post(NEW, &filled(changes))
}

fn first<'p>(pattern: &'static str, page: &'p str) -> Option<&'p str> {
    let found = Regex::new(pattern).unwrap().captures(page)?;
    found.get(1).map(|found| found.as_str())
}

/// The id of a key, and the secret that the page shows.
fn made(answer: &Answer) -> (String, String) {
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("key_[0-9a-z]{26}").unwrap());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.text();
    let secret = first(r#"id="secret"[^>]* value="([^"]+)""#, &page).expect("a secret is shown");
    (ID.find(&page).unwrap().as_str().to_owned(), secret.to_owned())
}

/// What the gate says to a request of that secret: `200`, or the code of its refusal.
fn at_gate(instance: &Instance, secret: &str, target: &str) -> String {
    let request = Request::new("GET", "/verify/whale")
        .header("Host", "gate")
        .header("X-Original-Method", "GET")
        .header("X-Original-URI", target)
        .header("X-Api-Key", secret);
    let answer = instance.client().send(&request);
    answer.header("x-keystile-code").map_or_else(|| answer.status.to_string(), str::to_owned)
}

/// A request that the key of [`FILLED`] may make.
const PRODUCTS: &str = "/v1/stores/st_1/products";

/// The words of a page, without its markup.
fn words(page: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").unwrap());
    TAG.replace_all(page, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
