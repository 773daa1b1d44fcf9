//! `/console/clients/show?client=ID`

use maud::{Markup, html};

use super::form::{redirect_uris, scopes};
use super::{kind, origin};
use crate::clock::Timestamp;
use crate::http::console::views::apps::{self, App, apps};
use crate::http::console::views::keys::OVERLAPS;
use crate::http::ui::field::{Field, Select};
use crate::http::ui::form::{Button, Confirm, Errors, Typed, confirm, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Crumb, Head, Part, Tone, card, facts, names, note, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{time, time_or_never};
use crate::oauth::clients::{AuthMethod, Client, ClientSecret};

/// One client.
#[derive(Clone, Copy)]
pub struct DetailView<'a> {
    /// The path of the list.
    pub base: &'a str,
    /// What is known of it.
    pub client: &'a Client,
    /// The name of the product that it is bound to.
    pub product: Option<&'a str>,
    /// Who has made it, as people call them.
    pub made_by: &'a str,
    /// Its secrets, the newest first.
    pub secrets: &'a [ClientSecret],
    /// What it was let do.
    pub apps: Part<'a, App<'a>>,
    /// The session's form token.
    pub form_token: &'a str,
    /// What stands in its form.
    pub edited: Edited<'a>,
    /// What is wrong with that.
    pub errors: Errors<'a>,
    /// Whether it was just changed.
    pub is_changed: bool,
    /// The present instant.
    pub now: Timestamp,
}

/// What stands in the form that changes it.
#[derive(Clone, Copy)]
pub struct Edited<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it may have answers sent, one a line.
    pub redirect_uris: &'a str,
    /// What it asks for when it names nothing.
    pub scopes: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &DetailView<'_>) -> Markup {
    let client = view.client;
    let crumbs = [Crumb { label: super::list::TITLE, href: view.base }];
    let about = html! { (origin(client)) " " (kind(client)) " · " code { (client.id) } };
    let end = if view.base == "/console/clients" {
        "/console/apps/end".to_owned()
    } else {
        end_of(view.base)
    };
    html! {
        (Head { crumbs: &crumbs, title: &client.name, about, actions: html! {} })
        @if view.is_changed { (note(Tone::Good, "The client is changed", &"")) }
        @if !client.origin.is_vouched() { (own_word()) }
        (view.errors)
        div.columns {
            div.stack {
                (card("About", &about_client(view)))
                @if client.is_confidential() { (titled("Secrets", &"", &secrets(view))) }
            }
            div.stack {
                @if client.origin.is_vouched() { (card("Edit", &edit(view))) }
                (card("Change", &acts(view)))
            }
        }
        @if view.apps.total > 0 {
            (titled(apps::TITLE, &"", &html! {
                (apps(view.apps.rows, &end, (view.form_token, view.now)))
                (view.apps.others())
            }))
        }
    }
}

/// Where the workspace's connected apps are ended.
fn end_of(base: &str) -> String {
    format!("{}/apps/end", base.trim_end_matches("/clients"))
}

fn own_word() -> Markup {
    let more = html! {
        p { "Its name and addresses are its own word. Nobody here can change them: end it if it is \
             not what it says." }
    };
    note(Tone::Warning, "Nobody here has made this client", &more)
}

fn about_client(view: &DetailView<'_>) -> Markup {
    let client = view.client;
    let list = |all: &[String]| html! { @for it in all { div { code { (it) } } } };
    let mut about = vec![
        ("Product", html! { (view.product.unwrap_or("Any that takes part")) }),
        ("Workspace", html! { (client.workspace.as_deref().unwrap_or("None")) }),
        ("Redirect URIs", list(&client.redirect_uris)),
        ("Gets tokens by", names(client.grant_types.iter().map(|it| it.as_str()))),
        ("Proves itself", html! { (proof(client)) }),
        ("Made", html! { (time(client.created_at, view.now)) " by " (view.made_by) }),
        ("Last active", time_or_never(client.last_token_at, view.now)),
    ];
    if !client.scopes.is_empty() {
        about.insert(3, ("Scopes", names(client.scopes.iter().map(String::as_str))));
    }
    facts(&about)
}

fn proof(client: &Client) -> &'static str {
    match client.auth_method {
        AuthMethod::None => "It cannot: it has no secret",
        AuthMethod::SecretBasic | AuthMethod::SecretPost => "By its secret",
    }
}

fn secrets(view: &DetailView<'_>) -> Markup {
    let columns = ["Secret", "Made", "Ends"].map(Column::words);
    let rows = html! {
        @for secret in view.secrets {
            tr {
                th scope="row" { code { "ks_cs_…" (secret.last4) } }
                td.tight { (time(secret.created_at, view.now)) }
                td.tight {
                    @match secret.ends_at { Some(end) => (time(end, view.now)), None => "Never" }
                }
            }
        }
    };
    table(&Table { caption: "Secrets", columns: &columns, rows })
}

fn edit(view: &DetailView<'_>) -> Markup {
    let edited = &view.edited;
    let fields = html! {
        (named(view))
        (Field::text("name", "Name").value(edited.name))
        (redirect_uris(edited.redirect_uris))
        (scopes(edited.scopes))
        div.actions { (Button::plain("Save changes")) }
    };
    post(&format!("{}/edit", view.base), view.form_token, &fields)
}

/// The field that says which client a form is about.
fn named(view: &DetailView<'_>) -> Markup {
    html! { input type="hidden" name="client" value=(view.client.id); }
}

fn acts(view: &DetailView<'_>) -> Markup {
    let (rotate, revoke) = (format!("{}/rotate", view.base), format!("{}/revoke", view.base));
    let act = Confirm {
        id: "rotate",
        label: "Make another secret",
        icon: Icon::Rotate,
        consequence: "It is shown once. The present one stays good for a while, so that the client \
                      can change over.",
        action: &rotate,
        form_token: view.form_token,
        typed: None,
        error: None,
        is_dangerous: false,
    };
    let overlap = Select::new("overlap", "The present secret stays good for", &OVERLAPS, "24h");
    let can_rotate = view.client.origin.is_vouched() && view.client.is_confidential();
    html! {
        @if can_rotate { (confirm(&act, &html! { (named(view)) (overlap) })) }
        (confirm(
            &Confirm {
                id: "revoke",
                label: "Revoke client",
                icon: Icon::Revoke,
                consequence: "It is gone at once, with every token that it holds and all that people \
                              let it do. That cannot be undone.",
                action: &revoke,
                typed: Some(Typed {
                    name: &view.client.name,
                    error: view.errors.of(Confirm::FIELD),
                }),
                error: None,
                is_dangerous: true,
                ..act
            },
            &named(view),
        ))
    }
}
