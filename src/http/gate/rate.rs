//! How the windows stand, in headers: the IETF's draft [RateLimit header fields], and the `X-RateLimit-…`
//! that older clients read. A window without a limit is not named.
//!
//! [RateLimit header fields]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

use std::fmt::Write as _;

use actix_http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::limits::{Standing, Window};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Tells how the windows stand.
pub(super) fn tell(headers: &mut HeaderMap, standing: &Standing) {
    let Some(tightest) = standing.tightest() else { return };
    let (policy, rate) = (policy(standing), rate(standing));
    for (name, text) in [(POLICY, policy), (RATE, rate)] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
    headers.insert(LIMIT, HeaderValue::from(tightest.limit));
    headers.insert(REMAINING, HeaderValue::from(tightest.remaining));
    headers.insert(RESET, HeaderValue::from(tightest.reset_seconds));
}

fn policy(standing: &Standing) -> String {
    listed(standing, |text, window, seconds| write!(text, "q={};w={seconds}", window.limit))
}

fn rate(standing: &Standing) -> String {
    listed(standing, |text, window, _| {
        write!(text, "r={};t={}", window.remaining, window.reset_seconds)
    })
}

/// Each limited window by its name, with what `say` says of it and its length in seconds.
fn listed(
    standing: &Standing,
    say: impl Fn(&mut String, Window, u32) -> std::fmt::Result,
) -> String {
    let mut text = String::with_capacity(64);
    for (name, window, seconds) in
        [("\"minute\";", standing.minute, 60), ("\"day\";", standing.day, 86_400)]
    {
        let Some(window) = window else { continue };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name);
        say(&mut text, window, seconds).expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limited_window_is_told_in_the_draft_s_words() {
        let minute = Window { limit: 60, remaining: 57, reset_seconds: 12 };
        let day = Window { limit: 1_000, remaining: 998, reset_seconds: 5_400 };
        let both = Standing { minute: Some(minute), day: Some(day) };
        assert_eq!(policy(&both), "\"minute\";q=60;w=60, \"day\";q=1000;w=86400");
        assert_eq!(rate(&both), "\"minute\";r=57;t=12, \"day\";r=998;t=5400");
        let unlimited_day = Standing { minute: Some(minute), day: None };
        assert_eq!(policy(&unlimited_day), "\"minute\";q=60;w=60");
        let mut headers = HeaderMap::new();
        tell(&mut headers, &Standing::default());
        assert!(headers.is_empty(), "nothing for what is unlimited");
    }
}
