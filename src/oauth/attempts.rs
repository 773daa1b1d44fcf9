//! How often one place may try something that costs us: registering, asking, presenting a secret.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::{Code, Error, Result};
use crate::accounts::sessions::Visitor;
use crate::clock::{Span, Timestamp};

/// Places that are remembered: beyond it all are forgotten, since those that flood us are few or
/// cannot be told from the others.
const PLACES_MAX: usize = 10_000;

const MINUTE: Span = Span::seconds(60);

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Registering a client.
    Registration,
    /// Changing what a client has registered.
    Change,
    /// Asking for authorization: a request is kept for each.
    Request,
    /// Presenting a secret that is wrong.
    WrongSecret,
}

/// What was tried in the present minute, by place. It is in memory: after a restart all may try again.
#[derive(Default)]
pub struct Attempts(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    minute: Timestamp,
    by_place: HashMap<(Attempt, IpAddr), u32>,
}

impl Attempts {
    /// Counts one more; `per_minute` pass from one address, or one IPv6 network.
    ///
    /// # Errors
    /// `SlowDown` beyond that.
    pub fn count(
        &self,
        attempt: Attempt,
        address: IpAddr,
        (per_minute, now): (u32, Timestamp),
    ) -> Result<()> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.floor(MINUTE);
        if counted.minute != minute || counted.by_place.len() >= PLACES_MAX {
            counted.minute = minute;
            counted.by_place.clear();
        }
        let place = Visitor::new("", address).place();
        let tried = counted.by_place.entry((attempt, place)).or_default();
        *tried = tried.saturating_add(1);
        if *tried <= per_minute {
            return Ok(());
        }
        Err(Error::new(Code::SlowDown, "too often: try again in a minute"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tries_so_often_in_a_minute_and_others_are_not_kept_waiting() {
        let attempts = Attempts::default();
        let at = |seconds| Timestamp::from_millis(600_000).plus(Span::seconds(seconds));
        let tries = |address: &str, now| {
            attempts.count(Attempt::Registration, address.parse().unwrap(), (2, now)).is_ok()
        };
        assert!(tries("2001:db8::1", at(0)) && tries("2001:db8::2", at(1)));
        assert!(!tries("2001:db8::3", at(59)), "one household is one place");
        assert!(tries("192.0.2.1", at(59)), "another place");
        assert!(tries("2001:db8::3", at(60)), "another minute");
        let other = attempts.count(Attempt::Request, "192.0.2.1".parse().unwrap(), (1, at(60)));
        assert!(other.is_ok(), "another attempt");
    }

    #[test]
    fn a_flood_of_places_is_forgotten_and_not_kept() {
        let attempts = Attempts::default();
        let tries = |number: usize| {
            let address = IpAddr::from(u32::try_from(number).unwrap().to_be_bytes());
            attempts.count(Attempt::Request, address, (1, Timestamp::default())).is_ok()
        };
        assert!((0..PLACES_MAX).all(tries), "each its first");
        assert!((PLACES_MAX..3 * PLACES_MAX).all(tries));
        assert!(attempts.0.lock().unwrap().by_place.len() <= PLACES_MAX);
    }
}
