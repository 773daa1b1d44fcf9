//! How finely counts are kept, and for how long.

use serde::{Deserialize, Serialize};

use crate::clock::{Span, Timestamp};

/// How long a time one count stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day of UTC.
    Day,
}

impl Grain {
    /// How long it is.
    #[must_use]
    pub const fn span(self) -> Span {
        match self {
            Self::Minute => Span::seconds(60),
            Self::Hour => Span::seconds(3_600),
            Self::Day => Span::days(1),
        }
    }

    /// The start of the one that `at` lies in.
    #[must_use]
    pub fn start(self, at: Timestamp) -> Timestamp {
        at.floor(self.span())
    }

    /// How many have passed since 1970-01-01 UTC at `at`; for an instant before it none.
    pub(super) fn number(self, at: Timestamp) -> u32 {
        u32::try_from(at.as_millis().max(0) / self.span().as_millis()).unwrap_or(u32::MAX)
    }

    /// The start of the one of that number.
    pub(super) fn numbered(self, number: u32) -> Timestamp {
        Timestamp::from_millis(i64::from(number) * self.span().as_millis())
    }

    /// The number that stands for it in a row.
    pub(super) fn seconds(self) -> i64 {
        self.span().as_millis() / 1_000
    }
}

/// For how long counts are kept: by the minute, afterwards by the hour, afterwards by the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long minutes are told apart; an hour at least.
    pub minutes: Span,
    /// How long hours are told apart; not shorter.
    pub hours: Span,
    /// How long there are counts at all; not shorter.
    pub days: Span,
}

impl Default for Retention {
    fn default() -> Self {
        Self { minutes: Span::days(2), hours: Span::days(60), days: Span::days(730) }
    }
}

impl Retention {
    /// The instant before which nothing is told apart by `grain` any more: the start of an hour
    /// for minutes, and of a day for hours and days.
    #[must_use]
    pub fn oldest(&self, grain: Grain, now: Timestamp) -> Timestamp {
        match grain {
            Grain::Minute => Grain::Hour.start(now.minus(self.minutes)),
            Grain::Hour => Grain::Day.start(now.minus(self.hours)),
            Grain::Day => Grain::Day.start(now.minus(self.days)),
        }
    }

    /// Where a span that was asked for from `since` on begins: with the count that `since` lies in,
    /// be it a minute's, an hour's or a day's by now.
    #[must_use]
    pub fn covering(&self, since: Timestamp, now: Timestamp) -> Timestamp {
        let since = since.max(self.oldest(Grain::Day, now));
        let mut finer = [Grain::Minute, Grain::Hour].into_iter();
        let grain = finer.find(|grain| since >= self.oldest(*grain, now));
        grain.unwrap_or(Grain::Day).start(since)
    }

    /// The same where counts are to be told apart by `grain`.
    #[must_use]
    pub fn beginning(&self, grain: Grain, since: Timestamp, now: Timestamp) -> Timestamp {
        grain.start(self.covering(since.max(self.oldest(grain, now)), now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_span_begins_where_a_count_begins() {
        let (kept, now) = (Retention::default(), at("2026-03-10T12:34:56Z"));
        let begins = |grain, since| kept.beginning(grain, at(since), now);
        for (grain, since, expected) in [
            (Grain::Minute, "2026-03-10T11:11:11Z", "2026-03-10T11:11:00Z"),
            (Grain::Hour, "2026-03-10T11:11:11Z", "2026-03-10T11:00:00Z"),
            (Grain::Day, "2026-03-10T11:11:11Z", "2026-03-10T00:00:00Z"),
            (Grain::Minute, "2026-03-01T11:11:11Z", "2026-03-08T12:00:00Z"),
            (Grain::Hour, "2026-03-01T11:11:11Z", "2026-03-01T11:00:00Z"),
            (Grain::Hour, "2025-03-01T11:11:11Z", "2026-01-09T00:00:00Z"),
            (Grain::Day, "2025-03-01T11:11:11Z", "2025-03-01T00:00:00Z"),
        ] {
            assert_eq!(begins(grain, since), at(expected), "{grain:?} since {since}");
        }
    }
}
