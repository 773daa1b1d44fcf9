//! The one writer: a thread that takes jobs from a queue and commits them in groups.
//!
//! A commit with `synchronous=FULL` costs an fsync, so the jobs that wait share one. Each stands
//! in a savepoint of its own: one that fails takes nothing of the others with it. A caller is
//! answered only after the commit, so what it was told is on the disk.
//!
//! What can wait is written behind: one chunk at a time, and only while no other job waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::changes::Changes;
use super::queue::{Queue, Urgency};
use super::{Fault, Write};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Jobs of one commit: enough to share the fsync, few enough that the first does not wait long.
const GROUP_JOBS_MAX: usize = 256;

/// The writing thread and the queue to it; dropped, it has the thread finish what was taken, and
/// waits.
pub(super) struct Writer {
    queue: Arc<Queue<Box<dyn Job>>>,
    changes: Changes,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, clock: Clock) -> Result<Self> {
        let (queue, changes) = (Arc::new(Queue::default()), Changes::default());
        changes.watch(&connection).map_err(Fault::from)?;
        let (served, watched) = (Serving(Arc::clone(&queue)), changes.clone());
        let thread = std::thread::Builder::new()
            .name("keystile-writer".into())
            .spawn(move || serve(&connection, &clock, (&served.0, &watched)))
            .map_err(|error| Error::cannot_start("cannot start the writer").because(error))?;
        Ok(Self { queue, changes, thread: Some(thread) })
    }

    /// See [`super::Store::changes`].
    pub(super) fn changes(&self, tables: &[&str]) -> u64 {
        self.changes.of(tables)
    }

    /// Has `change` carried out, and waits until it is committed.
    pub(super) fn run<T, F>(&self, urgency: Urgency, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    {
        let (sender, answer) = sync_channel(1);
        // A caller that has gone away does not undo what was committed.
        self.submit(urgency, change, move |outcome| drop(sender.send(outcome)))?;
        answer.recv().map_err(|_| gone())?
    }

    /// Has `change` carried out, and `reply` told of it when it is committed. That is dropped where
    /// nobody will carry it out any more.
    pub(super) fn submit<T, F>(
        &self,
        urgency: Urgency,
        change: F,
        reply: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    {
        let job = Change { urgency, work: Some(change), outcome: None, reply };
        self.queue.push(urgency, Box::new(job))
    }
}

/// What is said where a change was taken and will not be carried out.
pub(super) fn gone() -> Error {
    Error::unavailable("the database is closing: nothing was changed")
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A job's panic is caught where it runs; there is nothing to be told here.
            let _ = thread.join();
        }
    }
}

/// The thread's own hold of the queue: however the thread ends, nobody waits for it in vain.
struct Serving(Arc<Queue<Box<dyn Job>>>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Something to be done within a commit.
trait Job: Send {
    /// Does it, inside a savepoint; answers whether its changes are to be kept.
    fn run(&mut self, tx: &Write<'_>) -> bool;
    /// Tells the caller how it went.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Change<T, F, R> {
    urgency: Urgency,
    work: Option<F>,
    outcome: Option<Result<T>>,
    reply: R,
}

impl<T, F, R> Job for Change<T, F, R>
where
    T: Send,
    F: FnOnce(&Write<'_>) -> Result<T> + Send,
    R: FnOnce(Result<T>) + Send,
{
    fn run(&mut self, tx: &Write<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let outcome =
            catch_unwind(AssertUnwindSafe(|| work(&tx.at(self.urgency)))).unwrap_or_else(|_| {
                Err(Error::internal("the change failed by a fault of ours: nothing was changed"))
            });
        let is_kept = outcome.is_ok();
        self.outcome = Some(outcome);
        is_kept
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let lost = || Error::unavailable("the change was not carried out");
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(lost())),
            Err(error) => Err(error),
        };
        (self.reply)(outcome);
    }
}

fn serve(
    connection: &Connection,
    clock: &Clock,
    (queue, changes): (&Queue<Box<dyn Job>>, &Changes),
) {
    while let Some(mut group) = queue.next_group(GROUP_JOBS_MAX) {
        let committed = commit(connection, clock, &mut group);
        // Before anybody is told: whoever asks after an answer sees another number.
        changes.settle();
        if let Err(fault) = &committed {
            tracing::error!(%fault, jobs = group.len(), "a commit failed: nothing of it was kept");
            roll_back(connection);
        }
        for job in group {
            job.answer(match &committed {
                Ok(()) => Ok(()),
                Err(fault) => Err(Error::unavailable(format!("{fault}: nothing was changed"))),
            });
        }
    }
}

fn commit(connection: &Connection, clock: &Clock, group: &mut [Box<dyn Job>]) -> Result<(), Fault> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let tx = Write::new(connection, clock.now());
    for job in group {
        connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        let is_kept = job.run(&tx);
        // A full disk makes the engine give up the whole transaction, not the savepoint alone.
        if connection.is_autocommit() {
            return Err(Fault::Unavailable("the transaction was given up".into()));
        }
        if !is_kept {
            connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        connection.prepare_cached("RELEASE job")?.execute([])?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}

fn roll_back(connection: &Connection) {
    if connection.is_autocommit() {
        return;
    }
    if let Err(error) = connection.execute_batch("ROLLBACK") {
        tracing::error!(%error, "a failed transaction could not be rolled back");
    }
}
