//! What is wrong with a form is told at its top, with a way to the field.

use std::collections::BTreeSet;

use keystile::accounts::people::Role;
use keystile::accounts::setup::Setup;
use keystile::http::routes::ROUTES;
use keystile::http::web::Verb;
use regex::Regex;

use super::{signed_in, with_products};
use crate::harness::instance::{Plugins, WORKSPACE};
use crate::harness::{Answer, Browser, Instance};

/// A form that is sent with something wrong in it: its route, the page that it stands on, what is typed,
/// and the fields that are told.
type Sample =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const W: &str = "/console/workspaces/{workspace}";

const SAMPLES: &[Sample] = &[
    (
        "/console/account/password",
        "/console/account",
        &[("current", "x"), ("new", "short")],
        &["new"],
    ),
    (
        "/console/account/password",
        "/console/account",
        &[("current", "wrong lantern harbour"), ("new", "another lantern harbour")],
        &["current"],
    ),
    ("/console/clients/new", "/console/clients/new", &[("name", ""), ("kind", "public")], &[]),
    (
        "/console/clients/edit",
        "/console/clients/show?client={client}",
        &[("client", "{client}")],
        &[],
    ),
    (
        "/console/clients/revoke",
        "/console/clients/show?client={client}",
        &[("client", "{client}"), ("confirm", "x")],
        &["confirm"],
    ),
    (
        "/console/people/{person}/remove",
        "/console/people/{person}",
        &[("confirm", "x")],
        &["confirm"],
    ),
    (
        "/console/products/{product}/test",
        "/console/products/{product}/test",
        &[("method", "GET"), ("url", "/v1"), ("ip", "x")],
        &["ip"],
    ),
    (
        "/console/products/{product}/test",
        "/console/products/{product}/test",
        &[("method", "GET"), ("url", "/v1"), ("key_id", "x")],
        &["key_id"],
    ),
    (
        "/console/products/{product}/test",
        "/console/products/{product}/test",
        &[("method", "GET"), ("url", "/v1"), ("key_id", "{key}"), ("key", "x")],
        &["key"],
    ),
    (
        "/console/products/{product}/test",
        "/console/products/{product}/test",
        &[("method", "GET"), ("url", "")],
        &["url"],
    ),
    (
        "/console/workspaces/new",
        "/console/workspaces/new",
        &[("slug", "x"), ("plan", "pro")],
        &["name"],
    ),
    (
        "/console/workspaces/new",
        "/console/workspaces/new",
        &[("name", "X"), ("slug", "!")],
        &["slug"],
    ),
    (
        "/console/workspaces/new",
        "/console/workspaces/new",
        &[("name", "X"), ("slug", "x")],
        &["plan"],
    ),
    ("/console/workspaces/{workspace}/plan", W, &[("plan", "x")], &["plan"]),
    (
        "/console/workspaces/{workspace}/resources",
        W,
        &[("resource", "store"), ("id", "!")],
        &["id"],
    ),
    (
        "/console/workspaces/{workspace}/resources/remove",
        W,
        &[("resource", "store"), ("id", "st_1")],
        &[],
    ),
    (
        "/console/workspaces/{workspace}/remove",
        "/console/workspaces/globex",
        &[("confirm", "x")],
        &["confirm"],
    ),
    (
        "/console/workspaces/{workspace}/invitations",
        W,
        &[("email", "x"), ("role", "viewer")],
        &["email"],
    ),
    (
        "/console/workspaces/{workspace}/invitations",
        W,
        &[("email", "x@example.com"), ("role", "x")],
        &["role"],
    ),
    (
        "/console/workspaces/{workspace}/members/{member}/role",
        "/console/workspaces/{workspace}/members/{member}",
        &[("role", "x")],
        &["role"],
    ),
    (
        "/console/workspaces/{workspace}/members/{member}/remove",
        "/console/workspaces/{workspace}/members/{member}",
        &[("confirm", "x")],
        &["confirm"],
    ),
    (
        "/console/workspaces/{workspace}/keys/new",
        "/console/workspaces/{workspace}/keys/new?product=whale&type=live",
        &[
            ("product", "whale"),
            ("type", "live"),
            ("expires", "x"),
            ("allow_ip", "x"),
            ("owner", "x"),
        ],
        &["name", "expires", "allow_ip", "owner", "scope", "restrict.store"],
    ),
    (
        "/console/workspaces/{workspace}/keys/{key}/edit",
        "/console/workspaces/{workspace}/keys/{key}/edit",
        &[("expires", "x"), ("allow_ip", "x"), ("owner", "x")],
        &["name", "expires", "allow_ip", "owner", "scope", "restrict.store"],
    ),
    (
        "/console/workspaces/{workspace}/keys/{key}/rotate",
        "/console/workspaces/{workspace}/keys/{key}",
        &[("overlap", "x")],
        &[],
    ),
    (
        "/console/workspaces/{workspace}/keys/{key}/revoke",
        "/console/workspaces/{workspace}/keys/{key}",
        &[("confirm", "x")],
        &[],
    ),
];

/// Forms in which nothing can be typed that is wrong, or whose page tells no field: a button alone, or a
/// choice that is refused whole.
const WITHOUT_FIELDS: [&str; 20] = [
    "/console/setup",
    "/console/sign-in",
    "/console/sign-out",
    "/console/invitations/{link}",
    "/console/first-steps/close",
    "/console/account/theme",
    "/console/account/sessions/end",
    "/console/account/sessions/end-others",
    "/console/account/sessions/end-all",
    "/oauth/consent/{request}",
    "/console/account/apps/end",
    "/console/apps/end",
    "/console/clients/rotate",
    "/console/people/{person}/operator",
    "/console/people/{person}/sessions/end",
    "/console/workspaces/{workspace}/invitations/withdraw",
    "/console/workspaces/{workspace}/keys/{key}/finish",
    "/console/workspaces/{workspace}/keys/{key}/restore",
    "/console/workspaces/{workspace}/apps/end",
    "/console/workspaces/{workspace}/clients/rotate",
];

/// An instance with one of everything, and how paths name it.
fn with_everything() -> (Instance, Browser, impl Fn(&str) -> String) {
    let instance = with_products();
    instance.own("store", "st_1");
    instance.workspace("globex", "free").unwrap();
    let bob = instance.person("bob@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    let bob = bob["id"].as_str().unwrap().to_owned();
    let key = instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get("/console/clients/new");
    let fields = [
        ("name", "Sync"),
        ("kind", "public"),
        ("product", "example"),
        ("redirect_uris", "https://app.example/callback"),
    ];
    let made = ada.post("/console/clients/new", &fields);
    let client = made.header("location").unwrap_or_else(|| panic!("{}", made.text()));
    let client = client.split("client=").nth(1).unwrap().to_owned();
    let filled = move |text: &str| {
        [
            ("{workspace}", WORKSPACE),
            ("{product}", "whale"),
            ("{person}", &bob),
            ("{member}", &bob),
            ("{client}", &client),
            ("{key}", &key.id.to_string()),
        ]
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    (instance, ada, filled)
}

/// The fields that the summary of an error page leads to; each must be there, once.
fn told(answer: &Answer, what: &str) -> BTreeSet<String> {
    let page = answer.text();
    assert!([409, 422].contains(&answer.status), "{what}: {} {page}", answer.status);
    assert!(page.contains("role=\"alert\""), "{what} says nothing at its top: {page}");
    let link = Regex::new("href=\"#(field-[^\"]*)\"").unwrap();
    let fields = link.captures_iter(&page).map(|found| found[1].to_owned());
    let fields: BTreeSet<String> = fields.collect();
    for field in &fields {
        let places = page.matches(&format!(" id=\"{field}\"")).count();
        assert_eq!(places, 1, "{what}: the summary leads to #{field}");
    }
    fields.into_iter().map(|field| field.replacen("field-", "", 1)).collect()
}

#[test]
fn a_summary_leads_to_each_field_that_is_wrong() {
    let (instance, ada, filled) = with_everything();
    for (route, page, fields, wrong) in SAMPLES {
        let page = filled(page);
        let path = if *route == "/console/workspaces/{workspace}/remove" {
            format!("{page}/remove")
        } else {
            filled(route)
        };
        assert_eq!(ada.get(&page).status, 200, "{page}");
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, filled(value))).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let found = told(&ada.post(&path, &fields), &format!("{path} {fields:?}"));
        assert_eq!(found, wrong.iter().map(ToString::to_string).collect(), "{path} {fields:?}");
        // Whoever tries a password again waits.
        instance.advance("10s");
    }
}

#[test]
fn the_summary_of_the_setup_leads_to_its_fields() {
    let instance = Instance::start_empty_on("127.0.0.1:0", &Plugins::default());
    let (store, hasher) = (&instance.app.store, &instance.app.hasher);
    let link = Setup { store, hasher }.begin().unwrap().unwrap();
    let browser = instance.browser();
    let fields = [("token", link.expose()), ("email", "x"), ("password", "x")];
    let found = told(&browser.post_as_it_is("/console/setup", &fields), "the setup");
    assert!(!found.is_empty());
}

#[test]
fn every_form_is_among_the_samples_or_has_no_fields() {
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post) {
        let of_instance = route.path.replace(W, "/console");
        let is_known = |path: &str| SAMPLES.iter().any(|sample| sample.0 == path);
        let is_same = route.path.contains("/clients/") && is_known(&of_instance);
        let is_plain = WITHOUT_FIELDS.contains(&route.path);
        assert!(
            is_known(route.path) || is_same || is_plain,
            "{}: name something that is wrong in its form",
            route.path
        );
    }
}
