//! Answers that are dear to find, kept for a minute.
//!
//! A page that would look at every key of a large instance shows what was found a moment ago
//! instead, and when that was. Whoever comes after a minute is still answered at once: another
//! thread looks anew meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::clock::{Span, Timestamp};
use crate::error::Result;

/// How long an answer is as good as new.
const FRESH: Span = Span::seconds(60);

/// How long it is shown while another is looked for; an older one is waited for.
const SHOWN: Span = Span::seconds(600);

/// Questions whose answers are kept: beyond it all are forgotten.
const ANSWERS_MAX: usize = 1_000;

/// The answers to questions of one kind.
#[derive(Clone)]
pub struct Kept<Q, A>(Arc<Mutex<BTreeMap<Q, Answer<A>>>>);

#[derive(Clone)]
struct Answer<A> {
    found: A,
    at: Timestamp,
    /// Whether somebody looks anew already.
    is_renewed: bool,
}

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<Q, A> Kept<Q, A>
where
    Q: Ord + Clone + Send + 'static,
    A: Clone + Send + 'static,
{
    /// The answer to `question`, and when it was found; `find` looks for it.
    ///
    /// # Errors
    /// Whatever `find` answers, where nothing was found before.
    pub fn get(
        &self,
        question: &Q,
        now: Timestamp,
        find: impl FnOnce() -> Result<A> + Send + 'static,
    ) -> Result<(A, Timestamp)> {
        let mut answers = self.answers();
        let shown = answers.get_mut(question).filter(|it| now < it.at.plus(SHOWN));
        let Some(answer) = shown else {
            drop(answers);
            let found = find()?;
            self.put(question.clone(), found.clone(), now);
            return Ok((found, now));
        };
        let is_due = now >= answer.at.plus(FRESH) && !answer.is_renewed;
        answer.is_renewed |= is_due;
        let shown = (answer.found.clone(), answer.at);
        drop(answers);
        if is_due {
            self.renew(question.clone(), now, find);
        }
        Ok(shown)
    }

    /// Looks anew on another thread. Where that fails, the next who asks tries again.
    fn renew(
        &self,
        question: Q,
        now: Timestamp,
        find: impl FnOnce() -> Result<A> + Send + 'static,
    ) {
        let kept = self.clone();
        let look = move || match find() {
            Ok(found) => kept.put(question, found, now),
            Err(error) => {
                tracing::warn!(%error, "what a page shows could not be found anew");
                if let Some(answer) = kept.answers().get_mut(&question) {
                    answer.is_renewed = false;
                }
            }
        };
        // Where there is no thread to be had, what is shown grows old and is then waited for.
        let _ = thread::Builder::new().name("keystile-kept".into()).spawn(look);
    }

    fn put(&self, question: Q, found: A, at: Timestamp) {
        let mut answers = self.answers();
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(question, Answer { found, at, is_renewed: false });
    }

    fn answers(&self) -> MutexGuard<'_, BTreeMap<Q, Answer<A>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::error::Error;

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Span::seconds(seconds))
    }

    #[test]
    fn an_answer_is_found_once_a_minute() {
        let kept = Kept::<&str, u32>::default();
        assert_eq!(kept.get(&"acme", NOW, || Ok(1)).unwrap(), (1, NOW));
        assert_eq!(kept.get(&"acme", after(59), || Ok(2)).unwrap(), (1, NOW));
        assert_eq!(kept.get(&"other", after(59), || Ok(3)).unwrap(), (3, after(59)));
        assert_eq!(kept.get(&"acme", after(600), || Ok(4)).unwrap(), (4, after(600)));
    }

    #[test]
    fn a_minute_later_it_is_found_anew_behind_whoever_asks() {
        let kept = Kept::<&str, u32>::default();
        kept.get(&"acme", NOW, || Ok(1)).unwrap();
        let (go, wait) = mpsc::channel::<()>();
        let slow = move || {
            wait.recv().unwrap();
            Ok(2)
        };
        assert_eq!(kept.get(&"acme", after(60), slow).unwrap(), (1, NOW));
        let not_asked = || Err(Error::internal("it is looked for already"));
        assert_eq!(kept.get(&"acme", after(61), not_asked).unwrap(), (1, NOW));
        go.send(()).unwrap();
        let is_renewed = || kept.get(&"acme", after(62), || Ok(3)).unwrap() == (2, after(60));
        assert!((0..10_000_000).any(|_| is_renewed()), "what was found is shown");
    }

    #[test]
    fn what_cannot_be_found_is_no_answer() {
        let kept = Kept::<&str, u32>::default();
        assert!(kept.get(&"acme", NOW, || Err(Error::internal("no"))).is_err());
        assert_eq!(kept.get(&"acme", NOW, || Ok(1)).unwrap().0, 1);
    }
}
