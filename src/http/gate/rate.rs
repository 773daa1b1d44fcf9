//! How the windows stand, in headers: `RateLimit` of the IETF's draft [RateLimit header fields], and the
//! `X-RateLimit-…` that older clients read. A window without a limit is not named. What the windows are,
//! `RateLimit-Policy`, is the same for every request of a key, and written with its identity.
//!
//! [RateLimit header fields]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

use super::reply::Reply;
use crate::limits::Standing;

/// Tells how the windows stand.
pub(super) fn tell(reply: &mut Reply, standing: &Standing) {
    let Some(tightest) = standing.tightest() else { return };
    let mut before = "ratelimit: ";
    if let Some(minute) = &standing.minute {
        reply.text(before).text("\"minute\";r=").number(minute.remaining);
        reply.text(";t=").number(minute.reset_seconds);
        before = ", ";
    }
    if let Some(day) = &standing.day {
        reply.text(before).text("\"day\";r=").number(day.remaining);
        reply.text(";t=").number(day.reset_seconds);
    }
    reply.text("\r\nx-ratelimit-limit: ").number(tightest.limit);
    reply.text("\r\nx-ratelimit-remaining: ").number(tightest.remaining);
    reply.text("\r\nx-ratelimit-reset: ").number(tightest.reset_seconds).text("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Window;

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
            "ratelimit: \"minute\";r=57;t=12, \"day\";r=998;t=5400\r\n\
             x-ratelimit-limit: 60\r\nx-ratelimit-remaining: 57\r\nx-ratelimit-reset: 12\r\n"
        );
        let unlimited_day = told(&Standing { minute: Some(minute), day: None });
        assert!(unlimited_day.starts_with("ratelimit: \"minute\";r=57;t=12\r\n"));
        assert!(told(&Standing::default()).is_empty(), "nothing for what is unlimited");
    }
}
