//! What can be done to a key, each act with what happens next.

use maud::{Markup, html};

use super::address;
use super::detail::DetailView;
use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, Confirm, Typed, confirm, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::time::{time, words};
use crate::keys::State;

/// How long a former secret may stay good.
pub const OVERLAPS: [Choice<'_>; 5] = [
    Choice { value: "1h", label: "1 hour", help: "" },
    Choice { value: "24h", label: "24 hours", help: "" },
    Choice { value: "7d", label: "7 days", help: "" },
    Choice { value: "30d", label: "30 days", help: "" },
    Choice { value: "0", label: "Not at all: end it now", help: "" },
];

/// The acts that its state allows.
#[must_use]
pub(super) fn acts(view: &DetailView<'_>) -> Markup {
    let is_active = view.key.state == State::Active;
    html! {
        @if is_active { @if view.key.ending_secret().is_some() { (finish(view)) } @else { (rotate(view)) } }
        @if view.key.state == State::Revoked { (restore(view)) } @else { (revoke(view)) }
    }
}

fn rotate(view: &DetailView<'_>) -> Markup {
    let action = address(view.workspace, &format!("/{}/rotate", view.key.id));
    confirm(
        &Confirm {
            id: "rotate",
            label: "Rotate key",
            icon: Icon::Rotate,
            consequence: "A second secret is made and shown once. The present one stays good for a \
                          while, so that callers can change over.",
            action: &action,
            form_token: view.form_token,
            typed: None,
            is_dangerous: false,
        },
        &Select::new("overlap", "The present secret stays good for", &OVERLAPS, "24h"),
    )
}

fn finish(view: &DetailView<'_>) -> Markup {
    let action = address(view.workspace, &format!("/{}/finish", view.key.id));
    let old = view.key.ending_secret();
    let last_used_at = old.and_then(|secret| secret.last_used_at);
    let used = match last_used_at {
        Some(at) => format!("It was last used {}.", words(at, view.now)),
        None => "It was never used.".to_owned(),
    };
    let last4 = old.map_or("", |secret| &secret.last4);
    let consequence = format!("The secret that ends in {last4} is refused from now on. {used}");
    confirm(
        &Confirm {
            id: "finish",
            label: "End old secret",
            icon: Icon::Check,
            consequence: &consequence,
            action: &action,
            form_token: view.form_token,
            typed: None,
            is_dangerous: false,
        },
        &"",
    )
}

fn revoke(view: &DetailView<'_>) -> Markup {
    let action = address(view.workspace, &format!("/{}/revoke", view.key.id));
    let error = view.confirm_error.filter(|(act, _)| *act == "revoke").map(|(_, error)| error);
    let reason = Field::text("reason", "Reason").optional().help("For the audit log.");
    confirm(
        &Confirm {
            id: "revoke",
            label: "Revoke key",
            icon: Icon::Revoke,
            consequence: "Every request with any of its secrets is refused at once. It can be \
                          undone only as long as the product allows.",
            action: &action,
            form_token: view.form_token,
            typed: Some(Typed { name: &view.key.name, error }),
            is_dangerous: true,
        },
        &reason,
    )
}

fn restore(view: &DetailView<'_>) -> Markup {
    let action = address(view.workspace, &format!("/{}/restore", view.key.id));
    let button = html! {
        p { "Its newest secret lives again." }
        div.actions { (Button::plain("Undo revocation").icon(Icon::Undo)) }
    };
    html! {
        @match view.undo_until {
            Some(end) if end > view.now => {
                (post(&action, view.form_token, &button))
                p.help { "Possible until " (time(end, view.now)) "." }
            }
            _ => p.muted { "Its revocation can no longer be undone." },
        }
    }
}
