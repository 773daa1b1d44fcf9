//! Who belongs to a workspace, and who was asked to.

use maud::{Markup, html};

use super::detail::DetailView;
use crate::clock::Timestamp;
use crate::http::ui::ask::{Ask, ask};
use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{count, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{time, time_or_never};

/// Somebody who belongs to a workspace.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Their id.
    pub id: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Their role: owner, admin, developer or viewer.
    pub role: &'a str,
    /// When they were last seen.
    pub seen_at: Option<Timestamp>,
    /// The live keys that they own.
    pub keys: u64,
}

/// Somebody who was asked to belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    /// Its id.
    pub id: &'a str,
    /// Whom it is for.
    pub email: &'a str,
    /// The role that they get.
    pub role: &'a str,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The roles, from the one that may most.
pub const ROLES: [Choice<'_>; 4] = [
    Choice { value: "owner", label: "Owner", help: "Everything, members and owners too." },
    Choice { value: "admin", label: "Admin", help: "Keys and members." },
    Choice { value: "developer", label: "Developer", help: "Keys." },
    Choice { value: "viewer", label: "Viewer", help: "Looks, and changes nothing." },
];

/// The card of members.
#[must_use]
pub(super) fn members(view: &DetailView<'_>) -> Markup {
    let mut columns = vec![
        Column::words("Member"),
        Column::words("Role"),
        Column::number("Owns keys"),
        Column::words("Last seen"),
    ];
    if view.may_manage {
        columns.push(Column::words("Action"));
    }
    let rows = html! { @for member in view.members.rows { (member_row(view, member)) } };
    let content = html! {
        (table(&Table { caption: "Members", columns: &columns, rows }))
        (view.members.others())
        @if view.may_manage {
            footer { (post(&view.address("/invitations"), view.form_token, &invite(view))) }
        }
    };
    titled("Members", &html! { p { (count(view.members.total)) } }, &content)
}

/// The card of those who were invited and have not come yet.
#[must_use]
pub(super) fn invitations(view: &DetailView<'_>) -> Markup {
    let mut columns = ["Invited", "Role", "Link ends"].map(Column::words).to_vec();
    if view.may_manage {
        columns.push(Column::words("Action"));
    }
    let rows = html! { @for it in view.invitations.rows { (invitation_row(view, it)) } };
    let content = html! {
        (table(&Table { caption: "Invitations", columns: &columns, rows }))
        (view.invitations.others())
    };
    titled("Invitations", &html! { p { (count(view.invitations.total)) } }, &content)
}

fn invite(view: &DetailView<'_>) -> Markup {
    let (draft, errors) = (view.draft, view.errors);
    let role = if draft.role.is_empty() { "developer" } else { draft.role };
    html! {
        div.inline {
            (Field::text("email", "E-mail").value(draft.email).error(errors.of("email"))
                .example("ada@example.com"))
            (Select::new("role", "Role", &ROLES, role).error(errors.of("role")))
            (Button::plain("Invite member").icon(Icon::Plus))
        }
    }
}

fn member_row(view: &DetailView<'_>, member: &Member<'_>) -> Markup {
    let page = view.address(&format!("/members/{}", member.id));
    html! {
        tr {
            th scope="row" { (member.email) }
            td { (member.role) }
            td.number { (count(member.keys)) }
            td.tight { (time_or_never(member.seen_at, view.now)) }
            @if view.may_manage {
                td { (Button::plain("Change or remove").of_what(member.email).to(&page).small()) }
            }
        }
    }
}

fn invitation_row(view: &DetailView<'_>, invitation: &Invitation<'_>) -> Markup {
    let withdraw = Ask {
        label: "Withdraw invitation",
        subject: invitation.email,
        consequence: "The link that was sent opens nothing any more.",
        action: &view.address("/invitations/withdraw"),
        form_token: view.form_token,
    };
    let which = html! { input type="hidden" name="invitation" value=(invitation.id); };
    html! {
        tr {
            th scope="row" { (invitation.email) }
            td { (invitation.role) }
            td.tight { (time(invitation.expires_at, view.now)) }
            @if view.may_manage {
                td { (ask(&withdraw, &which)) }
            }
        }
    }
}
