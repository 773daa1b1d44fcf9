//! Questions that nginx asks again for one request of a client.
//!
//! After an internal redirect (`index`, `try_files`) nginx asks about the same request once more. For
//! ten seconds from the first answer, and three times at most, it gets that answer again and is not
//! counted. What makes two questions one is the request id that the proxy gave, the key, the method
//! and the raw target together; a keyed hash of them is remembered, so that nobody can aim at another's.
//!
//! Memory: 65,536 answers, 1 MiB, taken as they are used. Beyond it the oldest of a few is forgotten:
//! at 1,000 requests a second nearly every answer is kept for its ten seconds, at 10,000 for some seconds,
//! and nginx comes back within milliseconds. One that was forgotten is counted again, which never lets
//! anybody pass who may not.

use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::DefaultHashBuilder;

use super::Outcome;
use super::limiter::Drawn;
use crate::clock::Timestamp;

/// How long a question counts as the same: ten seconds.
const SAME_MILLIS: u32 = 10_000;

/// How often the first answer is given again.
const AGAIN_MAX: u32 = 3;

/// Locks, so that workers seldom meet.
const SHARDS: usize = 64;

/// Answers among which the oldest gives way.
const WAYS: usize = 4;

/// Sets of answers in a shard.
const SETS: usize = 256;

/// What makes two questions one.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Repeat<'a> {
    /// The id that the proxy gave the client's request.
    pub request_id: &'a str,
    /// Who asks: the 16 bytes of a key's id, or of what an app was granted.
    pub caller: [u8; 16],
    /// The client's method.
    pub method: &'a str,
    /// The client's target, as it came.
    pub target: &'a [u8],
}

/// The answers that were given lately.
pub(super) struct Repeats {
    hasher: DefaultHashBuilder,
    shards: Box<[Mutex<Vec<Set>>]>,
}

/// A few answers whose questions share a place: what one request touches is one line of memory.
#[derive(Clone, Default)]
#[repr(align(64))]
struct Set([Answer; WAYS]);

/// The answer to a question. The default is one that nobody asked.
#[derive(Clone, Copy, Default)]
struct Answer {
    /// The question's hash.
    question: u64,
    /// When it was given: the lowest bits of the instant, which come again after 49 days.
    at_millis: u32,
    given: Given,
}

/// The limiter's word and how often it was given again, in 32 bits: how often, which word, and above
/// them the seconds of its `Retry-After`.
#[derive(Clone, Copy, Default)]
struct Given(u32);

impl Repeats {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { hasher: DefaultHashBuilder::default(), shards }
    }

    /// What `draw` answers, unless the same question was answered before; then what it was told, and
    /// nothing is drawn. Of two who ask at once one draws.
    pub(super) fn first_or(
        &self,
        repeat: &Repeat<'_>,
        now: Timestamp,
        draw: impl FnOnce() -> Option<Drawn>,
    ) -> Option<First> {
        let question = self.hasher.hash_one(repeat);
        let mut shard = self.shard(question);
        if shard.is_empty() {
            shard.resize(SETS, Set::default());
        }
        let answers = &mut shard[place(question >> 32, SETS)].0;
        let now_millis = lowest_bits(now);
        let known = answers.iter().position(|answer| answer.question == question);
        if let Some(given) = known.and_then(|place| answers[place].again(now_millis)) {
            return Some(First::Before(given));
        }
        let drawn = draw()?;
        let age = |place: &usize| now_millis.wrapping_sub(answers[*place].at_millis);
        let place = known.or_else(|| (0..WAYS).max_by_key(age)).unwrap_or_default();
        let given = Given::of(drawn.outcome);
        answers[place] = Answer { question, at_millis: now_millis, given };
        Some(First::Now(drawn))
    }

    fn shard(&self, question: u64) -> MutexGuard<'_, Vec<Set>> {
        let shard = &self.shards[place(question, SHARDS)];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a question is asked for the first time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum First {
    /// It is, and this was drawn.
    Now(Drawn),
    /// It was answered so before.
    Before(Outcome),
}

impl Answer {
    /// The answer once more, if it may be given again.
    fn again(&mut self, now_millis: u32) -> Option<Outcome> {
        // After a clock was set back, what was asked "later" is another question.
        let age_millis = now_millis.wrapping_sub(self.at_millis);
        let (outcome, times) = self.given.read()?;
        if age_millis >= SAME_MILLIS || times == AGAIN_MAX {
            return None;
        }
        self.given.0 += 1;
        Some(outcome)
    }
}

impl Given {
    const WITHIN: u32 = 1;
    const LIMITED: u32 = 2;
    const SPENT: u32 = 3;

    /// A word that is given for the first time.
    fn of(outcome: Outcome) -> Self {
        let (word, seconds) = match outcome {
            Outcome::Within => (Self::WITHIN, 0),
            Outcome::RateLimited { retry_after } => (Self::LIMITED, retry_after.unwrap_or(0)),
            Outcome::QuotaExceeded { retry_after } => (Self::SPENT, retry_after),
        };
        Self(seconds << 4 | word << 2)
    }

    /// The word, and how often it was given again; `None` where there is none.
    fn read(self) -> Option<(Outcome, u32)> {
        let seconds = self.0 >> 4;
        let outcome = match self.0 >> 2 & 3 {
            Self::WITHIN => Outcome::Within,
            Self::LIMITED => {
                Outcome::RateLimited { retry_after: Some(seconds).filter(|it| *it > 0) }
            }
            Self::SPENT => Outcome::QuotaExceeded { retry_after: seconds },
            _ => return None,
        };
        Some((outcome, self.0 & 3))
    }
}

fn lowest_bits(now: Timestamp) -> u32 {
    u32::try_from(now.as_millis() & i64::from(u32::MAX)).unwrap_or_default()
}

/// One of `places`, by the lowest bits of a hash.
fn place(hash: u64, places: usize) -> usize {
    usize::from(u16::try_from(hash & 0xffff).unwrap_or_default()) % places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;
    use crate::limits::Standing;

    const DRAWN: Drawn = Drawn {
        outcome: Outcome::Within,
        standing: Standing { minute: None, day: None },
        is_repeat: false,
    };

    fn question(request_id: &str) -> Repeat<'_> {
        Repeat { request_id, caller: [1; 16], method: "GET", target: b"/v1" }
    }

    #[test]
    fn the_first_answer_is_given_three_times_within_ten_seconds_of_it() {
        let repeats = Repeats::new();
        let start = Timestamp::from_millis(0);
        let question = question("0123456789");
        let ask = |now| {
            repeats.first_or(&question, now, || Some(DRAWN)).map(|it| it != First::Now(DRAWN))
        };
        let seconds = |count| start.plus(Span::seconds(count));
        assert_eq!(ask(start), Some(false));
        assert_eq!([ask(start), ask(seconds(5)), ask(seconds(9))], [Some(true); 3]);
        assert_eq!(ask(seconds(9)), Some(false), "the fourth is a request of its own");
        assert_eq!(ask(seconds(18)), Some(true));
        assert_eq!(ask(seconds(19)), Some(false), "repeats do not extend it");
    }

    #[test]
    fn every_word_is_given_again_as_it_was() {
        let words = [
            Outcome::Within,
            Outcome::RateLimited { retry_after: None },
            Outcome::RateLimited { retry_after: Some(61) },
            Outcome::QuotaExceeded { retry_after: 86_400 },
        ];
        for word in words {
            assert_eq!(Given::of(word).read(), Some((word, 0)));
        }
        assert_eq!(Given::default().read(), None);
    }

    #[test]
    fn another_key_method_or_target_is_another_question() {
        let (repeats, now) = (Repeats::new(), Timestamp::from_millis(0));
        let first = question("0123456789");
        let ask =
            |it: Repeat<'_>| repeats.first_or(&it, now, || Some(DRAWN)) != Some(First::Now(DRAWN));
        assert!(!ask(first));
        assert!(!ask(Repeat { caller: [2; 16], ..first }));
        assert!(!ask(Repeat { method: "POST", ..first }));
        assert!(!ask(Repeat { target: b"/v1?", ..first }));
        assert!(!ask(Repeat { request_id: "0123456780", ..first }));
        assert!(ask(first));
    }

    #[test]
    fn a_flood_of_questions_takes_no_more_memory_than_there_is() {
        let (repeats, now) = (Repeats::new(), Timestamp::from_millis(0));
        for number in 0..200_000 {
            let id = format!("{number:010}");
            repeats.first_or(&question(&id), now, || Some(DRAWN));
        }
        let kept: usize = repeats.shards.iter().map(|it| it.lock().unwrap().len()).sum();
        assert_eq!(kept, SHARDS * SETS);
        assert!(kept * size_of::<Set>() <= 1024 * 1024, "{}", size_of::<Set>());
    }
}
