//! A client's new secret, the one time that it is shown.

use maud::{Markup, html};

use crate::http::ui::code::{code, secret};
use crate::http::ui::form::Button;
use crate::http::ui::parts::{Crumb, Head, Tone, card, note};
use crate::oauth::clients::Client;

/// The page's title.
pub const TITLE: &str = "Client secret";

/// A client with a new secret.
#[derive(Clone, Copy)]
pub struct CreatedView<'a> {
    /// The path of the list.
    pub base: &'a str,
    /// The client's own page.
    pub href: &'a str,
    /// The client.
    pub client: &'a Client,
    /// The secret, as it is shown this once.
    pub secret: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &CreatedView<'_>) -> Markup {
    let crumbs = [Crumb { label: super::list::TITLE, href: view.base }];
    let more = html! {
        p { "Only its hash is kept. If you lose it, give the client another one." }
    };
    html! {
        (Head {
            crumbs: &crumbs,
            title: TITLE,
            about: html! { (view.client.name) },
            actions: html! {},
        })
        (note(Tone::Warning, "Copy it now: it will not be shown again", &more))
        (card("Client id", &code("client-id", "Client id", view.client.id.as_str())))
        (card("Client secret", &secret("Secret", view.secret)))
        div.actions { span data-saved { (Button::primary("I have saved it").to(view.href)) } }
    }
}
