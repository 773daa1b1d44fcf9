//! What was read lately of clients and tokens, as long as nothing was changed since.
//!
//! Whoever asks what tokens are worth asks often, and about the same ones. What was found is good
//! until the next change in the database, whatever that is about: so nothing that ends a client or a
//! token has to say so here.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clients::{ClientId, Proved};
use super::tokens::Worth;
use crate::secret::SecretDigest;

/// Clients, and tokens, that are remembered: beyond it all are forgotten. Some megabytes at most.
const REMEMBERED_MAX: usize = 10_000;

/// What was read lately. The number of [`crate::store::Store::commits`] is read before what is told
/// here, and before what is asked for.
#[derive(Default)]
pub struct Known {
    /// Clients that have proved who they are, by id and secret.
    pub clients: Memory<(ClientId, SecretDigest), Proved>,
    /// What tokens are worth.
    pub tokens: Memory<SecretDigest, Worth>,
    /// Whether somebody has set the instance up: once they have, nobody looks again.
    pub is_set_up: AtomicBool,
}

/// Answers of one kind, all of the same moment.
pub struct Memory<Q, A>(Mutex<Moment<Q, A>>);

struct Moment<Q, A> {
    commits: u64,
    answers: HashMap<Q, Arc<A>>,
}

impl<Q, A> Default for Memory<Q, A> {
    fn default() -> Self {
        Self(Mutex::new(Moment { commits: 0, answers: HashMap::new() }))
    }
}

impl<Q: Eq + Hash, A> Memory<Q, A> {
    /// The answer to a question, if it was found at this moment.
    pub fn get(&self, commits: u64, question: &Q) -> Option<Arc<A>> {
        let moment = self.lock();
        let found = moment.answers.get(question).filter(|_| moment.commits == commits);
        found.map(Arc::clone)
    }

    /// Remembers what was found at this moment; it is not, where that has passed.
    pub fn put(&self, commits: u64, question: Q, answer: Arc<A>) {
        let mut moment = self.lock();
        if commits < moment.commits {
            return;
        }
        if commits > moment.commits || moment.answers.len() >= REMEMBERED_MAX {
            moment.commits = commits;
            moment.answers.clear();
        }
        moment.answers.insert(question, answer);
    }

    fn lock(&self) -> MutexGuard<'_, Moment<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_good_until_the_next_change() {
        let memory = Memory::<&str, u32>::default();
        memory.put(3, "a", Arc::new(1));
        assert_eq!(memory.get(3, &"a").as_deref(), Some(&1));
        assert_eq!(memory.get(4, &"a"), None);
        memory.put(2, "b", Arc::new(2));
        assert_eq!(memory.get(2, &"b"), None, "that moment has passed");
        memory.put(4, "b", Arc::new(2));
        assert_eq!(memory.get(4, &"a"), None);
        assert_eq!(memory.get(4, &"b").as_deref(), Some(&2));
    }

    #[test]
    fn it_is_bounded() {
        let memory = Memory::<usize, ()>::default();
        for number in 0..=REMEMBERED_MAX {
            memory.put(1, number, Arc::new(()));
        }
        assert_eq!(memory.lock().answers.len(), 1);
    }
}
