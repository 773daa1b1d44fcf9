//! The slowest verdicts of the last hour.
//!
//! A verdict from memory takes some microseconds, and to time it would cost a part of that. One that
//! had to wait for the database is timed: there alone can a verdict become slow.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::grain::Grain;
use crate::clock::{Span, Timestamp};

/// Minutes that are told apart: an hour, and the one that has begun.
const MINUTES_MAX: usize = 61;

/// A verdict that had to wait for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// When it was asked for.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// The slowest verdict of each minute, for an hour.
#[derive(Default)]
pub struct Slowest(Mutex<VecDeque<Slow>>);

impl Slowest {
    /// Notes a verdict that was asked for at `at` and given at `answered_at`.
    pub fn note(&self, at: Timestamp, answered_at: Timestamp) {
        let millis = answered_at.as_millis().saturating_sub(at.as_millis());
        let slow = Slow { at, millis: u64::try_from(millis).unwrap_or(0) };
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = |at| Grain::Minute.start(at);
        match minutes.back_mut().filter(|last| minute(last.at) == minute(at)) {
            Some(last) if last.millis >= slow.millis => {}
            Some(last) => *last = slow,
            None => minutes.push_back(slow),
        }
        if minutes.len() > MINUTES_MAX {
            minutes.pop_front();
        }
    }

    /// The slowest of the hour before `now`; none where every verdict came from memory.
    #[must_use]
    pub fn of_hour(&self, now: Timestamp) -> Option<Slow> {
        let since = now.minus(Span::seconds(3_600));
        let minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.iter().filter(|slow| slow.at >= since).max_by_key(|slow| slow.millis).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Span::seconds(seconds))
    }

    #[test]
    fn the_slowest_of_an_hour_is_told_and_then_forgotten() {
        let slowest = Slowest::default();
        assert_eq!(slowest.of_hour(NOW), None);
        for (at, millis) in [(0, 3), (1, 40), (2, 5), (60, 7)] {
            let at = after(at);
            slowest.note(at, Timestamp::from_millis(at.as_millis() + millis));
        }
        assert_eq!(slowest.of_hour(after(61)), Some(Slow { at: after(1), millis: 40 }));
        assert_eq!(slowest.of_hour(after(3_602)), Some(Slow { at: after(60), millis: 7 }));
        assert_eq!(slowest.of_hour(after(3_661)), None);
    }

    #[test]
    fn a_clock_that_jumps_back_makes_no_verdict_slow() {
        let slowest = Slowest::default();
        slowest.note(after(10), NOW);
        assert_eq!(slowest.of_hour(NOW), Some(Slow { at: after(10), millis: 0 }));
        for minute in 0..1_000 {
            slowest.note(after(60 * minute), after(60 * minute));
        }
        assert!(slowest.0.lock().unwrap().len() <= MINUTES_MAX);
    }
}
