//! `/console/sign-in`

use maud::{Markup, html};

use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, post_signed_out};
use crate::http::ui::parts::{Tone, note};

/// The page's title.
pub const TITLE: &str = "Sign in";

/// Where somebody says who they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignInView<'a> {
    /// The address that was typed.
    pub email: &'a str,
    /// Why they are not in, in the same words for an unknown address and a wrong password.
    pub refusal: Option<&'a str>,
    /// What has just happened, such as that they signed out.
    pub news: Option<&'a str>,
    /// The path to go to afterwards; empty for the first page.
    pub next: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &SignInView<'_>) -> Markup {
    let fields = html! {
        @if !view.next.is_empty() { input type="hidden" name="next" value=(view.next); }
        (Field::email("email", "E-mail").value(view.email))
        (Field::password("password", "Password"))
        (Button::primary("Sign in"))
    };
    html! {
        h1 { (TITLE) }
        @if let Some(refusal) = view.refusal {
            div role="alert" { (note(Tone::Bad, refusal, &"")) }
        }
        @if let Some(news) = view.news { (note(Tone::Good, news, &"")) }
        section.card { div.body { (post_signed_out("/console/sign-in", &fields)) } }
        p.help {
            "Forgotten? Whoever runs this instance can give you a new password: "
            code { "keystile user passwd" }
        }
    }
}
