//! Instants, as people say them.

use maud::{Markup, html};

use crate::clock::{Span, Timestamp};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// From how far on an instant is named by its date: nobody counts in days beyond two months.
const COUNTED_MAX: i64 = 60 * DAY;

/// `at` seen from `now`, such as "3 min ago", with the exact instant behind it.
#[must_use]
pub fn time(at: Timestamp, now: Timestamp) -> Markup {
    let exact = at.to_string();
    html! { time datetime=(exact) title=(exact) { (words(at, now)) } }
}

/// As [`time`]; "never" where there is no instant.
#[must_use]
pub fn time_or_never(at: Option<Timestamp>, now: Timestamp) -> Markup {
    at.map_or_else(|| html! { span.muted { "Never" } }, |at| time(at, now))
}

/// `at` seen from `now`, in words alone.
#[must_use]
pub fn words(at: Timestamp, now: Timestamp) -> String {
    let distance = at.as_millis().saturating_sub(now.as_millis());
    let length = distance.saturating_abs();
    if length > COUNTED_MAX {
        return date(at);
    }
    let counted = match length {
        ..1_000 => return "just now".to_owned(),
        1_000..MINUTE => format!("{} s", length / 1_000),
        MINUTE..HOUR => format!("{} min", length / MINUTE),
        HOUR..DAY => format!("{} h", length / HOUR),
        _ => format!("{} d", length / DAY),
    };
    if distance < 0 { format!("{counted} ago") } else { format!("in {counted}") }
}

/// The time of day, UTC: `12:34:56 UTC`.
#[must_use]
pub fn clock_time(at: Timestamp) -> String {
    let exact = at.to_string();
    format!("{} UTC", exact.get(11..19).unwrap_or(&exact))
}

/// Whole days from `since` to `now`.
#[must_use]
pub fn days_between(since: Timestamp, now: Timestamp) -> i64 {
    now.as_millis().saturating_sub(since.as_millis()) / DAY
}

/// A length in words: "24 hours", "90 days".
#[must_use]
pub fn span_words(span: Span) -> String {
    let seconds = span.as_seconds();
    let (count, unit) = match seconds {
        s if s > 86_400 && s % 86_400 == 0 => (s / 86_400, "day"),
        s if s > 0 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s > 0 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The day of UTC that `at` is on.
#[must_use]
pub fn date(at: Timestamp) -> String {
    let exact = at.to_string();
    exact.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_in_the_largest_unit_that_fits() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-22T12:00:00Z", "just now"),
            ("2026-11-22T11:59:58Z", "2 s ago"),
            ("2026-11-22T11:57:01Z", "2 min ago"),
            ("2026-11-22T09:00:00Z", "3 h ago"),
            ("2026-11-10T12:00:00Z", "12 d ago"),
            ("2026-11-27T12:00:00Z", "in 5 d"),
            ("2026-03-02T12:00:00Z", "2026-03-02"),
        ] {
            assert_eq!(words(at.parse().unwrap(), now), expected);
        }
    }

    #[test]
    fn a_length_is_told_in_the_unit_that_people_use() {
        for (span, expected) in
            [("24h", "24 hours"), ("90d", "90 days"), ("60m", "1 hour"), ("30s", "30 seconds")]
        {
            assert_eq!(span_words(span.parse().unwrap()), expected);
        }
    }
}
