//! `/console/workspaces/SLUG/members/ID`: one member's role, and what becomes of their keys.

use maud::{Markup, html};

use super::members::{Member, ROLES};
use crate::http::console::views::keys::owned::owned;
use crate::http::ui::field::{Legend, Tick, Tickable, boxes};
use crate::http::ui::form::{Button, Confirm, Errors, Typed, confirm, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Crumb, Head, card};
use crate::keys::census::Owned;

/// A member of a workspace.
#[derive(Clone, Copy)]
pub struct MemberView<'a> {
    /// The workspace.
    pub workspace: Place<'a>,
    /// The member.
    pub member: Member<'a>,
    /// The role that is ticked: theirs, or the one that was chosen and refused.
    pub chosen: &'a str,
    /// The live keys that they own here.
    pub keys: &'a Owned,
    /// The session's form token.
    pub form_token: &'a str,
    /// What is wrong with a form, by field.
    pub errors: Errors<'a>,
}

/// The page's body.
#[must_use]
pub fn page(view: &MemberView<'_>) -> Markup {
    let above = format!("/console/workspaces/{}", view.workspace.slug);
    let own = format!("{above}/members/{}", view.member.id);
    let crumbs = [Crumb { label: view.workspace.name, href: &above }];
    let about = html! { "Member of " (view.workspace.name) };
    html! {
        (Head { crumbs: &crumbs, title: view.member.email, about, actions: html! {} })
        (view.errors)
        div.pair {
            (card("Role", &post(&format!("{own}/role"), view.form_token, &role(view))))
            (card("Remove", &remove(view, &format!("{own}/remove"))))
        }
    }
}

fn role(view: &MemberView<'_>) -> Markup {
    let legend = Legend { label: "Role", help: None, error: view.errors.of("role") };
    let choices = ROLES.map(|choice| Tickable {
        choice,
        is_ticked: choice.value == view.chosen,
        badges: html! {},
    });
    html! {
        (boxes("role", &legend, Tick::One, &choices))
        div.actions { (Button::plain("Save role")) }
    }
}

fn remove(view: &MemberView<'_>, action: &str) -> Markup {
    html! {
        (owned(view.keys))
        (confirm(
            &Confirm {
                id: "remove",
                label: "Remove member",
                icon: Icon::Remove,
                consequence: "They see nothing of this workspace any more, from the next click on.",
                action,
                form_token: view.form_token,
                typed: Some(Typed {
                    name: view.member.email,
                    error: view.errors.of(Confirm::FIELD),
                }),
                error: None,
                is_dangerous: true,
            },
            &"",
        ))
    }
}
