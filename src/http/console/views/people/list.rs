//! `/console/people`: everybody who may sign in, for operators.

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::http::ui::address::Address;
use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, filters};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Empty, Head, Pager, Tone, badge, count};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{time, time_or_never};

/// The page's title.
pub const TITLE: &str = "People";

/// People of the instance.
#[derive(Clone, Copy)]
pub struct PeopleView<'a> {
    /// The page's address, with what is asked for: `q`, `page`.
    pub address: &'a Address<'a>,
    /// Those of this page.
    pub people: &'a [Person<'a>],
    /// Which part of them that is.
    pub pager: Pager<'a>,
    /// The present instant.
    pub now: Timestamp,
}

/// Somebody who may sign in.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their id.
    pub id: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Whether they run the instance.
    pub is_operator: bool,
    /// Their workspaces: each one's slug and their role there.
    pub workspaces: &'a [(&'a str, &'a str)],
    /// Their live sessions.
    pub sessions: u64,
    /// When they were last seen.
    pub seen_at: Option<Timestamp>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// The page's body.
#[must_use]
pub fn page(view: &PeopleView<'_>) -> Markup {
    let about = html! { "Members are invited in their workspace; operators on the command line." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! {} })
        div.card {
            (filters(view.address.path, "Filter people", &html! {
                (Field::search("q", "Search").value(view.address.value("q")).example("E-mail"))
                (Button::plain("Filter").icon(Icon::Search))
            }))
            @if view.people.is_empty() { (nobody()) } @else { (rows(view)) (view.pager) }
        }
    }
}

fn nobody() -> Markup {
    html! {
        (Empty {
            icon: Icon::Users,
            title: "Nobody fits",
            about: "Whoever may sign in is listed here.",
            action: html! { (Button::primary("Show everybody").to("/console/people")) },
            command: Some("keystile user add ada@example.com --operator --password-stdin"),
        })
    }
}

fn rows(view: &PeopleView<'_>) -> Markup {
    let columns = [
        Column::words("Person"),
        Column::words("Workspaces"),
        Column::number("Sessions"),
        Column::words("Last seen"),
        Column::words("Added"),
    ];
    let rows = html! {
        @for it in view.people {
            tr {
                th scope="row" {
                    a href={ "/console/people/" (it.id) } { (it.email) } " " @if it.is_operator { (badge(Tone::Accent, "Operator")) }
                }
                td {
                    @for (slug, role) in it.workspaces {
                        div { a href={ "/console/workspaces/" (slug) } { (slug) } " · " (role) }
                    }
                }
                td.number { (count(it.sessions)) }
                td.tight { (time_or_never(it.seen_at, view.now)) }
                td.tight { (time(it.created_at, view.now)) }
            }
        }
    };
    table(&Table { caption: TITLE, columns: &columns, rows })
}
