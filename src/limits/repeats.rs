//! Questions that nginx asks again for one request of a client.
//!
//! After an internal redirect (`index`, `try_files`) nginx asks about the same request once more. For
//! ten seconds from the first answer, and three times at most, it gets that answer again and is not
//! counted. What makes two questions one is the request id that the proxy gave, the key, the method
//! and the raw target together; a keyed hash of them is remembered, so that nobody can aim at another's.
//!
//! Memory: 65,536 answers, 5 MiB, taken as they are used. Beyond it the oldest of a few is forgotten:
//! at 10,000 requests a second an answer is kept for some seconds, and nginx comes back within
//! milliseconds. One that was forgotten is counted again, which never lets anybody pass who may not.

use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::DefaultHashBuilder;

use super::limiter::Drawn;
use crate::clock::{Span, Timestamp};

/// How long a question counts as the same.
const SAME_FOR: Span = Span::seconds(10);

/// How often the first answer is given again.
const AGAIN_MAX: u8 = 3;

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

/// A few answers whose questions share a place.
#[derive(Clone, Default)]
struct Set {
    /// The questions' hashes side by side, since they are looked at every time.
    questions: [u64; WAYS],
    /// The one that is forgotten next: the oldest.
    next: u8,
    answers: [Option<Answer>; WAYS],
}

#[derive(Clone, Copy)]
struct Answer {
    at: Timestamp,
    given_again: u8,
    drawn: Drawn,
}

impl Repeats {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { hasher: DefaultHashBuilder::default(), shards }
    }

    /// The answer that was given to the same question, or else what `draw` answers; of two who ask
    /// at once one draws.
    pub(super) fn first_or(
        &self,
        repeat: &Repeat<'_>,
        now: Timestamp,
        draw: impl FnOnce() -> Option<Drawn>,
    ) -> Option<Drawn> {
        let question = self.hasher.hash_one(repeat);
        let mut shard = self.shard(question);
        if shard.is_empty() {
            shard.resize(SETS, Set::default());
        }
        let set = &mut shard[place(question >> 32, SETS)];
        let known = set.questions.iter().position(|known| *known == question);
        let answer = known.and_then(|place| set.answers[place].as_mut());
        if let Some(answer) = answer.filter(|it| it.may_be_given_again(now)) {
            answer.given_again += 1;
            return Some(Drawn { is_repeat: true, ..answer.drawn });
        }
        let drawn = draw()?;
        let place = known.unwrap_or_else(|| set.oldest());
        set.questions[place] = question;
        set.answers[place] = Some(Answer { at: now, given_again: 0, drawn });
        Some(drawn)
    }

    fn shard(&self, question: u64) -> MutexGuard<'_, Vec<Set>> {
        let shard = &self.shards[place(question, SHARDS)];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Set {
    /// The place that is free, or was filled first.
    fn oldest(&mut self) -> usize {
        let place = usize::from(self.next) % WAYS;
        self.next = self.next.wrapping_add(1);
        place
    }
}

impl Answer {
    fn may_be_given_again(&self, now: Timestamp) -> bool {
        // After a clock was set back, what was asked "later" is another question.
        let is_same = self.at <= now && now < self.at.plus(SAME_FOR);
        is_same && self.given_again < AGAIN_MAX
    }
}

/// One of `places`, by the lowest bits of a hash.
fn place(hash: u64, places: usize) -> usize {
    usize::from(u16::try_from(hash & 0xffff).unwrap_or_default()) % places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Outcome, Standing};

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
        let ask = |now| repeats.first_or(&question, now, || Some(DRAWN)).map(|it| it.is_repeat);
        let seconds = |count| start.plus(Span::seconds(count));
        assert_eq!(ask(start), Some(false));
        assert_eq!([ask(start), ask(seconds(5)), ask(seconds(9))], [Some(true); 3]);
        assert_eq!(ask(seconds(9)), Some(false), "the fourth is a request of its own");
        assert_eq!(ask(seconds(18)), Some(true));
        assert_eq!(ask(seconds(19)), Some(false), "repeats do not extend it");
    }

    #[test]
    fn another_key_method_or_target_is_another_question() {
        let (repeats, now) = (Repeats::new(), Timestamp::from_millis(0));
        let first = question("0123456789");
        let ask = |it: Repeat<'_>| repeats.first_or(&it, now, || Some(DRAWN)).unwrap().is_repeat;
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
        assert!(kept * size_of::<Set>() <= 5 * 1024 * 1024, "{}", size_of::<Set>());
    }
}
