//! Answers that are dear to find, kept for a minute.
//!
//! A page that would look at every key of a large instance shows what was found a moment ago
//! instead, and when that was. Whoever comes after a minute is still answered at once: another
//! thread looks anew meanwhile.

use std::collections::{BTreeMap, BTreeSet};
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
pub struct Kept<Q, A>(Arc<Mutex<Memory<Q, A>>>);

struct Memory<Q, A> {
    answers: BTreeMap<Q, (A, Timestamp)>,
    /// Questions whose answers are looked for at present.
    sought: BTreeSet<Q>,
}

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        let memory = Memory { answers: BTreeMap::new(), sought: BTreeSet::new() };
        Self(Arc::new(Mutex::new(memory)))
    }
}

impl<Q, A> Clone for Kept<Q, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
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
        let Some(known) = self.known(question).filter(|(_, at)| now < at.plus(SHOWN)) else {
            let found = find()?;
            self.put(question.clone(), found.clone(), now);
            return Ok((found, now));
        };
        self.renew_if_due(question, (now, Some(known.1)), find);
        Ok(known)
    }

    /// The same for who waits for nothing: what was found last, however long ago, or nothing yet.
    pub fn glance(
        &self,
        question: &Q,
        now: Timestamp,
        find: impl FnOnce() -> Result<A> + Send + 'static,
    ) -> Option<(A, Timestamp)> {
        let known = self.known(question);
        self.renew_if_due(question, (now, known.as_ref().map(|(_, at)| *at)), find);
        known
    }

    /// Looks anew on another thread, unless one does or what was found at `at` is fresh. Where that
    /// fails, the next who asks tries again.
    fn renew_if_due(
        &self,
        question: &Q,
        (now, at): (Timestamp, Option<Timestamp>),
        find: impl FnOnce() -> Result<A> + Send + 'static,
    ) {
        let is_fresh = at.is_some_and(|at| now < at.plus(FRESH));
        if is_fresh || !self.memory().sought.insert(question.clone()) {
            return;
        }
        let seeking = Seeking { kept: self.clone(), question: question.clone() };
        let look = move || match find() {
            Ok(found) => seeking.kept.put(seeking.question.clone(), found, now),
            Err(error) => tracing::warn!(%error, "what a page shows could not be found anew"),
        };
        // Where there is no thread to be had, what is shown grows old.
        let _ = thread::Builder::new().name("keystile-kept".into()).spawn(look);
    }

    fn known(&self, question: &Q) -> Option<(A, Timestamp)> {
        self.memory().answers.get(question).cloned()
    }

    fn put(&self, question: Q, found: A, at: Timestamp) {
        let answers = &mut self.memory().answers;
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(question, (found, at));
    }
}

impl<Q, A> Kept<Q, A> {
    fn memory(&self) -> MutexGuard<'_, Memory<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That somebody looks for an answer: until this is dropped, however that ends.
struct Seeking<Q: Ord, A> {
    kept: Kept<Q, A>,
    question: Q,
}

impl<Q: Ord, A> Drop for Seeking<Q, A> {
    fn drop(&mut self) {
        self.kept.memory().sought.remove(&self.question);
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
    fn who_only_glances_waits_for_nothing() {
        let kept = Kept::<&str, u32>::default();
        let (go, wait) = mpsc::channel::<()>();
        let slow = move || {
            wait.recv().unwrap();
            Ok(1)
        };
        assert_eq!(kept.glance(&"acme", NOW, slow), None, "nothing was found yet");
        let not_asked = || Err(Error::internal("it is looked for already"));
        assert_eq!(kept.glance(&"acme", NOW, not_asked), None);
        go.send(()).unwrap();
        let is_there = || kept.glance(&"acme", NOW, || Ok(2)) == Some((1, NOW));
        assert!((0..10_000_000).any(|_| is_there()), "what was found is shown");
        let later = kept.glance(&"acme", after(6_000), || Ok(3));
        assert_eq!(later, Some((1, NOW)), "however long ago");
    }

    #[test]
    fn what_cannot_be_found_is_no_answer() {
        let kept = Kept::<&str, u32>::default();
        assert!(kept.get(&"acme", NOW, || Err(Error::internal("no"))).is_err());
        assert_eq!(kept.get(&"acme", NOW, || Ok(1)).unwrap().0, 1);
    }
}
