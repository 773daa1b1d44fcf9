//! Look-ups of cold keys, on threads that may wait for the database.
//!
//! To hand one over and to open a snapshot costs more than to read it, so those that come while others
//! are being read are read together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::principals::{Found, Presented, Principals};

/// Look-ups that may wait: beyond it a caller is told that nothing can be decided, rather than kept for
/// long.
const WAITING_MAX: usize = 1_024;

/// Look-ups of one snapshot: well below a millisecond, for which the first waits for the last.
const READ_AT_ONCE: usize = 32;

/// Threads that read at a time: one fewer than the database has readers, so that a page finds one.
const READERS_MAX: usize = 3;

/// What a look-up found, or why nothing can be decided.
type Answer = Result<Found, String>;

/// The look-ups of a gate.
pub(super) struct LookUps(Arc<Desk>);

struct Desk {
    principals: Arc<Principals>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Threads that read, or will in a moment.
    readers: usize,
}

struct Waiting {
    presented: Presented,
    answer: oneshot::Sender<Answer>,
}

impl LookUps {
    pub(super) fn new(principals: Arc<Principals>) -> Self {
        Self(Arc::new(Desk { principals, queue: Mutex::default() }))
    }

    /// Looks a secret up.
    ///
    /// # Errors
    /// Why it could not be, in words for an operator.
    pub(super) async fn look_up(&self, presented: Presented) -> Answer {
        let (answer, found) = oneshot::channel();
        if self.0.queue(Waiting { presented, answer })? {
            let desk = Arc::clone(&self.0);
            actix_rt::task::spawn_blocking(move || desk.read_what_waits());
        }
        let is_lost = |_| Err("the look-up failed by a fault of ours".to_owned());
        found.await.unwrap_or_else(is_lost)
    }
}

impl Desk {
    /// Lets one wait; answers whether another thread is to read.
    fn queue(&self, waiting: Waiting) -> Result<bool, String> {
        let mut queue = self.lock();
        if queue.waiting.len() >= WAITING_MAX {
            return Err("too many look-ups are waiting".to_owned());
        }
        queue.waiting.push_back(waiting);
        let is_too_much = queue.waiting.len() > queue.readers * READ_AT_ONCE;
        let needs_reader = is_too_much && queue.readers < READERS_MAX;
        queue.readers += usize::from(needs_reader);
        Ok(needs_reader)
    }

    /// Reads until nothing waits. A read that ends in a panic leaves its callers without an answer, and
    /// no others.
    fn read_what_waits(&self) {
        while let Some(some) = self.take_some() {
            let _ = catch_unwind(AssertUnwindSafe(|| self.read(some)));
        }
    }

    /// Those whose turn has come; with `None` the thread reads no more.
    fn take_some(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.lock();
        let count = queue.waiting.len().min(READ_AT_ONCE);
        queue.readers -= usize::from(count == 0);
        Some(queue.waiting.drain(..count).collect()).filter(|_| count > 0)
    }

    fn read(&self, waiting: Vec<Waiting>) {
        let presented: Vec<_> = waiting.iter().map(|it| it.presented).collect();
        let mut found = self.principals.load_all(&presented).map(Vec::into_iter);
        for Waiting { answer, .. } in waiting {
            let found = match &mut found {
                Ok(found) => {
                    found.next().expect("each has its answer").map_err(|it| it.to_string())
                }
                Err(fault) => Err(fault.to_string()),
            };
            // Who has gone meanwhile does not hear it.
            let _ = answer.send(found);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::limits::Limiter;
    use crate::schema::MIGRATIONS;
    use crate::secret::SecretDigest;
    use crate::store::{Lock, Locked, Store};

    fn desk(folder: &tempfile::TempDir) -> Desk {
        let Locked::Ours(lock) = Lock::take(&folder.path().join("data")).unwrap() else {
            panic!("a new folder is nobody's");
        };
        let clock = Clock::standing_at(Timestamp::from_millis(0));
        let store = Arc::new(Store::open(lock, MIGRATIONS, &clock).unwrap());
        let principals = Arc::new(Principals::new(store, Limiter::new(Arc::default()).into(), 10));
        Desk { principals, queue: Mutex::default() }
    }

    /// One more that waits, and whether another thread is to read.
    fn queue(desk: &Desk) -> (oneshot::Receiver<Answer>, Result<bool, String>) {
        let (answer, found) = oneshot::channel();
        let presented = Presented::Key(SecretDigest::of(b"secret"));
        (found, desk.queue(Waiting { presented, answer }))
    }

    #[test]
    fn a_few_threads_read_what_many_wait_for() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(&folder);
        let (mut waiting, called): (Vec<_>, Vec<_>) =
            (0..WAITING_MAX).map(|_| queue(&desk)).unzip();
        let called: Vec<usize> =
            (0..WAITING_MAX).filter(|place| called[*place] == Ok(true)).collect();
        assert_eq!(called, [0, READ_AT_ONCE, 2 * READ_AT_ONCE]);
        assert!(queue(&desk).1.is_err(), "more would wait for long");
        for _ in called {
            desk.read_what_waits();
        }
        let found = waiting.iter_mut().map(|it| it.try_recv().unwrap());
        assert!(found.into_iter().all(|found| matches!(found, Ok(Found::Unknown))));
        assert_eq!(queue(&desk).1, Ok(true), "they have gone, and one is called anew");
    }
}
