//! `/console/workspaces/new`

use maud::{Markup, html};

use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, Errors, post};
use crate::http::ui::parts::{Crumb, Head};

/// The page's title.
pub const TITLE: &str = "Create workspace";

/// A workspace that is being made.
#[derive(Clone, Copy)]
pub struct CreateView<'a> {
    /// The session's form token.
    pub form_token: &'a str,
    /// The name that was typed.
    pub name: &'a str,
    /// The slug that was typed.
    pub slug: &'a str,
    /// The plan that was chosen.
    pub plan: &'a str,
    /// The plans to choose from.
    pub plans: &'a [Choice<'a>],
    /// What is wrong, by field.
    pub errors: Errors<'a>,
}

/// The page's body.
#[must_use]
pub fn page(view: &CreateView<'_>) -> Markup {
    let crumbs = [Crumb { label: "Workspaces", href: "/console/workspaces" }];
    let errors = view.errors;
    let fields = html! {
        (Field::text("name", "Name").value(view.name).error(errors.of("name")).example("Acme"))
        (Field::text("slug", "Slug").value(view.slug).error(errors.of("slug")).example("acme")
            .help("Its name in addresses, commands and headers. It never changes."))
        (Select::new("plan", "Plan", view.plans, view.plan).error(errors.of("plan")))
        div.actions { (Button::primary(TITLE)) }
    };
    let about = html! { "A customer: the owner of keys." };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        (errors)
        section.card.measure { div.body { (post("/console/workspaces/new", view.form_token, &fields)) } }
    }
}
