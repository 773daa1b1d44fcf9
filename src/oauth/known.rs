//! What was read lately of clients and tokens, as long as nothing of it was changed since.
//!
//! Whoever asks what tokens are worth asks often, and about the same ones. What was found is good
//! until the next change in the tables that it was read from, whatever that is about: so nothing that
//! ends a client or a token has to say so here.

use std::hash::Hash;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use super::clients::{ClientId, Proved, table::TABLES as CLIENT_TABLES};
use super::tokens::{Worth, table::TABLES as TOKEN_TABLES};
use crate::secret::SecretDigest;
use crate::store::Store;

/// Clients, and tokens, that are remembered: beyond it all are forgotten. Some megabytes at most.
const REMEMBERED_MAX: usize = 10_000;

/// What was read lately.
pub struct Known {
    /// Clients that have proved who they are, by id and secret.
    pub clients: Memory<(ClientId, SecretDigest), Proved>,
    /// What tokens are worth.
    pub tokens: Memory<SecretDigest, Worth>,
    /// Whether somebody has set the instance up: once they have, nobody looks again.
    pub is_set_up: AtomicBool,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            clients: Memory::of(CLIENT_TABLES),
            tokens: Memory::of(TOKEN_TABLES),
            is_set_up: AtomicBool::default(),
        }
    }
}

/// Answers of one kind, all of the same moment.
pub struct Memory<Q, A> {
    /// What they are read from.
    tables: &'static [&'static str],
    moment: Mutex<Moment<Q, A>>,
}

struct Moment<Q, A> {
    changes: u64,
    answers: HashMap<Q, Arc<A>>,
}

impl<Q: Eq + Hash, A> Memory<Q, A> {
    fn of(tables: &'static [&'static str]) -> Self {
        Self { tables, moment: Mutex::new(Moment { changes: 0, answers: HashMap::new() }) }
    }

    /// The answer to a question, if nothing was changed since it was found.
    pub fn get(&self, store: &Store, question: &Q) -> Option<Arc<A>> {
        self.at(store.changes(self.tables), question)
    }

    /// What `find` finds, which is remembered.
    ///
    /// # Errors
    /// As `find`.
    pub fn find<E>(
        &self,
        store: &Store,
        question: Q,
        find: impl FnOnce() -> Result<Option<A>, E>,
    ) -> Result<Option<Arc<A>>, E> {
        // Before anything is read: what changes meanwhile makes what was found an old answer.
        let changes = store.changes(self.tables);
        if let Some(known) = self.at(changes, &question) {
            return Ok(Some(known));
        }
        let found = find()?.map(Arc::new);
        if let Some(answer) = &found {
            self.put(changes, question, Arc::clone(answer));
        }
        Ok(found)
    }

    fn at(&self, changes: u64, question: &Q) -> Option<Arc<A>> {
        let moment = self.lock();
        let found = moment.answers.get(question).filter(|_| moment.changes == changes);
        found.map(Arc::clone)
    }

    fn put(&self, changes: u64, question: Q, answer: Arc<A>) {
        let mut moment = self.lock();
        if changes < moment.changes {
            return;
        }
        if changes > moment.changes || moment.answers.len() >= REMEMBERED_MAX {
            moment.changes = changes;
            moment.answers.clear();
        }
        moment.answers.insert(question, answer);
    }

    fn lock(&self) -> MutexGuard<'_, Moment<Q, A>> {
        self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_good_until_the_next_change() {
        let memory = Memory::<&str, u32>::of(&[]);
        memory.put(3, "a", Arc::new(1));
        assert_eq!(memory.at(3, &"a").as_deref(), Some(&1));
        assert_eq!(memory.at(4, &"a"), None);
        memory.put(2, "b", Arc::new(2));
        assert_eq!(memory.at(2, &"b"), None, "that moment has passed");
        memory.put(4, "b", Arc::new(2));
        assert_eq!(memory.at(4, &"a"), None);
        assert_eq!(memory.at(4, &"b").as_deref(), Some(&2));
    }

    #[test]
    fn it_is_bounded() {
        let memory = Memory::<usize, ()>::of(&[]);
        for number in 0..=REMEMBERED_MAX {
            memory.put(1, number, Arc::new(()));
        }
        assert_eq!(memory.lock().answers.len(), 1);
    }
}
