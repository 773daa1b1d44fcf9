//! `/console/setup`: the first operator, while there is nobody yet.

use maud::{Markup, html};

use crate::http::ui::code::code;
use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, Errors, post_signed_out};
use crate::http::ui::parts::{Tone, note};

/// The page's title.
pub const TITLE: &str = "Set up Keystile";

/// What the page is good for with the link that led to it.
#[derive(Clone, Copy, Debug)]
pub enum SetupView<'a> {
    /// The link is good: the first operator can be made.
    Open(Form<'a>),
    /// There is no link, or it was used or is too old.
    Closed,
}

/// The form for the first operator.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The token of the link.
    pub token: &'a str,
    /// The address that was typed.
    pub email: &'a str,
    /// What is wrong with it.
    pub errors: Errors<'a>,
}

/// The page's body.
#[must_use]
pub fn page(view: &SetupView<'_>) -> Markup {
    html! {
        h1 { (TITLE) }
        @match view {
            SetupView::Open(form) => (open(form)),
            SetupView::Closed => (closed()),
        }
    }
}

fn open(form: &Form<'_>) -> Markup {
    let (errors, help) = (form.errors, "12 to 128 characters. A few unrelated words are good.");
    let fields = html! {
        input type="hidden" name="token" value=(form.token);
        (Field::email("email", "E-mail").value(form.email).error(errors.of("email")))
        (Field::new_password("password", "Password").help(help).error(errors.of("password")))
        (Button::primary("Create operator"))
    };
    html! {
        p.muted {
            "You become the operator: whoever runs products, plans, workspaces and people here."
        }
        (errors)
        section.card { div.body { (post_signed_out("/console/setup", &fields)) } }
    }
}

fn closed() -> Markup {
    let more = html! {
        p { "It works once, for 30 minutes. Start the server again: it prints a new one." }
    };
    html! {
        (note(Tone::Warning, "This needs the link that the server printed", &more))
        p { "Or make the operator on the machine itself:" }
        (code("setup-command", "Command line",
            "keystile user add you@example.com --operator --password-stdin"))
    }
}
