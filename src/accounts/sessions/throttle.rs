//! How long one waits after sign-ins that failed.

use crate::clock::{Span, Timestamp};

/// Seconds to wait after the first failure, the second, and so on; the last for all further ones.
const DELAYS_SECONDS: [u64; 4] = [1, 3, 5, 10];

/// Failures that nobody has added to for so long are forgotten.
pub(super) const REMEMBERED: Span = Span::seconds(15 * 60);

/// The failures of one account or one address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Throttle {
    pub(super) failures: i64,
    pub(super) failed_at: Timestamp,
    pub(super) open_at: Timestamp,
}

impl Throttle {
    /// Whole seconds until the next try, 0 when it may be now.
    pub(super) fn wait_seconds(self, now: Timestamp) -> u64 {
        let left = self.open_at.as_millis().saturating_sub(now.as_millis());
        let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1_000);
        // After a clock was set back nobody waits for it to catch up.
        if seconds > DELAYS_SECONDS[DELAYS_SECONDS.len() - 1] { 0 } else { seconds }
    }

    /// The same with one more failure.
    #[must_use]
    pub(super) fn failed(self, now: Timestamp) -> Self {
        let is_forgotten = self.failed_at.plus(REMEMBERED) <= now;
        let before = if is_forgotten { 0 } else { self.failures };
        let place = usize::try_from(before).unwrap_or(0).min(DELAYS_SECONDS.len() - 1);
        let open_at = now.plus(Span::seconds(DELAYS_SECONDS[place]));
        Self { failures: before + 1, failed_at: now, open_at }
    }

    /// The same with the last failure taken back: it was none.
    #[must_use]
    pub(super) fn taken_back(self) -> Self {
        Self { failures: self.failures.saturating_sub(1), open_at: self.failed_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000).plus(Span::seconds(seconds))
    }

    #[test]
    fn each_failure_makes_the_next_try_wait_longer_up_to_10_seconds() {
        let mut throttle = Throttle::default();
        for (failure, delay) in [1, 3, 5, 10, 10].into_iter().enumerate() {
            let now = at(failure as u64 * 60);
            assert_eq!(throttle.wait_seconds(now), 0);
            throttle = throttle.failed(now);
            assert_eq!(throttle.wait_seconds(now), delay);
        }
    }

    #[test]
    fn failures_are_forgotten_in_time_and_a_clock_set_back_keeps_nobody_waiting() {
        let failed = (0..4).fold(Throttle::default(), |it, _| it.failed(at(0)));
        assert_eq!(failed.failed(at(900)).failures, 1);
        assert_eq!(failed.failed(at(899)).failures, 5);
        assert_eq!(failed.wait_seconds(Timestamp::from_millis(0)), 0);
    }

    #[test]
    fn a_sign_in_that_succeeds_takes_its_own_failure_back_and_no_other() {
        let once = Throttle::default().failed(at(0));
        let again = once.failed(at(5)).taken_back();
        assert_eq!((again.failures, again.wait_seconds(at(5))), (1, 0));
    }
}
