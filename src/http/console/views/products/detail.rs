//! `/console/products/ID`

use maud::{Markup, html};

use super::list::file_state;
use crate::clock::Timestamp;
use crate::http::console::views::keys::create::needs;
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Crumb, Head, Tone, badge, card, count, facts, names, note, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{span_words, time};
use crate::registry::{Access, Bucket, Credential, PerKey, Preflight, Product};
use crate::source::Diagnostic;

/// A product as it is in force.
#[derive(Clone, Copy)]
pub struct DetailView<'a> {
    /// The product.
    pub product: &'a Product,
    /// Its file.
    pub file: &'a str,
    /// Since when this version is in force.
    pub since: Timestamp,
    /// Whether the version in force is older than the file.
    pub is_stale: bool,
    /// What is wrong with the file as it stands.
    pub problems: &'a [Diagnostic],
    /// How many live keys hold each scope, in the order of the product's scopes.
    pub holders: &'a [u64],
    /// How many live keys there are of each type, in the order of the product's types.
    pub keys: &'a [u64],
    /// The present instant.
    pub now: Timestamp,
}

/// The page's body.
#[must_use]
pub fn page(view: &DetailView<'_>) -> Markup {
    let product = view.product;
    let (test, proxy) = (
        format!("/console/products/{}/test", product.id),
        format!("/console/products/{}/proxy", product.id),
    );
    let about = html! {
        code { (view.file) } " · in force since " (time(view.since, view.now)) " "
        (file_state(view.is_stale, view.problems.len() as u64))
    };
    let actions = html! {
        (Button::plain("Test a route").to(&test).icon(Icon::Route))
        (Button::plain("Show proxy configuration").to(&proxy).icon(Icon::Terminal))
    };
    let crumbs = [Crumb { label: "Products", href: "/console/products" }];
    html! {
        (Head { crumbs: &crumbs, title: &product.name, about, actions })
        (problems(view))
        div.columns {
            div.stack {
                (titled("Key types", &"", &key_types(view)))
                (titled("Scopes", &html! { p { (product.scopes.len()) } }, &scopes(view)))
            }
            div.stack {
                (card("About", &about_product(product)))
                @if !product.resources.is_empty() { (card("Resources", &resources(product))) }
            }
        }
        (titled("Routes", &html! { p { (product.routes.len()) } }, &routes(product)))
    }
}

fn problems(view: &DetailView<'_>) -> Markup {
    html! {
        @if view.is_stale {
            (note(Tone::Bad, "The file has an error: its last good version is still in force",
                &html! { p { "Nothing changed for callers. Mend the line and save." } }))
        }
        @for problem in view.problems { (problem) }
    }
}

fn about_product(product: &Product) -> Markup {
    let yes = |is_so| if is_so { "Yes" } else { "No" };
    let bucket = match product.bucket {
        Bucket::Key => "Each key has its own",
        Bucket::Workspace => "A workspace's keys share one",
    };
    let undo = if product.undo.is_zero() { "Never".into() } else { span_words(product.undo) };
    let preflight = if product.preflight == Preflight::Allow { "Allowed" } else { "Judged" };
    html! {
        @if !product.description.is_empty() { p { (product.description) } }
        (facts(&[
            ("Hosts", html! { @for host in product.all_hosts() { div { code { (host) } } } }),
            ("Key stands in", names(product.credentials.iter().map(Credential::header))),
            ("https only", html! { (yes(product.is_https_required)) }),
            ("Preflight", html! { (preflight) }),
            ("Quota", html! { (bucket) }),
            ("Undo revocation", html! { (undo) }),
        ]))
    }
}

fn key_types(view: &DetailView<'_>) -> Markup {
    let columns = [
        Column::words("Type"),
        Column::words("Prefix"),
        Column::words("Environment"),
        Column::words("Access"),
        Column::number("Live keys"),
    ];
    let counts = view.keys.iter().copied().chain(std::iter::repeat(0));
    let rows = html! {
        @for (it, keys) in view.product.key_types.iter().zip(counts) {
            tr {
                th scope="row" { (it.id) small { (it.description) } }
                td { code { (it.prefix) } }
                td {
                    (it.environment)
                    @for host in &it.hosts { small { "only on " (host) } }
                }
                td {
                    @if it.access == Access::Full { (badge(Tone::Warning, "Full")) }
                    @else { (badge(Tone::Plain, "Scoped")) }
                    @if it.rate < 1.0 { small { (it.rate) " of the plan" } }
                }
                td.number { (count(keys)) }
            }
        }
    };
    table(&Table { caption: "Key types", columns: &columns, rows })
}

fn scopes(view: &DetailView<'_>) -> Markup {
    let columns = [Column::words("Scope"), Column::words("Given by"), Column::number("Live keys")];
    let counts = view.holders.iter().copied().chain(std::iter::repeat(0));
    let rows = html! {
        @for (scope, keys) in view.product.scopes.iter().zip(counts) {
            tr {
                th scope="row" {
                    code { (scope.name) } " "
                    @if scope.is_wildcard { (badge(Tone::Warning, "Wildcard")) }
                    small { (scope.description) }
                }
                td {
                    @if scope.is_admin { (badge(Tone::Bad, "Operators")) } @else { "Members" }
                }
                td.number { (count(keys)) }
            }
        }
    };
    html! { div.dense { (table(&Table { caption: "Scopes", columns: &columns, rows })) } }
}

fn resources(product: &Product) -> Markup {
    html! {
        ul.plain {
            @for it in &product.resources {
                li {
                    strong { (it.name) } " "
                    (badge(Tone::Plain, match it.per_key {
                        PerKey::One => "Exactly one a key",
                        PerKey::Some => "One or more a key",
                        PerKey::Any => "Any number a key",
                    }))
                    p.muted { (it.description) }
                }
            }
        }
    }
}

fn routes(product: &Product) -> Markup {
    let columns = [
        Column::words("Method"),
        Column::words("Path"),
        Column::words("Needs"),
        Column::number("Cost"),
    ];
    let rows = html! {
        @for route in product.routes.iter() {
            tr {
                td { code { (route.method) } }
                td { code { (route.path) } }
                td { (needs(product, route)) }
                td.number { (route.cost) }
            }
        }
    };
    html! { div.dense { (table(&Table { caption: "Routes", columns: &columns, rows })) } }
}
