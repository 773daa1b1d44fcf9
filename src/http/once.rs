//! Saying a thing once a minute, however often it happens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::{Span, Timestamp};

/// How long the same thing is not said again.
const QUIET: Span = Span::seconds(60);

/// Things that are remembered: beyond it nothing new is said until the minute is over.
const REMEMBERED_MAX: usize = 100;

/// Remembers what was said lately.
#[derive(Default)]
pub(in crate::http) struct OnceAMinute(Mutex<HashMap<String, Timestamp>>);

impl OnceAMinute {
    /// Whether `what` is to be said at `now`.
    pub(in crate::http) fn may_say(&self, what: &str, now: Timestamp) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // After a clock was set back, what was said "later" does not count.
        let is_quiet = |at: &Timestamp| *at <= now && at.plus(QUIET) > now;
        if said.get(what).is_some_and(is_quiet) {
            return false;
        }
        if said.len() >= REMEMBERED_MAX {
            said.retain(|_, at| is_quiet(at));
        }
        if said.len() >= REMEMBERED_MAX {
            return false;
        }
        said.insert(what.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_a_minute_and_a_flood_is_bounded() {
        let (once, start) = (OnceAMinute::default(), Timestamp::from_millis(0));
        assert!(once.may_say("a", start));
        assert!(!once.may_say("a", start.plus(Span::seconds(59))));
        assert!(once.may_say("b", start));
        assert!(once.may_say("a", start.plus(Span::seconds(60))));
        let flood = (0..5_000).filter(|n| once.may_say(&n.to_string(), start)).count();
        assert!(flood <= REMEMBERED_MAX);
    }
}
