//! What is true of every page: axe finds nothing, nothing moves or sticks out, nobody else is asked.
//!
//! The pages are those of the route table, so that none can be forgotten. With `PICTURES`
//! set to a folder the walk leaves a picture of each page there (`tests/screenshots`).

use std::path::PathBuf;

use keystile::http::routes::ROUTES;
use keystile::http::web::{Route, Verb};

use super::house::{House, MEMBER, OPERATOR};
use super::sign_in;
use crate::harness::chromium::Heard;
use crate::harness::{Chromium, Tab};

/// What there is to see beside the plain pages: forms, other states, nothing at all.
const STATES: [(&str, &str); 8] = [
    ("key-create", "/workspaces/{workspace}/keys/new?product=whale&type=live"),
    ("key-create-full", "/workspaces/{workspace}/keys/new?product=example&type=live"),
    ("key-revoked", "/workspaces/{workspace}/keys/{revoked}"),
    ("keys-filtered", "/workspaces/{workspace}/keys?state=revoked&sort=used"),
    ("keys-none-fits", "/workspaces/{workspace}/keys?q=nothing"),
    ("keys-none", "/workspaces/globex/keys"),
    ("usage-none", "/workspaces/globex/usage"),
    ("not-found", "/nothing-here"),
];

#[test]
fn every_page_of_an_operator_keeps_the_rules() {
    let house = House::furnished();
    let chromium = Chromium::start(house.instance.web);
    let windows = vec![("wide", chromium.tab()), ("narrow", chromium.telephone())];
    let mut walk = Walk::new("operator", windows);
    walk.look_at("sign-in", "/sign-in");
    walk.look_at("setup-done", "/setup");
    walk.sign_in(OPERATOR);
    for (name, path) in pages(&house) {
        walk.look_at(&name, &path);
    }
    house.break_whale();
    walk.look_at("products-broken", "/products");
    walk.look_at("product-broken", "/products/whale");
    walk.end();
}

#[test]
fn every_page_of_a_member_keeps_the_rules() {
    let house = House::furnished();
    let chromium = Chromium::start(house.instance.web);
    let mut walk = Walk::new("member", vec![("narrow", chromium.telephone())]);
    walk.sign_in(MEMBER);
    let is_theirs = |path: &str| {
        ["/", "/account"].contains(&path) || path.contains("/acme/") || path.contains("oauth")
    };
    for (name, path) in pages(&house).into_iter().filter(|(_, path)| is_theirs(path)) {
        walk.look_at(&name, &path);
    }
    walk.end();
}

/// Each page to look at, by a name for its picture.
fn pages(house: &House) -> Vec<(String, String)> {
    let mut pages: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.verb == Verb::Get && is_page(route))
        .map(|route| (name_of(route.path), filled(route.path, house)))
        .collect();
    let states = STATES.iter().map(|(name, path)| ((*name).to_owned(), filled(path, house)));
    pages.extend(states);
    pages.extend([
        ("consent".to_owned(), house.asked_by_an_app("code")),
        ("consent-refused".to_owned(), house.asked_by_an_app("token")),
    ]);
    pages
}

/// Files to save are no pages, what is for nobody yet is looked at before signing in, and what an app
/// asks for is looked at as it asks.
fn is_page(route: &Route) -> bool {
    let is_file = [".csv", "/export"].iter().any(|end| route.path.ends_with(end));
    let is_door = ["/sign-in", "/setup"].contains(&route.path) || route.path.contains("{link}");
    let is_for_app = route.path.starts_with("/oauth/");
    !is_file && !is_door && !is_for_app
}

fn name_of(path: &str) -> String {
    let words: Vec<_> = path.split(['/', '{', '}']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "overview".to_owned() } else { words.join("-") }
}

/// A path whose parameters are something that stands in the house.
fn filled(path: &str, house: &House) -> String {
    let segment = |segment: &str| match segment {
        "{workspace}" => "acme".to_owned(),
        "{product}" => "whale".to_owned(),
        "{key}" => house.busy.to_string(),
        "{revoked}" => house.revoked.to_string(),
        "{person}" | "{member}" => house.member.clone(),
        other if other.starts_with('{') => panic!("{path}: what is {other}? Name a sample of it"),
        other => other.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// A walk from page to page in some windows, by day and by night.
struct Walk<'a> {
    who: &'static str,
    windows: Vec<(&'static str, Tab<'a>)>,
    wrong: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(who: &'static str, windows: Vec<(&'static str, Tab<'a>)>) -> Self {
        Self { who, windows, wrong: Vec::new() }
    }

    fn sign_in(&self, email: &str) {
        for (_, tab) in &self.windows {
            sign_in(tab, email);
        }
    }

    fn look_at(&mut self, name: &str, path: &str) {
        for (size, tab) in &self.windows {
            let mut found = arrived(tab, path);
            for scheme in ["light", "dark"] {
                tab.look(scheme);
                let picture = picture(&format!("{}.{name}.{size}.{scheme}.png", self.who));
                let seen = tab.inspect(scheme == "dark", picture.as_deref());
                found.extend(seen.into_iter().map(|it| format!("{scheme}: {it}")));
            }
            let who = self.who;
            self.wrong.extend(found.into_iter().map(|it| format!("{who} {path} ({size}): {it}")));
        }
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "{} rules:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// What is wrong with a page as it arrives.
fn arrived(tab: &Tab<'_>, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let status = tab.goto(path);
    if status >= 500 {
        found.push(format!("status {status}: {}", tab.text()));
    }
    found.extend(tab.shifts().into_iter().map(|moved| format!("things move by {moved}")));
    // The browser complains of the page's own status too.
    let own = format!("the server responded with a status of {status} ");
    let mut heard = tab.heard();
    heard.said.retain(|said| !said.contains(&own));
    if heard != Heard::default() {
        found.push(format!("{heard:?}"));
    }
    found
}

fn picture(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PICTURES")?;
    Some(PathBuf::from(folder).join(name))
}
