//! What the forms of these pages have in common.

use maud::{Markup, Render, html};

use crate::http::ui::form::TOKEN_FIELD;
use crate::http::ui::parts::{Tone, note};
use crate::http::web::Visit;

/// A form that posts its fields; with the token of whoever is signed in.
pub(super) fn form(visit: &Visit<'_>, action: &str, fields: &dyn Render) -> Markup {
    html! {
        form.stack method="post" action=(action) {
            @if let Ok(holder) = visit.holder() {
                input type="hidden" name=(TOKEN_FIELD) value=(holder.form_token);
            }
            (fields)
        }
    }
}

/// What is wrong with a form.
pub(super) fn problem(said: Option<&str>) -> Markup {
    html! { @if let Some(said) = said { div role="alert" { (note(Tone::Bad, said, &html! {})) } } }
}
