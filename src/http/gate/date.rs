//! The instant of an answer, as HTTP writes it; written once a second.

use std::cell::Cell;

use jiff::fmt::rfc2822::DateTimePrinter;

use crate::clock::Timestamp;

/// `Sun, 06 Nov 1994 08:49:37 GMT`: no instant that a clock shows is longer or shorter.
type Shown = [u8; 29];

const UNKNOWN: &Shown = b"Thu, 01 Jan 1970 00:00:00 GMT";

thread_local! {
    /// The last second that was written, and how.
    static LAST: Cell<(i64, Shown)> = const { Cell::new((0, *UNKNOWN)) };
}

/// `now` as [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7) has it.
pub(super) fn shown(now: Timestamp) -> Shown {
    let second = now.as_millis().div_euclid(1_000);
    let (last, shown) = LAST.get();
    if last == second {
        return shown;
    }
    let shown = written(second).unwrap_or(*UNKNOWN);
    LAST.set((second, shown));
    shown
}

fn written(second: i64) -> Option<Shown> {
    let at = jiff::Timestamp::from_second(second).ok()?;
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    text.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_http_has_it() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let text = |text: &str| String::from_utf8(shown(at(text)).to_vec()).unwrap();
        assert_eq!(text("1994-11-06T08:49:37.999Z"), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(text("2026-02-01T00:00:00Z"), "Sun, 01 Feb 2026 00:00:00 GMT");
        assert_eq!(text("1970-01-01T00:00:00Z"), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
