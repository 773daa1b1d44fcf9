//! `/console/workspaces`

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::http::ui::address::Address;
use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, filters};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Empty, Head, Pager, count};
use crate::http::ui::table::{Column, Table, row_heading, table};
use crate::http::ui::time::time;

/// The page's title.
pub const TITLE: &str = "Workspaces";

/// The workspaces that somebody may see.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    /// The page's address, with what is asked for: `q`, `page`.
    pub address: &'a Address<'a>,
    /// Those of this page.
    pub rows: &'a [Row<'a>],
    /// Which part of them that is.
    pub pager: Pager<'a>,
    /// Whether the person runs the instance.
    pub is_operator: bool,
    /// The present instant.
    pub now: Timestamp,
}

/// A workspace, as the list has it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its name in addresses.
    pub slug: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// The name of its plan.
    pub plan: &'a str,
    /// Its live keys.
    pub keys: u64,
    /// Its members.
    pub members: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The page's body.
#[must_use]
pub fn page(view: &ListView<'_>) -> Markup {
    let create = Button::primary("Create workspace").to("/console/workspaces/new").icon(Icon::Plus);
    let asked = view.address.value("q");
    let is_none = view.rows.is_empty() && asked.is_empty();
    let actions = html! { @if view.is_operator && !is_none { (create) } };
    let about = html! { "Each owns its keys and ids, and has its members and a plan." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions })
        div.card {
            @if is_none { (none_yet(view, create)) }
            @else {
                (filters(view.address.path, "Filter workspaces", &html! {
                    (Field::search("q", "Search").value(asked).example("Name or slug"))
                    (Button::plain("Filter").icon(Icon::Search))
                }))
                (rows(view))
                (view.pager)
            }
        }
    }
}

fn none_yet(view: &ListView<'_>, create: Button<'_>) -> Markup {
    html! {
        (Empty {
            icon: Icon::Workspace,
            title: "No workspaces yet",
            about: "A workspace is a customer: it owns keys and the ids of resources, and has \
                    members and a plan.",
            action: html! { @if view.is_operator { (create) } },
            command: view.is_operator.then_some("keystile workspace add acme --name \"Acme\" --plan free"),
        })
    }
}

fn rows(view: &ListView<'_>) -> Markup {
    let columns = [
        Column::words("Workspace"),
        Column::words("Plan"),
        Column::number("Live keys"),
        Column::number("Members"),
        Column::words("Made"),
    ];
    let rows = html! {
        @for it in view.rows {
            tr {
                (row_heading(&format!("/console/workspaces/{}/keys", it.slug), it.name, it.slug))
                td { (it.plan) }
                td.number { (count(it.keys)) }
                td.number { (count(it.members)) }
                td.tight { (time(it.created_at, view.now)) }
            }
        }
    };
    table(&Table { caption: TITLE, columns: &columns, rows })
}
