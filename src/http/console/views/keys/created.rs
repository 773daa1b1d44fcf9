//! A key's new secret, the one time that it is shown: after creating and after rotating.

use maud::{Markup, html};

use super::address;
pub use super::snippets::Example;
use crate::clock::Timestamp;
use crate::http::ui::code::{Tab, code, secret, tabs};
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Crumb, Head, Tone, card, note};
use crate::http::ui::time::time;
use crate::keys::Key;

/// A key with a new secret.
#[derive(Clone, Copy)]
pub struct CreatedView<'a> {
    /// Whose key it is.
    pub workspace: Place<'a>,
    /// The key.
    pub key: &'a Key,
    /// The secret, as it is shown this once.
    pub secret: &'a str,
    /// A request that it can make, where there is one.
    pub example: Option<Example<'a>>,
    /// When the former secret ends, after a rotation.
    pub previous_ends_at: Option<Timestamp>,
    /// The present instant.
    pub now: Timestamp,
}

/// The page's title.
#[must_use]
pub const fn title(view: &CreatedView<'_>) -> &'static str {
    if view.previous_ends_at.is_some() { "Key rotated" } else { "Key created" }
}

/// The page's body.
#[must_use]
pub fn page(view: &CreatedView<'_>) -> Markup {
    let keys = address(view.workspace, "");
    let own = address(view.workspace, &format!("/{}", view.key.id));
    let new = address(view.workspace, "/new");
    let crumbs = [Crumb { label: "API keys", href: &keys }];
    let about = html! { (view.key.name) " · " code { (view.key.id) } };
    html! {
        (Head { crumbs: &crumbs, title: title(view), about, actions: html! {} })
        (warning(view))
        (card("Your key", &html! {
            (secret("Secret", view.secret))
            @if let Some(example) = view.example { (snippets(example, view.secret)) }
        }))
        div.actions {
            span data-saved { (Button::primary("I have saved it").to(&own)) }
            (Button::plain("Create another key").to(&new).icon(Icon::Plus))
        }
    }
}

fn warning(view: &CreatedView<'_>) -> Markup {
    let more = html! {
        p { "Only its hash is kept. If you lose it, rotate the key: that makes a new one." }
        @if let Some(end) = view.previous_ends_at {
            p { "The former secret ends " (time(end, view.now)) ". Give every caller the new one." }
        }
    };
    note(Tone::Warning, "Copy it now: it will not be shown again", &more)
}

fn snippets(example: Example<'_>, secret: &str) -> Markup {
    let tab = |label, id, text: &str| Tab { label, content: code(id, label, text) };
    html! {
        (tabs("snippet", "A first request", &[
            tab("curl", "curl", &example.curl(secret)),
            tab("JavaScript", "javascript", &example.javascript(secret)),
            tab("Python", "python", &example.python(secret)),
        ]))
    }
}
