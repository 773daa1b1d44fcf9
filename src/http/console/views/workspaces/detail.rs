//! `/console/workspaces/SLUG`: the workspace itself.

use maud::{Markup, html};

use super::members::{Invitation, Member, invitations, members};
use crate::accounts::Workspace;
use crate::clock::Timestamp;
use crate::http::ui::ask::{Ask, ask};
use crate::http::ui::code::code;
use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, Confirm, Errors, Typed, confirm, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Head, Part, Tone, card, count, counted, facts, note};
use crate::http::ui::time::time;
use crate::limits::Plan;

/// A workspace with all that belongs to it.
#[derive(Clone, Copy)]
pub struct DetailView<'a> {
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Its plan.
    pub plan: Option<&'a Plan>,
    /// The plans to choose from.
    pub plans: &'a [Choice<'a>],
    /// The resources that ids can be of, by the names in products.
    pub resources: &'a [Choice<'a>],
    /// The ids that it owns, each with its resource.
    pub owned: Part<'a, (&'a str, &'a str)>,
    /// Who belongs to it.
    pub members: Part<'a, Member<'a>>,
    /// Who was asked to.
    pub invitations: Part<'a, Invitation<'a>>,
    /// The link of an invitation that was just made, the one time that it is shown.
    pub invitation_link: Option<&'a str>,
    /// Its live keys.
    pub keys: u64,
    /// Whether the person runs the instance: plan, ids, removal.
    pub is_operator: bool,
    /// Whether the person may invite and remove members.
    pub may_manage: bool,
    /// The session's form token.
    pub form_token: &'a str,
    /// What was typed into a form that was refused.
    pub draft: Draft<'a>,
    /// What is wrong with a form, by field.
    pub errors: Errors<'a>,
    /// The present instant.
    pub now: Timestamp,
}

/// What was typed into the page's forms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Draft<'a> {
    /// The address of somebody to invite.
    pub email: &'a str,
    /// The role that they would get.
    pub role: &'a str,
    /// The plan that was chosen.
    pub plan: &'a str,
    /// The resource of an id.
    pub resource: &'a str,
    /// An id.
    pub id: &'a str,
}

impl DetailView<'_> {
    /// The workspace's address, or one below it.
    #[must_use]
    pub fn address(&self, below: &str) -> String {
        format!("/console/workspaces/{}{below}", self.workspace.slug)
    }
}

/// The page's body.
#[must_use]
pub fn page(view: &DetailView<'_>) -> Markup {
    let about = html! {
        code { (view.workspace.slug) } " · made " (time(view.workspace.created_at, view.now))
    };
    html! {
        (Head { crumbs: &[], title: &view.workspace.name, about, actions: html! {} })
        @if let Some(link) = view.invitation_link { (invited(link)) }
        (view.errors)
        (members(view))
        @if view.invitations.total > 0 { (invitations(view)) }
        div.pair {
            (card("Plan", &plan(view)))
            (card("Owned ids", &owned(view)))
        }
        @if view.is_operator { (card("Remove", &remove(view))) }
    }
}

fn invited(link: &str) -> Markup {
    let more = html! {
        p { "It works once, and is shown only now." }
        (code("invitation", "Invitation link", link))
    };
    note(Tone::Warning, "Send this link to the new member", &more)
}

fn plan(view: &DetailView<'_>) -> Markup {
    let number = |limit: Option<u32>| limit.map_or("Unlimited".into(), |it| count(it.into()));
    let chosen = if view.draft.plan.is_empty() { &view.workspace.plan } else { view.draft.plan };
    let change = html! {
        (Select::new("plan", "Plan", view.plans, chosen).error(view.errors.of("plan")))
        p.help { "It holds for the next request. Counts are kept." }
        div.actions { (Button::plain("Change plan")) }
    };
    html! {
        @if let Some(plan) = view.plan {
            (facts(&[
                ("Plan", html! { (plan.name) }),
                ("Per minute", html! { (number(plan.per_minute)) }),
                ("Per day", html! { (number(plan.per_day)) }),
                ("Keys a product", html! { (number(plan.max_keys)) }),
            ]))
        }
        @if view.is_operator { (post(&view.address("/plan"), view.form_token, &change)) }
    }
}

fn owned(view: &DetailView<'_>) -> Markup {
    let add = html! {
        div.inline {
            (Select::new("resource", "Resource", view.resources, view.draft.resource))
            (Field::text("id", "Id").value(view.draft.id).error(view.errors.of("id")))
            (Button::plain("Add id").icon(Icon::Plus))
        }
    };
    html! {
        p.help { "Keys can be bound to these ids. Members choose among them alone." }
        @for ids in view.owned.rows.chunk_by(|one, next| one.0 == next.0) {
            div {
                h3 { (ids[0].0) }
                ul.plain { @for (resource, id) in ids { (owned_id(view, resource, id)) } }
            }
        }
        @if view.owned.total == 0 { p.muted { "None yet." } }
        (view.owned.others())
        @if view.is_operator && !view.resources.is_empty() {
            (post(&view.address("/resources"), view.form_token, &add))
        }
    }
}

fn owned_id(view: &DetailView<'_>, resource: &str, id: &str) -> Markup {
    let remove = Ask {
        label: "Remove id",
        subject: id,
        consequence: "No key can be bound to it any more. What apps were let do with it ends.",
        action: &view.address("/resources/remove"),
        form_token: view.form_token,
    };
    let fields = html! {
        input type="hidden" name="resource" value=(resource);
        input type="hidden" name="id" value=(id);
    };
    html! {
        li.row {
            code { (id) }
            @if view.is_operator { div.end { (ask(&remove, &fields)) } }
        }
    }
}

fn remove(view: &DetailView<'_>) -> Markup {
    if view.keys > 0 {
        return html! {
            p { "It has " (counted(view.keys, "live key")) ". Revoke them first." }
        };
    }
    confirm(
        &Confirm {
            id: "remove",
            label: "Remove workspace",
            icon: Icon::Remove,
            consequence: "Its members lose it and its usage is forgotten. The audit log stays. This \
                          cannot be undone.",
            action: &view.address("/remove"),
            form_token: view.form_token,
            typed: Some(Typed {
                name: &view.workspace.name,
                error: view.errors.of(Confirm::FIELD),
            }),
            error: None,
            is_dangerous: true,
        },
        &"",
    )
}
