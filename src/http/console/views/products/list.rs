//! `/console/products`

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Empty, Head, Tone, badge, card, count, counted};
use crate::http::ui::table::{Column, Table, row_heading, table};
use crate::http::ui::time::time;
use crate::registry::Product;
use crate::source::Diagnostic;

/// The page's title.
pub const TITLE: &str = "Products";

/// All products.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    /// The folder that their files are in.
    pub folder: &'a str,
    /// Those in force.
    pub rows: &'a [Row<'a>],
    /// Problems that belong to no product in force.
    pub problems: &'a [Diagnostic],
    /// The present instant.
    pub now: Timestamp,
}

/// A product in force.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The product.
    pub product: &'a Product,
    /// Since when this version is in force.
    pub since: Timestamp,
    /// Its live keys.
    pub keys: u64,
    /// Errors and warnings of its file.
    pub problems: u64,
    /// Whether the version in force is older than the file.
    pub is_stale: bool,
}

/// The page's body.
#[must_use]
pub fn page(view: &ListView<'_>) -> Markup {
    let about = html! { "Files in " code { (view.folder) } ". A change is live within a second." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! {} })
        @if !view.problems.is_empty() {
            (card("Problems", &html! { @for it in view.problems { (it) } }))
        }
        div.card {
            @if view.rows.is_empty() { (none_yet()) } @else { (rows(view)) }
        }
    }
}

fn none_yet() -> Markup {
    html! {
        (Empty {
            icon: Icon::Product,
            title: "No products yet",
            about: "A product is an API that this instance protects. It is one file in the plugin \
                    folder: its key types, scopes and routes.",
            action: html! { (Button::primary("Look again").to("/console/products")) },
            command: Some("keystile check"),
        })
    }
}

fn rows(view: &ListView<'_>) -> Markup {
    let columns = [
        Column::words("Product"),
        Column::words("Hosts"),
        Column::number("Routes"),
        Column::number("Scopes"),
        Column::number("Live keys"),
        Column::words("File"),
        Column::words("In force"),
    ];
    let rows = html! { @for it in view.rows { (row(it, view.now)) } };
    table(&Table { caption: TITLE, columns: &columns, rows })
}

fn row(row: &Row<'_>, now: Timestamp) -> Markup {
    let product = row.product;
    html! {
        tr {
            (row_heading(&format!("/console/products/{}", product.id), &product.name, &product.id))
            td { @for host in product.all_hosts() { div { code { (host) } } } }
            td.number { (product.routes.len()) }
            td.number { (product.scopes.len()) }
            td.number { (count(row.keys)) }
            td { (file_state(row.is_stale, row.problems)) }
            td.tight { "since " (time(row.since, now)) }
        }
    }
}

/// How a product's file stands.
#[must_use]
pub fn file_state(is_stale: bool, problems: u64) -> Markup {
    match (is_stale, problems) {
        (true, _) => {
            html! { (badge(Tone::Bad, "Rejected")) " " small { "older version in force" } }
        }
        (false, 0) => badge(Tone::Good, "Good"),
        (false, problems) => badge(Tone::Warning, &counted(problems, "warning")),
    }
}
