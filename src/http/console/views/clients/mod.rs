//! What the pages of OAuth clients look like.

pub mod created;
pub mod detail;
pub mod form;
pub mod list;

use maud::{Markup, html};

use crate::http::ui::parts::{Tone, badge};
use crate::oauth::clients::{Client, GrantType, Origin};

/// How a client came to be known: a warning where nobody answers for it.
fn origin(client: &Client) -> Markup {
    match client.origin {
        Origin::Operator => badge(Tone::Good, "By an operator"),
        Origin::Workspace => badge(Tone::Good, "By the workspace"),
        Origin::Registered => badge(Tone::Warning, "Registered itself"),
        Origin::Document => badge(Tone::Warning, "By its own document"),
    }
}

/// What it is: an app without a secret, one with a secret, or a service.
fn kind(client: &Client) -> Markup {
    let kind = match (client.may(GrantType::ClientCredentials), client.is_confidential()) {
        (true, _) => "Service",
        (false, true) => "App with a secret",
        (false, false) => "Public app",
    };
    html! { (kind) @if client.is_oauth20 { " " (badge(Tone::Warning, "OAuth 2.0")) } }
}
