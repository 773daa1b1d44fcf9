//! What a session is.

use std::net::IpAddr;

use serde::Serialize;

use crate::accounts::people::User;
use crate::clock::{Span, Timestamp};
use crate::id::SessionId;

/// How long a session may be left alone.
const IDLE: Span = Span::seconds(30 * 60);

/// How long a session lasts at most.
pub const SESSION_LIFE: Span = Span::seconds(12 * 60 * 60);

/// How long a use of a session is not written down again: a page or two a second must not become as
/// many writes.
const SEEN_EVERY: Span = Span::seconds(60);

/// Characters that are kept of what a browser says it is.
const DEVICE_CHARACTERS_MAX: usize = 200;

/// A session, as its holder sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// What it is called; it opens nothing.
    pub id: SessionId,
    /// When its holder signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// What its browser says it is.
    pub device: String,
    /// The address that it was opened from.
    pub address: String,
}

impl Session {
    /// Whether it is good at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.seen_at.plus(IDLE) > now && self.created_at.plus(SESSION_LIFE) > now
    }

    /// Whether its use at `now` is to be written down.
    pub(super) fn is_to_be_seen(&self, now: Timestamp) -> bool {
        self.seen_at.plus(SEEN_EVERY) <= now
    }

    /// The instants before which sessions were left alone, or begun, that have ended by `now`.
    pub(super) fn ended_before(now: Timestamp) -> (Timestamp, Timestamp) {
        (now.minus(IDLE), now.minus(SESSION_LIFE))
    }
}

/// Whoever asks: a browser, and where it is.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// What it says it is.
    pub device: String,
    /// Its address.
    pub address: IpAddr,
}

impl Visitor {
    /// A visitor from `address` whose browser calls itself `device`.
    #[must_use]
    pub fn new(device: &str, address: IpAddr) -> Self {
        let shown = device.chars().filter(|letter| !letter.is_control());
        let device = shown.take(DEVICE_CHARACTERS_MAX).collect();
        Self { device, address: address.to_canonical() }
    }

    /// Where it is, as failures are counted: an address, or all those of one IPv6 network, since one
    /// household has them all.
    #[must_use]
    pub fn place(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        }
    }
}

/// Whether and when somebody was here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Their live sessions.
    pub sessions: u64,
    /// When they were last seen; unknown of those who have not signed in.
    pub seen_at: Option<Timestamp>,
}

/// A session with the one who holds it, as a request is judged by.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) session: Session,
    pub(super) holder: User,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            id: SessionId::new(Timestamp::from_millis(0)),
            created_at: Timestamp::from_millis(0),
            seen_at: Timestamp::from_millis(0),
            device: String::new(),
            address: String::new(),
        }
    }

    #[test]
    fn a_session_ends_when_it_is_left_alone_and_in_any_case_after_12_hours() {
        let mut session = session();
        let at = |seconds| Timestamp::from_millis(0).plus(Span::seconds(seconds));
        assert!(session.is_live(at(1_799)) && !session.is_live(at(1_800)));
        session.seen_at = at(12 * 3_600 - 10);
        assert!(session.is_live(at(12 * 3_600 - 1)) && !session.is_live(at(12 * 3_600)));
    }

    #[test]
    fn a_household_is_one_place() {
        let place = |address: &str| Visitor::new("", address.parse().unwrap()).place().to_string();
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), place("2001:db8:1:2::9"));
        assert_ne!(place("2001:db8:1:2::9"), place("2001:db8:1:3::9"));
        assert_eq!(place("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_device_is_kept_short_and_steers_no_terminal() {
        let visitor =
            Visitor::new(&format!("a\u{1b}[2J{}", "é".repeat(900)), [127, 0, 0, 1].into());
        assert_eq!(visitor.device.chars().count(), DEVICE_CHARACTERS_MAX);
        assert!(visitor.device.starts_with("a[2Jé"));
    }
}
