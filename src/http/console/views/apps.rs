//! Connected apps: on their own pages, a client's, and somebody's account.

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::http::ui::ask::{Ask, ask};
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Empty, Head, Pager, Tone, badge, names};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{time, time_or_never};
use crate::principals::Restrictions;

/// The page's title.
pub const TITLE: &str = "Connected apps";

/// The apps of a workspace, or of the instance.
#[derive(Clone, Copy)]
pub struct AppsView<'a> {
    /// Whose; nobody's where all are shown.
    pub workspace: Option<Place<'a>>,
    /// The page's own path.
    pub path: &'a str,
    /// Where their clients are; none where whoever looks may not see those.
    pub clients_href: Option<&'a str>,
    /// What was found.
    pub apps: &'a [App<'a>],
    /// Which part of it the page shows.
    pub pager: Pager<'a>,
    /// The session's form token.
    pub form_token: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// What an app may do by one consent, or a service by itself.
#[derive(Clone, Copy)]
pub struct App<'a> {
    /// What is ended by it.
    pub id: &'a str,
    /// What the app calls itself.
    pub name: &'a str,
    /// Its client id.
    pub client: &'a str,
    /// Whether somebody here answers for what it says of itself.
    pub is_vouched: bool,
    /// The name of the product.
    pub product: &'a str,
    /// The workspace that it acts for.
    pub workspace: &'a str,
    /// Who has let it in; nobody for a service.
    pub holder: Option<&'a str>,
    /// What it may do.
    pub scopes: &'a [String],
    /// With which ids.
    pub restrictions: &'a Restrictions,
    /// When it was let in.
    pub created_at: Timestamp,
    /// When a request of it last passed.
    pub used_at: Option<Timestamp>,
    /// From which address, where that is known.
    pub used_from: Option<&'a str>,
    /// Whether whoever looks may end it.
    pub may_end: bool,
}

/// The page's body.
#[must_use]
pub fn page(view: &AppsView<'_>) -> Markup {
    let about = html! {
        @match view.workspace {
            Some(place) => { "What people and services let apps do for " (place.name) "." },
            None => "What people and services let apps do, in every workspace.",
        }
    };
    let actions = html! {
        @if let Some(href) = view.clients_href { (Button::plain("Show OAuth clients").to(href)) }
    };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions })
        div.card {
            @if view.apps.is_empty() { (nobody()) }
            @else {
                (apps(view.apps, &format!("{}/end", view.path), (view.form_token, view.now)))
                (view.pager)
            }
        }
    }
}

fn nobody() -> Markup {
    html! {
        (Empty {
            icon: Icon::Product,
            title: "No app is connected",
            about: "An app asks a member to let it in, who says for which workspace and what it may \
                    do. It is then listed here until somebody ends it.",
            action: html! {},
            command: None,
        })
    }
}

/// Apps, as a table. `end` is where the form posts to that ends one.
#[must_use]
pub fn apps(all: &[App<'_>], end: &str, (form_token, now): (&str, Timestamp)) -> Markup {
    let columns = ["App", "May do", "Let in by", "Last used", "Action"].map(Column::words);
    let rows = html! { @for it in all { (row(it, end, (form_token, now))) } };
    table(&Table { caption: TITLE, columns: &columns, rows })
}

fn row(app: &App<'_>, end: &str, (form_token, now): (&str, Timestamp)) -> Markup {
    let act = Ask {
        label: "End access",
        subject: app.name,
        consequence: "Its tokens are refused at once. It may ask to be let in again.",
        action: end,
        form_token,
    };
    let which = html! { input type="hidden" name="grant" value=(app.id); };
    html! {
        tr {
            th scope="row" {
                (app.name) " " @if !app.is_vouched { (badge(Tone::Warning, "Its own word")) }
                small { (app.client) }
            }
            td {
                (app.product) " · " (app.workspace)
                (names(app.scopes.iter().map(String::as_str)))
                @for (resource, ids) in app.restrictions.iter() {
                    small { (resource) ": " (ids.iter().cloned().collect::<Vec<_>>().join(", ")) }
                }
            }
            td {
                (app.holder.unwrap_or("Itself: a service"))
                small { (time(app.created_at, now)) }
            }
            td.tight {
                (time_or_never(app.used_at, now))
                @if let Some(from) = app.used_from { small { "from " (from) } }
            }
            td { @if app.may_end { (ask(&act, &which)) } }
        }
    }
}
