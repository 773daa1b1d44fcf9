//! What differs from what is usual: rules over counts.

use crate::clock::Timestamp;
use crate::id::KeyId;

/// Refusals of an hour that are many; a caller that is being set up has fewer.
const REFUSED_MIN: i64 = 50;

/// Requests of an hour below which no rise is worth a look.
const RISEN_MIN: i64 = 100;

/// How many times its usual hour a sudden rise is.
const RISE_TIMES: i64 = 5;

/// Hours that an hour is compared with: the day before it.
const HOURS_BEFORE: i64 = 23;

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// What was seen.
    pub oddity: Oddity,
    /// When it was last seen.
    pub at: Timestamp,
}

/// What can be unusual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// More of a key's requests were refused within an hour than passed.
    Refusals {
        /// The key.
        key: KeyId,
        /// How many were refused.
        refused: i64,
    },
    /// A key asks many times as often as in the day before.
    Rise {
        /// The key.
        key: KeyId,
        /// How many times.
        times: i64,
    },
    /// A key that is in use elsewhere is used from another network.
    Network {
        /// The key.
        key: KeyId,
        /// The network.
        network: String,
    },
    /// Many requests for a product were refused before a key was known.
    Strangers {
        /// The product; empty where none was found.
        product: String,
        /// How many.
        refused: i64,
    },
}

/// What a key asked within an hour.
pub(super) struct Hour {
    pub(super) key: KeyId,
    pub(super) requests: i64,
    pub(super) refused: i64,
    pub(super) last_at: Timestamp,
}

/// `before` is what the key asked in the day before that hour.
pub(super) fn rise(hour: &Hour, before: i64) -> Option<Unusual> {
    // A key that was never used has no usual hour.
    let times = (hour.requests * HOURS_BEFORE).checked_div(before)?;
    let is_risen = hour.requests >= RISEN_MIN && times >= RISE_TIMES;
    is_risen.then_some(Unusual { oddity: Oddity::Rise { key: hour.key, times }, at: hour.last_at })
}

pub(super) fn refusals(hour: &Hour) -> Option<Unusual> {
    let Hour { key, requests, refused, last_at } = *hour;
    let is_many = refused >= REFUSED_MIN && refused * 2 > requests;
    is_many.then_some(Unusual { oddity: Oddity::Refusals { key, refused }, at: last_at })
}

pub(super) fn strangers((product, refused, at): (String, i64, Timestamp)) -> Option<Unusual> {
    (refused >= REFUSED_MIN)
        .then_some(Unusual { oddity: Oddity::Strangers { product, refused }, at })
}

pub(super) fn network((key, network, at): (KeyId, String, Timestamp)) -> Unusual {
    Unusual { oddity: Oddity::Network { key, network }, at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(requests: i64, refused: i64) -> Hour {
        let at = Timestamp::from_millis(0);
        Hour { key: KeyId::new(at), requests, refused, last_at: at }
    }

    #[test]
    fn a_rise_is_many_times_the_usual_hour() {
        let times = |requests, before| match rise(&hour(requests, 0), before)?.oddity {
            Oddity::Rise { times, .. } => Some(times),
            _ => None,
        };
        assert_eq!(times(500, 23 * 100), Some(5));
        assert_eq!(times(499, 23 * 100), None);
        assert_eq!(times(99, 23), None, "it is little");
        assert_eq!(times(1_000, 0), None, "nothing is usual yet");
    }

    #[test]
    fn refusals_are_many_where_fewer_passed() {
        assert!(refusals(&hour(99, 50)).is_some());
        assert!(refusals(&hour(100, 50)).is_none());
        assert!(refusals(&hour(49, 49)).is_none());
    }
}
