//! `/console/clients` and `/console/workspaces/SLUG/clients`

use maud::{Markup, html};

use super::{kind, origin};
use crate::clock::Timestamp;
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Empty, Head, Pager};
use crate::http::ui::table::{Column, Table, row_heading, table};
use crate::http::ui::time::time_or_never;
use crate::oauth::clients::Client;

/// The page's title.
pub const TITLE: &str = "OAuth clients";

/// Clients.
#[derive(Clone, Copy)]
pub struct ListView<'a> {
    /// The page's own path, which all others are below.
    pub base: &'a str,
    /// The workspace whose clients they are; none for all.
    pub workspace: Option<&'a str>,
    /// What was found.
    pub rows: &'a [Row<'a>],
    /// Which part of it the page shows.
    pub pager: Pager<'a>,
    /// The present instant.
    pub now: Timestamp,
}

/// A client.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// What is known of it.
    pub client: &'a Client,
    /// Its page.
    pub href: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &ListView<'_>) -> Markup {
    let new = format!("{}/new", view.base);
    let create = Button::primary("Create client").to(&new).icon(Icon::Plus);
    let is_none = view.rows.is_empty();
    let about = html! { "Apps and services that ask for tokens." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! { @if !is_none { (create) } } })
        div.card {
            @if is_none { (none_yet(view, create)) } @else { (rows(view)) (view.pager) }
        }
    }
}

fn none_yet(view: &ListView<'_>, create: Button<'_>) -> Markup {
    let command = "keystile client add --name \"My app\" --redirect-uri https://app.example/cb";
    html! {
        (Empty {
            icon: Icon::Product,
            title: "No clients yet",
            about: "A client is an app that people let in, or a service that acts for a workspace. \
                    Apps may also register themselves.",
            action: html! { (create) },
            command: view.workspace.is_none().then_some(command),
        })
    }
}

fn rows(view: &ListView<'_>) -> Markup {
    let columns = ["Client", "Kind", "Known", "Bound to", "Last active"].map(Column::words);
    let rows = html! {
        @for it in view.rows {
            @let client = it.client;
            tr {
                (row_heading(it.href, &client.name, client.id.as_str()))
                td { (kind(client)) }
                td { (origin(client)) }
                td {
                    (client.product.as_deref().unwrap_or("Any product"))
                    @if let Some(workspace) = &client.workspace { small { (workspace) } }
                }
                td.tight { (time_or_never(client.last_token_at, view.now)) }
            }
        }
    };
    table(&Table { caption: TITLE, columns: &columns, rows })
}
