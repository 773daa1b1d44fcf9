//! Writing behind: what was counted in memory is brought to the disk about once a second.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits::{Journal, Limiter};
use crate::store::Store;
use crate::usage::Ledger;

/// Between two turns of real time: with the commit, what a turn takes is on the disk within a second.
const EVERY: Duration = Duration::from_millis(800);

/// Turns between two sweeps: about a minute.
const TURNS_A_SWEEP: u32 = 75;

/// A thread that writes until it is dropped, and then once more everything that is left. Whoever
/// drops it has ended the gate first.
pub struct Behind {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

/// What is written behind, and where to.
struct Counted {
    clock: Clock,
    store: Arc<Store>,
    journal: Journal,
    ledger: Arc<Ledger>,
}

#[derive(Default)]
struct Stop {
    is_asked: Mutex<bool>,
    has_changed: Condvar,
}

impl Behind {
    /// Starts writing what `limiter` and `ledger` hold.
    ///
    /// # Errors
    /// `CannotStart` where there is no thread to be had.
    pub fn start(
        clock: Clock,
        store: Arc<Store>,
        limiter: Arc<Limiter>,
        ledger: Arc<Ledger>,
    ) -> Result<Self> {
        let stop = Arc::new(Stop::default());
        let journal = Journal::new(limiter, Arc::clone(&store));
        let mut counted = Counted { clock, store, journal, ledger };
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("keystile-behind".into())
            .spawn(move || counted.write_until(&stopped))
            .map_err(|error| Error::cannot_start("cannot start writing behind").because(error))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        *self.stop.is_asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.has_changed.notify_all();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("writing behind ended in a panic: the last counts are lost");
        }
    }
}

impl Counted {
    fn write_until(&mut self, stop: &Stop) {
        let mut is_failing = false;
        let mut turns = 0_u32;
        while !stop.is_asked_within(EVERY) {
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(TURNS_A_SWEEP) {
                self.sweep();
            }
            let written = self.write_share();
            match &written {
                Err(error) if !is_failing => {
                    tracing::error!(%error, "counts cannot be written: they are kept in memory");
                }
                Ok(()) if is_failing => tracing::info!("counts are written again"),
                _ => {}
            }
            is_failing = written.is_err();
            self.tell_lost();
        }
        if let Err(error) = self.write_all() {
            tracing::error!(%error, "the last counts could not be written, and are lost");
        }
        self.tell_lost();
    }

    /// One turn. Whatever a limit depends on goes first; where that fails the rest is tried as well.
    fn write_share(&mut self) -> Result<()> {
        let saved = self.journal.save(self.clock.now());
        let written = self.ledger.write_share(&self.store);
        saved.and(written)
    }

    /// The last turn.
    fn write_all(&mut self) -> Result<()> {
        let saved = self.journal.close(self.clock.now());
        let written = self.ledger.write_all(&self.store);
        saved.and(written)
    }

    /// Gives back what the limiter holds of callers that are idle. Here, since nothing of it may be
    /// on its way to the database meanwhile.
    fn sweep(&mut self) {
        if let Err(error) = self.journal.sweep(self.clock.now()) {
            tracing::warn!(%error, "old day counts stay until the next sweep");
        }
    }

    fn tell_lost(&self) {
        let requests = self.ledger.take_lost();
        if requests > 0 {
            tracing::error!(requests, "requests are missing from the usage: too many waited");
        }
    }
}

impl Stop {
    /// Waits for so long, or until it is asked for.
    fn is_asked_within(&self, wait: Duration) -> bool {
        let is_asked = self.is_asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.has_changed.wait_timeout_while(is_asked, wait, |is_asked| !*is_asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
