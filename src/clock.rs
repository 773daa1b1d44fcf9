//! Time: instants, durations as people write them, and the one place that asks the machine.
//!
//! Everything else is handed a [`Clock`] or a [`Timestamp`], so that tests move time instead of
//! waiting for it. Start reading at [`Clock`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Where "now" comes from: the machine, or a test's hand. Clones tell the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still at `at` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn standing_at(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.0))))
    }

    /// Moves a standing clock on; the machine's clock is not ours to move and stays.
    pub fn advance(&self, by: Span) {
        if let Some(hand) = &self.0 {
            hand.fetch_add(by.as_millis(), Ordering::SeqCst);
        }
    }

    /// The present instant.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Timestamp {
        if let Some(hand) = &self.0 {
            return Timestamp(hand.load(Ordering::SeqCst));
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// An instant: milliseconds since 1970-01-01 UTC. Shown and parsed as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC, as the database keeps it.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `span` later.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.as_millis()))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.as_millis()))
    }

    /// The start of the minute, hour or day of UTC that it lies in: of whatever `span` divides time
    /// into. A span of nothing leaves it as it is.
    #[must_use]
    pub fn floor(self, span: Span) -> Self {
        Self(self.0 - self.0.rem_euclid(span.as_millis().max(1)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.parse::<jiff::Timestamp>()?.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A length of time in whole seconds, written `30s`, `15m`, `24h` or `90d`; from 0 to 100 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The longest span that is taken: 100 years, far beyond any key and far from overflow.
    pub const MAX: Self = Self::days(36_525);

    /// `seconds` seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// `days` days of 24 hours.
    #[must_use]
    pub const fn days(days: u64) -> Self {
        Self(days * 86_400)
    }

    /// The length in whole seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// The length in milliseconds.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        i64::try_from(self.0.saturating_mul(1_000)).unwrap_or(i64::MAX)
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let unit = text.chars().next_back().ok_or(NotASpan)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        let (_, seconds) = UNITS.iter().find(|(letter, _)| *letter == unit).ok_or(NotASpan)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotASpan);
        }
        let span = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(*seconds));
        span.map(Self).filter(|span| *span <= Self::MAX).ok_or(NotASpan)
    }
}

impl fmt::Display for Span {
    /// In the largest unit that leaves no remainder: `5400 s` is `90m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, seconds) = UNITS
            .iter()
            .find(|(_, s)| self.0 != 0 && self.0.is_multiple_of(*s))
            .unwrap_or(&('s', 1));
        write!(f, "{}{letter}", self.0 / seconds)
    }
}

/// A text that is no [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a duration: write a whole number and a unit, such as 30s, 15m, 24h or 90d (100 years at most)"
)]
pub struct NotASpan;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown_in_the_same_words() {
        for text in ["0s", "30s", "15m", "24h", "90d"] {
            let span: Span = text.parse().unwrap();
            let shown = span.to_string();
            assert_eq!(shown.parse::<Span>().unwrap(), span, "{text} was shown as {shown}");
        }
        assert_eq!("24h".parse::<Span>().unwrap().to_string(), "1d");
        assert_eq!("90m".parse::<Span>().unwrap().to_string(), "90m");
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in
            ["", "s", "30", "-1s", "+1s", "1.5h", "1w", "1 d", "30S", "９d", "1９", "99999999999d"]
        {
            assert_eq!(text.parse::<Span>(), Err(NotASpan), "{text:?}");
        }
    }

    #[test]
    fn instants_are_written_as_rfc_3339() {
        let at: Timestamp = "2026-11-22T01:45:26.5Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-22T01:45:26.500Z");
        assert_eq!(at.plus(Span::days(1)).to_string(), "2026-11-23T01:45:26.500Z");
    }

    #[test]
    fn a_standing_clock_moves_only_by_hand() {
        let clock = Clock::standing_at(Timestamp::from_millis(1_000));
        clock.clone().advance(Span::seconds(2));
        assert_eq!(clock.now(), Timestamp::from_millis(3_000));
    }
}
