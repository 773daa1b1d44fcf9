//! What the forms of these pages have in common.

use maud::{Markup, html};

use crate::http::web::Visit;

/// The hidden field that a form of somebody who is signed in carries.
pub(super) fn form_token(visit: &Visit<'_>) -> Markup {
    html! {
        @if let Ok(holder) = visit.holder() {
            input type="hidden" name="form_token" value=(holder.form_token);
        }
    }
}

/// A field for a password, with what is wrong with it.
pub(super) fn password(name: &str, label: &str, autocomplete: &str) -> Markup {
    html! {
        p {
            label for=(name) { (label) }
            input id=(name) name=(name) type="password" autocomplete=(autocomplete) required maxlength="128";
        }
    }
}

/// A field for an address.
pub(super) fn email(value: &str) -> Markup {
    html! {
        p {
            label for="email" { "E-mail address" }
            input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value=(value);
        }
    }
}

/// What is wrong with a form.
pub(super) fn problem(said: Option<&str>) -> Markup {
    html! { @if let Some(said) = said { p role="alert" { (said) } } }
}
