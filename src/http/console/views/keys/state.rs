//! How a key and its secrets stand, as badges.

use maud::{Markup, html};

use crate::clock::{Span, Timestamp};
use crate::http::ui::parts::{Tone, badge};
use crate::http::ui::time::words;
use crate::keys::{Key, SecretRecord, SecretState, State};

/// From how long before its expiry a key's badge tells of it.
pub const EXPIRES_SOON: Span = Span::days(7);

/// How the key stands.
#[must_use]
pub fn state(key: &Key, now: Timestamp) -> Markup {
    let soon = key.expires_at.filter(|end| *end <= now.plus(EXPIRES_SOON));
    match (key.state, soon) {
        (State::Active, Some(end)) => badge(Tone::Warning, &format!("Expires {}", words(end, now))),
        (State::Active, None) if key.ending_secret().is_some() => badge(Tone::Accent, "Rotating"),
        (State::Active, None) => badge(Tone::Good, "Active"),
        (State::Expired, _) => badge(Tone::Plain, "Expired"),
        (State::Revoked, _) => badge(Tone::Bad, "Revoked"),
        (State::Damaged, _) => badge(Tone::Bad, "Damaged"),
    }
}

/// How one of its secrets stands.
#[must_use]
pub fn secret_state(secret: &SecretRecord) -> Markup {
    match secret.state {
        SecretState::Current => badge(Tone::Good, "Current"),
        SecretState::Ending => badge(Tone::Warning, "Ending"),
        SecretState::Ended => badge(Tone::Plain, "Ended"),
    }
}

/// What a key's secret is recognised by: `wk_live_…3xQ9`.
#[must_use]
pub fn recognised(prefix: &str, secret: &SecretRecord) -> Markup {
    html! { code { (prefix) "…" (secret.last4) } }
}
