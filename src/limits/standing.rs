//! How a bucket stands after a request was judged by it.

use super::Allowance;

/// What a bucket says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is room.
    Within,
    /// The minute has no room.
    RateLimited {
        /// Seconds until the same request can pass, from 1 to 61; `None` where it never can, since
        /// it counts for more than a limit.
        retry_after: Option<u32>,
    },
    /// The day has no room, whatever the minute has.
    QuotaExceeded {
        /// Seconds until the same request can pass.
        retry_after: u32,
    },
}

/// What was used of the two windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Of the sliding minute.
    pub in_minute: u64,
    /// Of the calendar day.
    pub today: u64,
}

/// How the two windows stand. One without a limit says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The sliding minute.
    pub minute: Option<Window>,
    /// The calendar day.
    pub day: Option<Window>,
}

/// How a limited window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How much it takes.
    pub limit: u32,
    /// How much room it has.
    pub remaining: u32,
    /// Whole seconds, rounded up: until the oldest counted second leaves the minute (0 to 61, 0
    /// where nothing is counted), or until midnight UTC.
    pub reset_seconds: u32,
}

impl Window {
    pub(super) fn of(limit: u32, used: u64, reset_seconds: u32) -> Self {
        let remaining = u64::from(limit).saturating_sub(used);
        Self { limit, remaining: u32::try_from(remaining).unwrap_or(limit), reset_seconds }
    }
}

impl Standing {
    /// The limits that were asked.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        let limit = |window: Option<Window>| window.map(|window| window.limit);
        Allowance { per_minute: limit(self.minute), per_day: limit(self.day) }
    }

    /// The window with the least room; of two alike the shorter.
    #[must_use]
    pub fn tightest(&self) -> Option<Window> {
        let both = self.minute.into_iter().chain(self.day);
        both.min_by_key(|window| window.remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_window_has_the_least_room_and_of_two_alike_is_the_minute() {
        let window = |limit, remaining| Window { limit, remaining, reset_seconds: 1 };
        let tightest = |minute, day| Standing { minute, day }.tightest().map(|it| it.limit);
        assert_eq!(tightest(Some(window(60, 5)), Some(window(1_000, 4))), Some(1_000));
        assert_eq!(tightest(Some(window(60, 4)), Some(window(1_000, 4))), Some(60));
        assert_eq!(tightest(None, Some(window(1_000, 9))), Some(1_000));
        assert_eq!(tightest(None, None), None);
    }
}
