//! What is true of every page: axe finds nothing, nothing moves or sticks out, nobody else is asked.
//!
//! The pages are those of the route table, so that none can be forgotten. With `PICTURES`
//! set to a folder the walk leaves a picture of each page there (`tests/screenshots`).

use std::path::PathBuf;

use keystile::accounts::invitations::{Invitations, Offer};
use keystile::accounts::people::Role;
use keystile::accounts::setup::Setup;
use keystile::audit::Actor;
use keystile::http::routes::ROUTES;
use keystile::http::web::{Route, Verb};

use super::house::{House, MEMBER, OPERATOR, VIEWER};
use super::{fill_in, sign_in};
use crate::harness::chromium::Heard;
use crate::harness::instance::Plugins;
use crate::harness::{Chromium, Instance, Tab};
use crate::web::faults::Listener;

/// What there is to see beside the plain pages: forms, other states, nothing at all.
const STATES: [(&str, &str); 9] = [
    ("key-create", "/console/workspaces/{workspace}/keys/new?product=whale&type=live"),
    ("key-create-full", "/console/workspaces/{workspace}/keys/new?product=example&type=live"),
    ("key-revoked", "/console/workspaces/{workspace}/keys/{revoked}"),
    ("keys-filtered", "/console/workspaces/{workspace}/keys?state=revoked&sort=used"),
    ("keys-none-fits", "/console/workspaces/{workspace}/keys?q=nothing"),
    ("keys-none", "/console/workspaces/globex/keys"),
    ("usage-none", "/console/workspaces/globex/usage"),
    ("clients-show-own", "/console/workspaces/{workspace}/clients/show?client={client}"),
    ("not-found", "/nothing-here"),
];

#[test]
fn every_page_of_an_operator_keeps_the_rules() {
    let house = House::furnished();
    let chromium = Chromium::start(house.instance.web);
    let windows = vec![("wide", chromium.tab()), ("narrow", chromium.telephone())];
    let mut walk = Walk::new("operator", windows);
    walk.look_at("sign-in", "/console/sign-in");
    walk.look_at("setup-done", "/console/setup");
    walk.look_at("invitation", &invitation(&house));
    walk.make_and_look_at("sign-in-throttled", |tab| {
        tab.goto("/console/sign-in");
        fill_in(tab, "nobody@example.com", "not the password at all");
        fill_in(tab, "nobody@example.com", "not the password at all");
    });
    house.instance.advance("10s");
    walk.sign_in(OPERATOR);
    for (name, path) in pages(&house) {
        walk.look_at(&name, &path);
    }
    walk.make_and_look_at("key-created", |tab| {
        tab.goto("/console/workspaces/acme/keys/new?product=example&type=live");
        tab.fill("Name", "Shown once");
        tab.send("Create key");
        tab.click("Copy");
    });
    walk.make_and_look_at("key-refused", |tab| {
        tab.goto("/console/workspaces/acme/keys/new?product=whale&type=live");
        tab.fill("Expires", "yesterday");
        tab.fill("Name", "Web shop");
        tab.send("Create key");
    });
    walk.make_and_look_at("client-created", |tab| {
        tab.goto("/console/clients/new");
        tab.fill("Name", "Ledger");
        tab.tick("confidential");
        tab.fill("Redirect URIs", "https://app.example/callback");
        tab.send("Create client");
        tab.click("Copy");
    });
    walk.look_at("clients-show-any", &format!("/console/clients/show?client={}", house.client));
    walk.make_and_look_at("consent", |tab| {
        tab.goto(&house.asks());
        assert!(tab.text().contains("Allow"), "{}", tab.text());
    });
    walk.make_and_look_at("invited", |tab| {
        tab.goto("/console/workspaces/globex");
        tab.fill("E-mail", "new@example.com");
        tab.send("Invite member");
    });
    walk.make_and_look_at("tested", |tab| {
        tab.goto("/console/products/whale/test");
        tab.fill("URL or path", "/v1/stores/st_1/orders");
        tab.fill("Key id", &house.busy.to_string());
        tab.send("Decide");
    });
    house.break_whale();
    walk.look_at("products-broken", "/console/products");
    walk.look_at("product-broken", "/console/products/whale");
    walk.end();
}

#[test]
fn every_page_of_a_member_keeps_the_rules() {
    let house = House::furnished();
    let chromium = Chromium::start(house.instance.web);
    let mut walk = Walk::new("member", vec![("narrow", chromium.telephone())]);
    walk.make_and_look_at("form-expired", |tab| {
        sign_in(tab, VIEWER);
        tab.goto("/console/account");
        house.end_sessions(VIEWER);
        tab.send("Save theme");
        assert!(tab.text().contains("This form has expired"), "{}", tab.text());
    });
    walk.sign_in(VIEWER);
    walk.look_at("forbidden", "/console/workspaces/acme/keys/new");
    walk.make_and_look_at("signed-out", |tab| tab.send("Sign out"));
    walk.sign_in(MEMBER);
    let is_theirs = |path: &str| {
        ["/console", "/console/account"].contains(&path)
            || path.contains("/acme/")
            || path.contains("oauth")
    };
    for (name, path) in pages(&house).into_iter().filter(|(_, path)| is_theirs(path)) {
        walk.look_at(&name, &path);
    }
    walk.end();
}

#[test]
fn the_first_page_and_the_pages_of_faults_keep_the_rules() {
    let instance = Instance::start_empty_on("127.0.0.1:0", &Plugins::default());
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let link = Setup { store, hasher }.begin().unwrap().unwrap();
    let chromium = Chromium::start(instance.web);
    let mut walk = Walk::new("nobody", vec![("narrow", chromium.telephone())]);
    walk.look_at("setup-closed", "/console/setup");
    walk.look_at("setup", &format!("/console/setup?token={}", link.expose()));
    instance.person(OPERATOR, None).unwrap();
    walk.end();

    let listener = Listener::start(&instance.app);
    let chromium = Chromium::start(listener.address);
    let mut walk = Walk::new("nobody", vec![("narrow", chromium.telephone())]);
    for (status, path) in [(429, "/busy"), (500, "/fault"), (503, "/down")] {
        walk.make_and_look_at(&path[1..], |tab| assert_eq!(tab.goto(path), status));
    }
    let elsewhere = format!("http://elsewhere.localhost:{}/", listener.address.port());
    walk.make_and_look_at("other-host", |tab| assert_eq!(tab.goto(&elsewhere), 421));
    walk.end();
}

#[test]
fn the_page_of_a_form_that_is_too_long_keeps_the_rules() {
    let instance = Instance::start(&Plugins::default());
    instance.person(OPERATOR, None).unwrap();
    let chromium = Chromium::start(instance.web);
    let mut walk = Walk::new("nobody", vec![("narrow", chromium.telephone())]);
    walk.make_and_look_at("too-long", |tab| {
        tab.goto("/console/sign-in");
        fill_in(tab, OPERATOR, &"long ".repeat(20_000));
        assert!(tab.text().contains("That is more than a form holds"), "{}", tab.text());
    });
    walk.end();
}

/// The path of a link that invites somebody new.
fn invitation(house: &House) -> String {
    let (store, hasher) = (&house.instance.app.store, &house.instance.app.hasher);
    let offer = Offer::Member { workspace: "acme".parse().unwrap(), role: Role::Developer };
    let email = "new@example.com".parse().unwrap();
    let made = Invitations { store, hasher }.invite(&Actor::Instance, &email, &offer);
    format!("/console/invitations/{}", made.unwrap().1.expose())
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
    let is_door = ["/console/sign-in", "/console/setup"].contains(&route.path)
        || route.path.contains("{link}");
    // What an app asks for is looked at where it has asked.
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
        "show?client={client}" => format!("show?client={}", house.client),
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
            found.extend(inspected(tab, &format!("{}.{name}.{size}", self.who)));
            let who = self.who;
            self.wrong.extend(found.into_iter().map(|it| format!("{who} {path} ({size}): {it}")));
        }
    }

    /// The same for a page that no address leads to, but something that somebody does.
    fn make_and_look_at(&mut self, name: &str, make: impl Fn(&Tab<'_>)) {
        for (size, tab) in &self.windows {
            make(tab);
            let found = inspected(tab, &format!("{}.{name}.{size}", self.who));
            tab.heard();
            let who = self.who;
            self.wrong.extend(found.into_iter().map(|it| format!("{who} {name} ({size}): {it}")));
        }
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "{} rules:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// What is wrong with a page by day and by night; what its pictures are called begins with `name`.
fn inspected(tab: &Tab<'_>, name: &str) -> Vec<String> {
    let look = |scheme: &'static str| {
        tab.look(scheme);
        let picture = picture(&format!("{name}.{scheme}.png"));
        let seen = tab.inspect(picture.as_deref());
        seen.into_iter().map(move |it| format!("{scheme}: {it}"))
    };
    ["light", "dark"].into_iter().flat_map(look).collect()
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
