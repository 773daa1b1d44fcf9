//! What waits for the writer: changes that somebody waits for, and what can be written behind them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// Jobs of one urgency that may wait: beyond it a caller is told to come again, rather than to wait
/// for long.
const QUEUED_JOBS_MAX: usize = 1_024;

/// When a job's turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// In the next commit.
    Now,
    /// When nothing urgent waits.
    Behind,
}

/// Groups of urgent jobs after which what was left behind has a turn, however many more wait: what is
/// written behind is promised within about a second.
const GROUPS_BEFORE_BEHIND: u32 = 16;

/// Two queues with one end.
pub(super) struct Queue<J> {
    waiting: Mutex<Waiting<J>>,
    has_changed: Condvar,
}

struct Waiting<J> {
    now: VecDeque<J>,
    behind: VecDeque<J>,
    /// Groups of urgent jobs since something was written behind.
    groups: u32,
    is_closed: bool,
    /// Whether the thread that takes jobs is asleep: one that is awake looks again by itself, and need
    /// not be told, which costs a system call.
    is_asleep: bool,
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        let (now, behind) = (VecDeque::new(), VecDeque::new());
        let waiting = Waiting { now, behind, groups: 0, is_closed: false, is_asleep: false };
        Self { waiting: Mutex::new(waiting), has_changed: Condvar::new() }
    }
}

impl<J> Queue<J> {
    /// Adds a job.
    ///
    /// # Errors
    /// `Unavailable` when too many wait, or none is taken any more.
    pub(super) fn push(&self, urgency: Urgency, job: J) -> Result<()> {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return Err(Error::unavailable("the database is closing: nothing was changed"));
        }
        let queue = match urgency {
            Urgency::Now => &mut waiting.now,
            Urgency::Behind => &mut waiting.behind,
        };
        if queue.len() >= QUEUED_JOBS_MAX {
            return Err(Error::unavailable(format!(
                "{QUEUED_JOBS_MAX} changes are waiting already: nothing was changed, try again"
            )));
        }
        queue.push_back(job);
        let is_asleep = std::mem::take(&mut waiting.is_asleep);
        // It would wake to wait for what is held here.
        drop(waiting);
        if is_asleep {
            self.has_changed.notify_one();
        }
        Ok(())
    }

    /// The jobs of the next commit, as soon as there are any: the urgent ones, up to `jobs_max`, or
    /// else one of the others; one of those also where they have waited for many groups. `None` once it is closed and empty.
    pub(super) fn next_group(&self, jobs_max: usize) -> Option<Vec<J>> {
        let mut waiting = self.lock();
        loop {
            let is_overdue = waiting.groups >= GROUPS_BEFORE_BEHIND && !waiting.behind.is_empty();
            if !waiting.now.is_empty() && !is_overdue {
                waiting.groups = waiting.groups.saturating_add(1);
                let count = waiting.now.len().min(jobs_max);
                return Some(waiting.now.drain(..count).collect());
            }
            waiting.groups = 0;
            if let Some(job) = waiting.behind.pop_front() {
                return Some(vec![job]);
            }
            if waiting.is_closed {
                return None;
            }
            waiting.is_asleep = true;
            waiting = self.has_changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no job any more; those that wait are still handed out.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.has_changed.notify_one();
    }

    /// Drops the jobs that wait, for nobody will carry them out.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.is_closed = true;
        let dropped = (std::mem::take(&mut waiting.now), std::mem::take(&mut waiting.behind));
        drop(waiting);
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_wait_comes_one_by_one_and_after_what_cannot() {
        let queue = Queue::default();
        for chunk in ["chunk 1", "chunk 2"] {
            queue.push(Urgency::Behind, chunk).unwrap();
        }
        assert_eq!(queue.next_group(8), Some(vec!["chunk 1"]));
        for change in ["a", "b", "c"] {
            queue.push(Urgency::Now, change).unwrap();
        }
        assert_eq!(queue.next_group(2), Some(vec!["a", "b"]));
        assert_eq!(queue.next_group(2), Some(vec!["c"]));
        assert_eq!(queue.next_group(2), Some(vec!["chunk 2"]));
    }

    #[test]
    fn what_can_wait_does_not_wait_for_good() {
        let queue = Queue::default();
        queue.push(Urgency::Behind, "chunk").unwrap();
        let mut groups = 0;
        loop {
            queue.push(Urgency::Now, "change").unwrap();
            if queue.next_group(1) == Some(vec!["chunk"]) {
                break;
            }
            groups += 1;
        }
        assert_eq!(groups, GROUPS_BEFORE_BEHIND);
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_has_and_takes_nothing() {
        let queue = Queue::default();
        queue.push(Urgency::Now, 1).unwrap();
        queue.close();
        assert!(queue.push(Urgency::Now, 2).is_err());
        assert_eq!(queue.next_group(8), Some(vec![1]));
        assert_eq!(queue.next_group(8), None);
    }

    #[test]
    fn one_urgency_does_not_take_the_others_places() {
        let queue = Queue::default();
        for job in 0..QUEUED_JOBS_MAX {
            queue.push(Urgency::Behind, job).unwrap();
        }
        assert!(queue.push(Urgency::Behind, 0).is_err());
        assert!(queue.push(Urgency::Now, 0).is_ok());
    }
}
