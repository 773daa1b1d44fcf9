//! `/console/audit`: who did what, when, from where.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::http::ui::address::Address;
use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, filters};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Empty, Head, Pager};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::time;

/// The page's title.
pub const TITLE: &str = "Audit log";

/// Some of the log, the latest first.
#[derive(Clone, Copy)]
pub struct AuditView<'a> {
    /// The page's address, with what is asked for: `actor`, `action`, `workspace`, `subject`, `page`.
    pub address: &'a Address<'a>,
    /// What was found.
    pub entries: &'a [Entry<'a>],
    /// Which part of it the page shows.
    pub pager: Pager<'a>,
    /// Whether there may be more than are counted.
    pub is_cut: bool,
    /// Where the same is to be had as lines of JSON.
    pub export_href: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// One change.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: &'a str,
    /// From where; empty for the machine itself.
    pub address: &'a str,
    /// What: `key.revoke`.
    pub action: &'a str,
    /// To what.
    pub subject: &'a str,
    /// In which workspace; empty for none.
    pub workspace: &'a str,
    /// What was changed to what, as JSON.
    pub detail: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &AuditView<'_>) -> Markup {
    let at = |name| view.address.value(name);
    let fields = html! {
        (Field::search("actor", "Who").value(at("actor")).example("ada@example.com"))
        (Field::search("action", "What").value(at("action")).example("key.revoke"))
        (Field::search("workspace", "Workspace").value(at("workspace")).example("acme"))
        (Field::search("subject", "To what").value(at("subject")).example("key_…"))
        (Button::plain("Filter").icon(Icon::Search))
    };
    let export = Button::plain("Export JSON lines").to(view.export_href).icon(Icon::Download);
    let about =
        html! { "Every change, in the order in which it was made. Nothing is ever removed." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! { (export) } })
        div.card {
            (filters(view.address.path, "Filter the log", &fields))
            @if view.entries.is_empty() { (nothing(view)) }
            @else { (trail(view.entries, view.now)) (view.pager) }
            @if view.is_cut {
                div.body { p.muted { "Older ones are not counted here: filter, or export." } }
            }
        }
    }
}

fn nothing(view: &AuditView<'_>) -> Markup {
    html! {
        (Empty {
            icon: Icon::Log,
            title: "Nothing fits",
            about: "Each change of a key, a person, a workspace or a product's file is written here.",
            action: html! { (Button::primary("Show everything").to(view.address.path)) },
            command: None,
        })
    }
}

/// Changes, as a table.
#[must_use]
pub fn trail(entries: &[Entry<'_>], now: Timestamp) -> Markup {
    let columns = ["When", "Who", "What", "Detail"].map(Column::words);
    let rows = html! {
        @for entry in entries {
            tr {
                td.tight { (time(entry.at, now)) }
                td { (entry.actor) @if !entry.address.is_empty() { small { (entry.address) } } }
                td.tight { code { (entry.action) } (done_to(entry)) }
                td.wide { (detail(entry.detail)) }
            }
        }
    };
    html! { div.dense { (table(&Table { caption: "Changes", columns: &columns, rows })) } }
}

fn done_to(entry: &Entry<'_>) -> Markup {
    let is_told_apart = !entry.workspace.is_empty() && entry.workspace != entry.subject;
    html! {
        small { (entry.subject) @if is_told_apart { " · " (entry.workspace) } }
    }
}

/// What an object says, name by name; anything else as it was written.
fn detail(json: &str) -> Markup {
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(json) else {
        return html! { code { (json) } };
    };
    html! {
        @for (name, value) in object.iter().filter(|(_, value)| !is_nothing(value)) {
            span.muted { (name) } " " (words(value)) br;
        }
    }
}

/// A value without the brackets and quotes of JSON.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(all) => {
            let named = all.iter().map(|(name, value)| format!("{name} {}", words(value)));
            named.collect::<Vec<_>>().join("; ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
