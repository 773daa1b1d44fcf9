//! What one secret was used for since it was last written down.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use super::account::Account;
use super::grain::Grain;
use crate::clock::Timestamp;
use crate::secret::SecretDigest;

/// The outcome of a request that passed; the others are the codes of refusals.
pub const ALLOWED: &str = "allowed";

/// Different counts that one tally keeps while the database cannot be written: two hours of two
/// outcomes. Beyond it the oldest are lost.
const COUNTS_MAX: usize = 240;

/// Counts of one secret.
pub struct Tally {
    /// What it counts for.
    pub account: Account,
    /// The secret.
    pub secret: SecretDigest,
    draft: Mutex<Draft>,
}

/// Whatever has a tally in it: it is kept until its counts are written.
pub trait Tallied: Send + Sync {
    /// The tally.
    fn tally(&self) -> &Tally;
}

impl Tallied for Tally {
    fn tally(&self) -> &Tally {
        self
    }
}

/// What is not written down yet.
#[derive(Default)]
pub(super) struct Draft {
    /// Requests by minute and outcome; one entry is what most keys need.
    pub(super) counts: SmallVec<[Count; 1]>,
    /// Requests that passed, by scope and day.
    pub(super) scopes: SmallVec<[ScopeCount; 1]>,
    /// The last request that passed.
    pub(super) last_use: Option<LastUse>,
    /// Requests that passed.
    pub(super) passed: u32,
    /// Requests whose counts had no room.
    pub(super) lost: u32,
}

pub(super) struct Count {
    /// The number of its minute.
    minute: u32,
    pub(super) requests: u32,
    pub(super) outcome: &'static str,
}

pub(super) struct ScopeCount {
    /// The number of its day.
    day: u32,
    pub(super) requests: u32,
    pub(super) scope: Arc<str>,
    pub(super) last_used_at: Timestamp,
}

/// When and from where something was used last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// The address, where the proxy has told it.
    pub from: Option<IpAddr>,
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(account: impl Into<Account>, secret: SecretDigest) -> Self {
        Self { account: account.into(), secret, draft: Mutex::default() }
    }

    /// Counts a request that passed by `scopes`; answers whether it is the first since the tally
    /// was last taken.
    pub(super) fn allow<'s>(
        &self,
        scopes: impl Iterator<Item = &'s Arc<str>>,
        last_use: LastUse,
    ) -> bool {
        let mut draft = self.lock();
        let is_first = draft.is_empty();
        draft.count(ALLOWED, last_use.at);
        scopes.for_each(|scope| draft.count_scope(scope, last_use.at));
        increase(&mut draft.passed);
        draft.last_use = Some(last_use);
        is_first
    }

    /// Counts a request that was refused; answers as [`Tally::allow`].
    pub(super) fn refuse(&self, code: &'static str, at: Timestamp) -> bool {
        let mut draft = self.lock();
        let is_first = draft.is_empty();
        draft.count(code, at);
        is_first
    }

    /// Takes what was counted, if anything was.
    pub(super) fn take(&self) -> Option<Draft> {
        Some(std::mem::take(&mut *self.lock())).filter(|draft| !draft.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Draft {
    /// Whatever is counted has an outcome, and of those one is always kept.
    fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many requests it holds, and has lost.
    pub(super) fn requests(&self) -> i64 {
        let kept = self.counts.iter().map(|count| i64::from(count.requests));
        i64::from(self.lost) + kept.sum::<i64>()
    }

    fn count(&mut self, outcome: &'static str, at: Timestamp) {
        let minute = Grain::Minute.number(at);
        let is_it = |count: &&mut Count| count.minute == minute && count.outcome == outcome;
        // The newest is the likeliest.
        if let Some(count) = self.counts.iter_mut().rev().find(is_it) {
            increase(&mut count.requests);
            return;
        }
        if self.counts.len() >= COUNTS_MAX {
            self.lost = self.lost.saturating_add(self.counts.remove(0).requests);
        }
        self.counts.push(Count { minute, outcome, requests: 1 });
    }

    fn count_scope(&mut self, scope: &Arc<str>, at: Timestamp) {
        let day = Grain::Day.number(at);
        let is_it = |it: &&mut ScopeCount| it.day == day && it.scope == *scope;
        if let Some(count) = self.scopes.iter_mut().rev().find(is_it) {
            increase(&mut count.requests);
            count.last_used_at = count.last_used_at.max(at);
            return;
        }
        if self.scopes.len() >= COUNTS_MAX {
            self.scopes.remove(0);
        }
        let scope = Arc::clone(scope);
        self.scopes.push(ScopeCount { day, scope, requests: 1, last_used_at: at });
    }
}

impl Count {
    /// When its minute began.
    pub(super) fn minute(&self) -> Timestamp {
        Grain::Minute.numbered(self.minute)
    }
}

impl ScopeCount {
    /// When its day began.
    pub(super) fn day(&self) -> Timestamp {
        Grain::Day.numbered(self.day)
    }
}

/// No further than four thousand millions, which are written down long before.
fn increase(requests: &mut u32) {
    *requests = requests.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::KeyId;

    fn tally() -> Tally {
        Tally::new(KeyId::new(Timestamp::default()), SecretDigest::of(b"secret"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn what_a_million_of_have_is_small() {
        assert_eq!((size_of::<Tally>(), size_of::<Draft>()), (176, 112));
    }

    #[test]
    fn requests_are_told_apart_by_minute_outcome_and_scope() {
        let tally = tally();
        let (read, write) = (Arc::from("read:a"), Arc::from("write:a"));
        let pass = |scopes: &[&Arc<str>], second| {
            tally.allow(scopes.iter().copied(), LastUse { at: at(second), from: None })
        };
        assert!(pass(&[&read], 59));
        assert!(!pass(&[&read, &write], 60));
        assert!(!tally.refuse("insufficient_scope", at(61)));
        assert!(!pass(&[], 62));
        let draft = tally.take().unwrap();
        let counts: Vec<_> =
            draft.counts.iter().map(|it| (it.minute(), it.outcome, it.requests)).collect();
        let expected =
            [(at(0), ALLOWED, 1), (at(60), ALLOWED, 2), (at(60), "insufficient_scope", 1)];
        assert_eq!(counts, expected);
        let scopes: Vec<_> =
            draft.scopes.iter().map(|it| (&*it.scope, it.requests, it.last_used_at)).collect();
        assert_eq!(scopes, [("read:a", 2, at(60)), ("write:a", 1, at(60))]);
        assert_eq!((draft.passed, draft.last_use.unwrap().at), (3, at(62)));
        assert!(pass(&[], 63), "it begins anew");
    }

    #[test]
    fn what_has_no_room_is_known_to_be_lost() {
        let tally = tally();
        let minutes = i64::try_from(COUNTS_MAX).unwrap() + 5;
        for minute in 0..minutes {
            tally.refuse("revoked_key", at(60 * minute));
        }
        let draft = tally.take().unwrap();
        assert_eq!((draft.counts.len(), draft.lost, draft.requests()), (COUNTS_MAX, 5, minutes));
        assert_eq!(draft.counts[0].minute(), at(300), "the oldest went");
    }
}
