//! Acts on one row of a list. Each asks first, as those that have a page of their own do.

use maud::{Markup, Render, html};

use super::form::{Button, post};

/// An act on one row: closed it is a button, open it says what happens next and has the form.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The act, beginning with a verb.
    pub label: &'a str,
    /// What it is done to, for those who hear the button without its row.
    pub subject: &'a str,
    /// What happens next, and whether it can be undone.
    pub consequence: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// The session's form token.
    pub form_token: &'a str,
}

/// The act; `fields` say which row it is done to.
#[must_use]
pub fn ask(it: &Ask<'_>, fields: &dyn Render) -> Markup {
    let body = html! { (fields) (Button::danger(it.label).of_what(it.subject).small()) };
    html! {
        details.ask {
            summary.button.small { span { (it.label) } span.hidden { " " (it.subject) } }
            div.stack { p { (it.consequence) } (post(it.action, it.form_token, &body)) }
        }
    }
}
