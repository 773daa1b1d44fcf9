//! `/console/people/ID`: what somebody may do, and how that ends.

use maud::{Markup, html};

use super::list::{Person, TITLE};
use crate::clock::Timestamp;
use crate::http::console::views::keys::owned::owned;
use crate::http::ui::form::{Confirm, Errors, Typed, confirm};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Crumb, Head, Tone, badge, card, counted, facts};
use crate::http::ui::time::{time, time_or_never};
use crate::keys::census::Owned;

/// Somebody who may sign in.
#[derive(Clone, Copy)]
pub struct DetailView<'a> {
    /// Who.
    pub person: Person<'a>,
    /// How their account came to be.
    pub origin: &'a str,
    /// The live keys that they own, in whatever workspace.
    pub keys: &'a Owned,
    /// The session's form token.
    pub form_token: &'a str,
    /// What is wrong with a form, by field.
    pub errors: Errors<'a>,
    /// The present instant.
    pub now: Timestamp,
}

impl DetailView<'_> {
    fn address(&self, below: &str) -> String {
        format!("/console/people/{}{below}", self.person.id)
    }
}

/// The page's body.
#[must_use]
pub fn page(view: &DetailView<'_>) -> Markup {
    let person = view.person;
    let crumbs = [Crumb { label: TITLE, href: "/console/people" }];
    let about = html! { "Added " (time(person.created_at, view.now)) " · " (view.origin) };
    html! {
        (Head { crumbs: &crumbs, title: person.email, about, actions: html! {} })
        (view.errors)
        div.pair {
            (card("Role", &role(view)))
            (card("Sessions", &sessions(view)))
        }
        (card("Remove", &remove(view)))
    }
}

fn role(view: &DetailView<'_>) -> Markup {
    let person = view.person;
    let (label, consequence, value) = if person.is_operator {
        ("Take the instance away", "They stay what they are in their workspaces.", "no")
    } else {
        ("Make an operator", "They may then do whatever can be done here.", "yes")
    };
    let operator = confirm(
        &Confirm {
            id: "operator",
            label,
            icon: Icon::Users,
            consequence: &format!("{consequence} They sign in anew."),
            action: &view.address("/operator"),
            form_token: view.form_token,
            typed: None,
            error: None,
            is_dangerous: false,
        },
        &html! { input type="hidden" name="operator" value=(value); },
    );
    html! {
        @if person.is_operator { p { (badge(Tone::Accent, "Operator")) " Runs this instance." } }
        @for (slug, role) in person.workspaces {
            p { a href={ "/console/workspaces/" (slug) } { (slug) } " · " (role) }
        }
        @if !person.is_operator && person.workspaces.is_empty() {
            p.muted { "Member of no workspace." }
        }
        (operator)
    }
}

fn sessions(view: &DetailView<'_>) -> Markup {
    let person = view.person;
    html! {
        (facts(&[
            ("Open now", html! { (counted(person.sessions, "session")) }),
            ("Last seen", time_or_never(person.seen_at, view.now)),
        ]))
        @if person.sessions > 0 {
            (end_sessions(view))
        }
    }
}

fn end_sessions(view: &DetailView<'_>) -> Markup {
    let act = Confirm {
        id: "sessions",
        label: "End all sessions",
        icon: Icon::SignOut,
        consequence: "They sign in again, with the password that they have.",
        action: &view.address("/sessions/end"),
        form_token: view.form_token,
        typed: None,
        error: None,
        is_dangerous: false,
    };
    confirm(&act, &"")
}

fn remove(view: &DetailView<'_>) -> Markup {
    let act = Confirm {
        id: "remove",
        label: "Remove person",
        icon: Icon::Remove,
        consequence: "They cannot sign in any more, from the next click on. This cannot be undone.",
        action: &view.address("/remove"),
        form_token: view.form_token,
        typed: Some(Typed { name: view.person.email, error: view.errors.of(Confirm::FIELD) }),
        error: None,
        is_dangerous: true,
    };
    html! { (owned(view.keys)) (confirm(&act, &"")) }
}
