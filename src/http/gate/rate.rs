//! How the windows stand, in headers: the IETF's draft [RateLimit header fields], and the `X-RateLimit-…`
//! that older clients read. A window without a limit is not named.
//!
//! [RateLimit header fields]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

use super::reply::{Reply, Value};
use crate::limits::{Standing, Window};

/// Tells how the windows stand.
pub(super) fn tell(reply: &mut Reply, standing: &Standing) {
    let Some(tightest) = standing.tightest() else { return };
    reply.line_of("ratelimit-policy", |value| {
        listed(standing, value, |value, window, seconds| {
            value.text("q=").number(window.limit).text(";w=").number(seconds);
        });
    });
    reply.line_of("ratelimit", |value| {
        listed(standing, value, |value, window, _| {
            value.text("r=").number(window.remaining).text(";t=").number(window.reset_seconds);
        });
    });
    for (name, number) in [
        ("x-ratelimit-limit", tightest.limit),
        ("x-ratelimit-remaining", tightest.remaining),
        ("x-ratelimit-reset", tightest.reset_seconds),
    ] {
        reply.line_of(name, |value| {
            value.number(number);
        });
    }
}

/// Each limited window by its name, with what `say` says of it and its length in seconds.
fn listed(standing: &Standing, value: &mut Value<'_>, say: impl Fn(&mut Value<'_>, Window, u32)) {
    let mut is_first = true;
    for (name, window, seconds) in
        [("\"minute\";", standing.minute, 60), ("\"day\";", standing.day, 86_400)]
    {
        let Some(window) = window else { continue };
        value.text(if is_first { "" } else { ", " }).text(name);
        say(value, window, seconds);
        is_first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(standing: &Standing) -> String {
        let mut reply = Reply::new();
        tell(&mut reply, standing);
        String::from_utf8(reply.bytes().to_vec()).unwrap()
    }

    #[test]
    fn each_limited_window_is_told_in_the_draft_s_words() {
        let minute = Window { limit: 60, remaining: 57, reset_seconds: 12 };
        let day = Window { limit: 1_000, remaining: 998, reset_seconds: 5_400 };
        let both = told(&Standing { minute: Some(minute), day: Some(day) });
        assert_eq!(
            both,
            "ratelimit-policy: \"minute\";q=60;w=60, \"day\";q=1000;w=86400\r\n\
             ratelimit: \"minute\";r=57;t=12, \"day\";r=998;t=5400\r\n\
             x-ratelimit-limit: 60\r\nx-ratelimit-remaining: 57\r\nx-ratelimit-reset: 12\r\n"
        );
        let unlimited_day = told(&Standing { minute: Some(minute), day: None });
        assert!(unlimited_day.starts_with("ratelimit-policy: \"minute\";q=60;w=60\r\n"));
        assert!(told(&Standing::default()).is_empty(), "nothing for what is unlimited");
    }
}
