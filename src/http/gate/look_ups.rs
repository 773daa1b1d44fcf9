//! Look-ups of cold keys, on threads that may wait for the database.
//!
//! To open a snapshot and to wake the one who asked costs more than to read a key, so those that wait
//! together are read together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::clock::{Clock, Span, Timestamp};
use crate::error::{Error, Result};
use crate::principals::{Found, Presented, Principals};
use crate::store::READERS;

/// Look-ups that may wait: beyond it a caller is told that nothing can be decided.
const WAITING_MAX: usize = 1_024;

/// How long one may wait; whoever is kept for longer is told so as well.
const WAIT: Span = Span::seconds(2);

/// Look-ups of one snapshot: some hundred microseconds, where their pages are in memory. Where the disk is
/// slow, answers are given every millisecond.
const READ_AT_ONCE: usize = 16;

/// Threads that read: half of the database's readers, so that pages find one. Each comes to hold what its
/// reader keeps of the database's pages, and more of them read less together.
const THREADS: u32 = READERS / 2;

/// What a look-up found, or why nothing can be decided.
type Answer = std::result::Result<Found, String>;

/// The look-ups of a gate. Dropped, it has its threads finish what they read, and waits.
pub(super) struct LookUps {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<()>>,
}

struct Desk {
    principals: Arc<Principals>,
    clock: Clock,
    queue: Mutex<Queue>,
    has_changed: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    is_closed: bool,
}

struct Waiting {
    presented: Presented,
    since: Timestamp,
    answer: oneshot::Sender<Answer>,
}

impl LookUps {
    /// Starts the threads.
    ///
    /// # Errors
    /// `CannotStart` where there are none to be had.
    pub(super) fn start(principals: Arc<Principals>, clock: Clock) -> Result<Self> {
        let desk = Arc::new(Desk::new(principals, clock));
        let mut look_ups = Self { desk, threads: Vec::new() };
        for _ in 0..THREADS {
            let desk = Arc::clone(&look_ups.desk);
            let started = thread::Builder::new()
                .name("keystile-lookup".into())
                .spawn(move || while desk.read_some() {})
                .map_err(|error| Error::cannot_start("cannot start looking up").because(error))?;
            look_ups.threads.push(started);
        }
        Ok(look_ups)
    }

    /// Looks a secret up.
    ///
    /// # Errors
    /// Why it could not be, in words for an operator.
    pub(super) async fn look_up(&self, presented: Presented) -> Answer {
        let found = self.desk.ask(presented)?;
        found.await.unwrap_or_else(|_| Err("the look-up failed by a fault of ours".to_owned()))
    }
}

impl Drop for LookUps {
    fn drop(&mut self) {
        self.desk.lock().is_closed = true;
        self.desk.has_changed.notify_all();
        for thread in self.threads.drain(..) {
            // A read's panic is caught where it happens; there is nothing to be told here.
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn new(principals: Arc<Principals>, clock: Clock) -> Self {
        Self { principals, clock, queue: Mutex::default(), has_changed: Condvar::new() }
    }

    /// Lets one wait for its answer.
    fn ask(&self, presented: Presented) -> std::result::Result<oneshot::Receiver<Answer>, String> {
        let (answer, found) = oneshot::channel();
        let mut queue = self.lock();
        if queue.waiting.len() >= WAITING_MAX {
            return Err("too many look-ups are waiting".to_owned());
        }
        queue.waiting.push_back(Waiting { presented, since: self.clock.now(), answer });
        drop(queue);
        self.has_changed.notify_one();
        Ok(found)
    }

    /// Waits for some, and reads them; false where none come any more. A read that ends in a panic leaves
    /// its own callers without an answer, and no others.
    fn read_some(&self) -> bool {
        let is_idle = |queue: &mut Queue| queue.waiting.is_empty() && !queue.is_closed;
        let waited = self.has_changed.wait_while(self.lock(), is_idle);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        let count = queue.waiting.len().min(READ_AT_ONCE);
        let some: Vec<_> = queue.waiting.drain(..count).collect();
        drop(queue);
        let _ = catch_unwind(AssertUnwindSafe(|| self.read(some)));
        count > 0
    }

    fn read(&self, mut waiting: Vec<Waiting>) {
        // Nothing is read for who has gone, and whoever waited for long is told so at once.
        waiting.retain(|it| !it.answer.is_closed());
        let began = self.clock.now();
        for late in waiting.extract_if(.., |it| it.since.plus(WAIT) <= began) {
            give(late, Err("it waited for too long".to_owned()));
        }
        let presented: Vec<_> = waiting.iter().map(|it| it.presented).collect();
        let (mut waiting, mut found) = (VecDeque::from(waiting), Vec::new());
        let mut told_at = began;
        let read = self.principals.load_all(&presented, |one| {
            found.push(one.map_err(|fault| fault.to_string()));
            let now = self.clock.now();
            if std::mem::replace(&mut told_at, now) != now {
                give_all(&mut waiting, &mut found);
            }
        });
        give_all(&mut waiting, &mut found);
        if let Err(fault) = read {
            for left in waiting {
                give(left, Err(fault.to_string()));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives what was found to those who have waited longest.
fn give_all(waiting: &mut VecDeque<Waiting>, found: &mut Vec<Answer>) {
    let told = waiting.drain(..found.len());
    told.zip(found.drain(..)).for_each(|(waiting, found)| give(waiting, found));
}

fn give(waiting: Waiting, found: Answer) {
    // Who has gone meanwhile does not hear it.
    let _ = waiting.answer.send(found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limiter;
    use crate::schema::store_in;
    use crate::secret::SecretDigest;

    const SECRET: Presented = Presented::Key(SecretDigest::from_bytes([7; 32]));

    fn clock() -> Clock {
        Clock::standing_at(Timestamp::from_millis(0))
    }

    fn principals(folder: &tempfile::TempDir) -> Arc<Principals> {
        let limiter = Limiter::new(Arc::default()).into();
        Principals::new(store_in(folder, &clock()).into(), limiter, 10).into()
    }

    #[test]
    fn so_many_wait_and_are_read_some_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::new(principals(&folder), clock());
        let mut asked: Vec<_> = (0..WAITING_MAX).map(|_| desk.ask(SECRET).unwrap()).collect();
        assert!(desk.ask(SECRET).is_err(), "more would wait for long");
        assert!(desk.read_some());
        let answered = |it: &mut oneshot::Receiver<Answer>| it.try_recv().is_ok();
        assert_eq!(asked.iter_mut().map(answered).filter(|it| *it).count(), READ_AT_ONCE);
        assert!(desk.ask(SECRET).is_ok(), "there is room again");
    }

    #[test]
    fn who_has_waited_for_long_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::new(principals(&folder), clock());
        let mut late = desk.ask(SECRET).unwrap();
        desk.clock.advance(WAIT);
        let mut other = desk.ask(SECRET).unwrap();
        assert!(desk.read_some());
        assert!(matches!(late.try_recv(), Ok(Err(_))));
        assert!(matches!(other.try_recv(), Ok(Ok(Found::Unknown))));
    }

    #[test]
    fn its_threads_answer_and_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let principals = principals(&folder);
        let look_ups = LookUps::start(Arc::clone(&principals), clock()).unwrap();
        for _ in 0..100 {
            let asked = look_ups.desk.ask(SECRET).unwrap();
            assert!(matches!(asked.blocking_recv(), Ok(Ok(Found::Unknown))));
        }
        drop(look_ups);
        assert_eq!(Arc::strong_count(&principals), 1);
    }
}
