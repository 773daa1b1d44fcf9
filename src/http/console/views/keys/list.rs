//! `/console/workspaces/SLUG/keys`

use maud::{Markup, html};

use super::address;
use super::state::{recognised, state};
use crate::clock::Timestamp;
use crate::http::ui::address::Address;
use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, filters};
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Empty, Head, Pager, counted, names};
use crate::http::ui::table::{Column, Order, Sort, Table, table};
use crate::http::ui::time::{time, time_or_never};
use crate::keys::Key;

/// The page's title.
pub const TITLE: &str = "API keys";

/// How many scopes a row names before it only counts.
const SCOPES_SHOWN: usize = 2;

/// Some of a workspace's keys.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    /// Whose they are.
    pub workspace: Place<'a>,
    /// The page's address, with what is asked for: `q`, `product`, `type`, `state`, `sort`,
    /// `order`, `page`.
    pub address: &'a Address<'a>,
    /// The keys of this page.
    pub rows: &'a [Row<'a>],
    /// The workspace's keys in all, whatever is asked for.
    pub total: u64,
    /// Which of those that are asked for the page shows.
    pub pager: Pager<'a>,
    /// The products to choose from.
    pub products: &'a [Choice<'a>],
    /// The key types to choose from.
    pub key_types: &'a [Choice<'a>],
    /// Whether the person may make keys.
    pub may_create: bool,
    /// The present instant.
    pub now: Timestamp,
}

/// A key, as the list has it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The key.
    pub key: &'a Key,
    /// The name of its product.
    pub product: &'a str,
    /// What its secrets begin with.
    pub prefix: &'a str,
}

/// The states to choose from.
const STATES: [Choice<'_>; 6] = [
    choice("", "Any"),
    choice("active", "Active"),
    choice("expiring", "Expiring soon"),
    choice("rotating", "Rotating"),
    choice("expired", "Expired"),
    choice("revoked", "Revoked"),
];

const fn choice<'a>(value: &'a str, label: &'a str) -> Choice<'a> {
    Choice { value, label, help: "" }
}

/// The page's body.
#[must_use]
pub fn page(view: &ListView<'_>) -> Markup {
    let new = address(view.workspace, "/new");
    let create = Button::primary("Create key").to(&new).icon(Icon::Plus);
    let about = html! { (counted(view.total, "key")) " of " (view.workspace.name) };
    let has_keys = view.total > 0;
    let actions = html! { @if has_keys && view.may_create { (create) } };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions })
        div.card {
            @if has_keys { (asked_for(view)) (found(view)) (view.pager) }
            @else { (none_yet(view, create)) }
        }
    }
}

fn none_yet(view: &ListView<'_>, create: Button<'_>) -> Markup {
    let command = format!(
        "keystile key create --workspace {} --product PRODUCT --type TYPE --name \"My key\"",
        view.workspace.slug
    );
    html! {
        (Empty {
            icon: Icon::Key,
            title: "No keys yet",
            about: "A key lets one program of yours call an API: with the scopes that you choose, \
                    until you revoke it.",
            action: html! { @if view.may_create { (create) } },
            command: view.may_create.then_some(&command),
        })
    }
}

fn asked_for(view: &ListView<'_>) -> Markup {
    let at = |name| view.address.value(name);
    let fields = html! {
        (Field::search("q", "Search").value(at("q")).example("Name, owner, id or last four"))
        (Select::new("product", "Product", view.products, at("product")))
        (Select::new("type", "Type", view.key_types, at("type")))
        (Select::new("state", "State", &STATES, at("state")))
        (Button::plain("Filter").icon(Icon::Search))
    };
    filters(view.address.path, "Filter keys", &fields)
}

fn found(view: &ListView<'_>) -> Markup {
    if view.rows.is_empty() {
        return html! {
            div.empty {
                (Icon::Search)
                h2 { "No key fits" }
                p { "Look for less, or for something else." }
                (Button::plain("Show all keys").to(view.address.path))
            }
        };
    }
    let sorted = |name, label| Column::words(label).sorted(sort(view.address, name));
    let columns = [
        sorted("name", "Name"),
        Column::words("Key"),
        Column::words("Scopes"),
        Column::words("Bound to"),
        Column::words("State"),
        sorted("used", "Last used"),
        sorted("expires", "Expires"),
    ];
    let rows = html! { @for it in view.rows { (row(view, it)) } };
    table(&Table { caption: "Keys", columns: &columns, rows })
}

/// The address that sorts by `name`, or turns the order round where it is sorted so.
fn sort(address: &Address<'_>, name: &str) -> Sort {
    let is_by_it = address.value("sort") == name;
    let order = is_by_it.then(|| match address.value("order") {
        "desc" => Order::Descending,
        _ => Order::Ascending,
    });
    let next = if order == Some(Order::Ascending) { "desc" } else { "asc" };
    Sort { href: address.with(&[("sort", name), ("order", next), ("page", "")]), order }
}

fn row(view: &ListView<'_>, row: &Row<'_>) -> Markup {
    let key = row.key;
    html! {
        tr {
            th scope="row" {
                a href=(address(view.workspace, &format!("/{}", key.id))) { (key.name) }
                small { (row.product) " · " (key.key_type) }
            }
            td.tight { @if let Some(secret) = key.secrets.first() { (recognised(row.prefix, secret)) } }
            td.wide { (scopes(key)) }
            td { (bound_to(key)) }
            td { (state(key, view.now)) }
            td.tight { (time_or_never(key.last_used_at, view.now)) }
            td.tight {
                @match key.expires_at {
                    Some(end) => (time(end, view.now)),
                    None => span.muted { "Never" },
                }
            }
        }
    }
}

fn scopes(key: &Key) -> Markup {
    if key.scopes.is_empty() {
        return html! { span.muted { "Full access" } };
    }
    let rest = key.scopes.len().saturating_sub(SCOPES_SHOWN);
    html! {
        (names(key.scopes.iter().take(SCOPES_SHOWN).map(String::as_str)))
        @if rest > 0 { small { "and " (rest) " more" } }
    }
}

fn bound_to(key: &Key) -> Markup {
    let mut bound = key.restrictions.iter().peekable();
    html! {
        @if bound.peek().is_none() { span.muted { "Nothing" } }
        @for (resource, ids) in bound {
            div {
                (resource) " "
                @match ids.iter().next() {
                    Some(id) if ids.len() == 1 => code { (id) },
                    _ => { (ids.len()) " ids" }
                }
            }
        }
    }
}
