//! `/console/workspaces/SLUG/keys/ID`

use maud::{Markup, html};

use super::address;
use super::danger::acts;
use super::state::{recognised, secret_state, state};
use crate::clock::{Span, Timestamp};
use crate::http::console::views::audit::{Entry, trail};
use crate::http::console::views::refusals::{Refused, refusals};
use crate::http::ui::chart::{Bucket, Chart, Gauge, Shape, chart, gauge};
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Crumb, Head, Tone, badge, card, count, facts, names, note, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::{days_between, time, time_or_never};
use crate::keys::{Key, SecretRecord, SecretState, State};

/// From how many days on a secret is old enough to say so.
const OLD_DAYS: i64 = 90;

/// After how long without a request an old secret counts as no longer in use: whatever runs once a day
/// has run meanwhile.
const UNUSED_FOR: Span = Span::days(1);

/// A key with all that is known of it.
#[derive(Clone, Copy)]
pub struct DetailView<'a> {
    /// Whose key it is.
    pub workspace: Place<'a>,
    /// The key.
    pub key: &'a Key,
    /// The name of its product.
    pub product: &'a str,
    /// What its secrets begin with.
    pub prefix: &'a str,
    /// The session's form token.
    pub form_token: &'a str,
    /// Whether the person may change it.
    pub may_change: bool,
    /// Until when its revocation can be undone.
    pub undo_until: Option<Timestamp>,
    /// Its scopes, with when each was last needed.
    pub scopes: &'a [ScopeUse<'a>],
    /// Its requests over time: allowed, refused.
    pub buckets: &'a [Bucket],
    /// Why it was refused, the most frequent first.
    pub refused: &'a [Refused<'a>],
    /// What it has used of its limits.
    pub quotas: &'a [Quota<'a>],
    /// What was done to it, the latest first.
    pub trail: &'a [Entry<'a>],
    /// The scope for which only an operator may rotate it or undo its revocation, where the person is
    /// none.
    pub renewed_by_operators: Option<&'a str>,
    /// The act that was asked for and not done.
    pub refused_act: Option<RefusedAct<'a>>,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// The present instant.
    pub now: Timestamp,
}

/// An act that was asked for and not done.
#[derive(Clone, Copy, Debug)]
pub struct RefusedAct<'a> {
    /// Its id: `rotate`, `finish`, `revoke`, `restore`.
    pub act: &'a str,
    /// Why it was not done.
    pub said: &'a str,
    /// Whether it is the name that was typed to confirm.
    pub is_mistyped: bool,
    /// What was chosen or typed beside that.
    pub typed: &'a str,
}

impl DetailView<'_> {
    /// Why an act was not done, whatever name was typed.
    pub(super) fn refusal_of(&self, act: &str) -> Option<&str> {
        self.refused_act.filter(|it| it.act == act && !it.is_mistyped).map(|it| it.said)
    }
}

/// How a scope of a key is used.
#[derive(Clone, Copy, Debug)]
pub struct ScopeUse<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it permits; may be empty.
    pub description: &'a str,
    /// When a request last needed it.
    pub last_used_at: Option<Timestamp>,
}

/// What is used of a limit.
#[derive(Clone, Copy, Debug)]
pub struct Quota<'a> {
    /// What is limited: "Requests today".
    pub label: &'a str,
    /// How much is used.
    pub used: u64,
    /// Of how much; nothing where there is no limit.
    pub limit: Option<u64>,
}

/// The page's body.
#[must_use]
pub fn page(view: &DetailView<'_>) -> Markup {
    let keys = address(view.workspace, "");
    let key = view.key;
    let own = address(view.workspace, &format!("/{}", key.id));
    let about = html! {
        (state(key, view.now)) " " (view.product) " · " (key.key_type) " · " code { (key.id) }
    };
    let crumbs = [Crumb { label: "API keys", href: &keys }];
    html! {
        (Head { crumbs: &crumbs, title: &key.name, about, actions: actions(view) })
        @if let Some(done) = view.done { (note(Tone::Good, done, &"")) }
        (refusal(view))
        (hint(view))
        div.columns {
            div.stack #key-use data-refresh=(own) {
                (titled("Requests", &more_usage(view), &html! { div.body { (requests(view)) } }))
                (titled("Refusals", &"", &refusals(view.refused, view.now)))
                (titled("Secrets", &"", &secrets(view)))
                (titled("Scopes", &"", &scopes(view)))
            }
            div.stack {
                (card("About", &about_key(view)))
                @if view.may_change { (card("Change", &acts(view))) }
            }
        }
        (titled("What was done to it", &"", &trail(view.trail, view.now)))
    }
}

fn actions(view: &DetailView<'_>) -> Markup {
    let like = address(view.workspace, &format!("/new?like={}", view.key.id));
    let edit = address(view.workspace, &format!("/{}/edit", view.key.id));
    html! {
        @if view.may_change {
            @if matches!(view.key.state, State::Active | State::Expired) {
                (Button::plain("Edit key").to(&edit).icon(Icon::Edit))
            }
            (Button::plain("Create another like this").to(&like).icon(Icon::Plus))
        }
    }
}

/// Why an act was not done, at the top: the act's own form may be gone from the page.
fn refusal(view: &DetailView<'_>) -> Markup {
    html! {
        @if let Some(it) = view.refused_act {
            div role="alert" { (note(Tone::Bad, "Nothing was changed", &html! { p { (it.said) } })) }
        }
    }
}

/// The one thing about the key that should be known first.
fn hint(view: &DetailView<'_>) -> Markup {
    let key = view.key;
    let is_old = key
        .secrets
        .first()
        .is_some_and(|secret| days_between(secret.created_at, view.now) >= OLD_DAYS);
    match key.state {
        State::Revoked => revoked(view),
        State::Damaged => note(
            Tone::Bad,
            "This key's row does not bear its own checksum",
            &html! { p { "It is refused everywhere. Revoke it and create another." } },
        ),
        State::Expired => note(
            Tone::Warning,
            "This key has expired",
            &html! {
                p { "It is refused. Edit it to give it a later end." }
            },
        ),
        State::Active if is_old => note(
            Tone::Accent,
            "This secret is older than 90 days",
            &html! { p { "Rotate it: a secret that leaked unseen is then worth nothing." } },
        ),
        State::Active => html! {},
    }
}

fn revoked(view: &DetailView<'_>) -> Markup {
    let key = view.key;
    let more = html! {
        p {
            "Every request with it is refused."
            @if let Some(by) = &key.revoked_by { " By " (by) }
            @if let Some(at) = key.revoked_at { ", " (time(at, view.now)) "." }
            @if let Some(reason) = &key.revoked_reason { " Reason: " (reason) }
        }
    };
    note(Tone::Bad, "This key is revoked", &more)
}

fn more_usage(view: &DetailView<'_>) -> Markup {
    let href = format!("/console/workspaces/{}/usage?key={}", view.workspace.slug, view.key.id);
    html! { a href=(href) { "More usage" } }
}

fn requests(view: &DetailView<'_>) -> Markup {
    let series = ["Allowed", "Refused"];
    html! {
        (chart(&Chart {
            title: "Requests",
            series: &series,
            buckets: view.buckets,
            shape: Shape::Bars,
        }))
        @for it in view.quotas {
            (gauge(&Gauge { label: it.label, used: it.used, limit: it.limit }))
        }
    }
}

fn secrets(view: &DetailView<'_>) -> Markup {
    let columns = [
        Column::words("Secret"),
        Column::words("State"),
        Column::words("Last used"),
        Column::number("Requests"),
    ];
    let rows = html! {
        @for secret in &view.key.secrets {
            tr {
                th scope="row" {
                    (recognised(view.prefix, secret))
                    small { "made " (time(secret.created_at, view.now)) }
                }
                td {
                    (secret_state(secret)) " "
                    @if secret.state == SecretState::Ending { (still_used(secret, view.now)) }
                    @if let Some(end) = secret.ends_at { small { "end: " (time(end, view.now)) } }
                }
                td.tight {
                    (time_or_never(secret.last_used_at, view.now))
                    @if let Some(from) = &secret.last_used_from { small { "from " (from) } }
                }
                td.number { (count(secret.requests)) }
            }
        }
    };
    table(&Table { caption: "Secrets", columns: &columns, rows })
}

/// Whether the old secret can be ended without anybody noticing.
fn still_used(secret: &SecretRecord, now: Timestamp) -> Markup {
    if secret.last_used_at.is_some_and(|at| at.plus(UNUSED_FOR) > now) {
        badge(Tone::Warning, "Still in use")
    } else {
        badge(Tone::Good, "Safe to end now")
    }
}

fn scopes(view: &DetailView<'_>) -> Markup {
    let columns = [Column::words("Scope"), Column::words("Last used")];
    let rows = html! {
        @for scope in view.scopes {
            tr {
                th scope="row" { code { (scope.name) } small { (scope.description) } }
                td.tight { (time_or_never(scope.last_used_at, view.now)) }
            }
        }
    };
    html! {
        @if view.scopes.is_empty() {
            div.body { p.muted { "Full access: everything that is not for operators alone." } }
        }
        @else { (table(&Table { caption: "Scopes", columns: &columns, rows })) }
    }
}

fn about_key(view: &DetailView<'_>) -> Markup {
    let key = view.key;
    let now = view.now;
    let owner = key.owner.as_deref().unwrap_or("Nobody");
    let mut list = vec![
        ("Made", html! { (time(key.created_at, now)) " by " (key.created_by) }),
        ("Owner", html! { (owner) }),
        (
            "Expires",
            html! { @match key.expires_at { Some(end) => (time(end, now)), None => "Never" } },
        ),
        ("Addresses", html! { (key.allow_ip) }),
    ];
    let bound: Vec<_> = key.restrictions.iter().collect();
    for (resource, ids) in bound {
        list.push((resource, names(ids.iter().map(String::as_str))));
    }
    html! {
        (facts(&list))
        @if let Some(metadata) = &key.metadata {
            details.more { summary { "Metadata" } pre { code { (format!("{metadata:#}")) } } }
        }
    }
}
