//! What is written in one commit: increments, and a number that keeps them from being added twice.
//!
//! A row says how much to add, not what the sum is, so that nothing has to be read before it is
//! written: a key that comes back into memory after a restart or an eviction counts from zero. The
//! price is that adding twice would be wrong, and a commit can fail in a way that leaves open
//! whether it was kept. So the chunk's number is written with it: a chunk that is there already
//! changes nothing.

use std::net::IpAddr;
use std::sync::Arc;

use super::account::{Account, Granted};
use super::tally::{Draft, LastUse, Tally};
use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::secret::SecretDigest;

/// Rows of one commit: some milliseconds, which is what a revocation may have to wait for it.
pub(super) const CHUNK_ROWS_MAX: usize = 2_000;

/// Rows that are added together, or not at all.
pub(super) struct Chunk {
    /// One more than that of the chunk before.
    pub(super) number: i64,
    pub(super) rows: Vec<Row>,
}

/// What is added to one row of the database.
pub(super) enum Row {
    /// Requests of an account in a minute.
    Minute { account: Account, minute: Timestamp, outcome: &'static str, requests: i64 },
    /// Requests of an account that passed by a scope on a day.
    Scope {
        account: Account,
        day: Timestamp,
        scope: Arc<str>,
        requests: i64,
        last_used_at: Timestamp,
    },
    /// Requests that passed with a key's secret.
    Secret { secret: SecretDigest, key: KeyId, requests: i64, last_use: LastUse },
    /// Requests that passed with a token.
    Grant { granted: Arc<Granted>, requests: i64, last_use: LastUse },
    /// Requests of a minute that were refused before a key was known.
    Stranger { product: String, minute: Timestamp, code: &'static str, requests: i64 },
    /// Those of a day that came from one of the addresses that are kept.
    Address { product: String, code: &'static str, day: Timestamp, address: IpAddr, requests: i64 },
}

impl Chunk {
    /// How many requests it counts.
    pub(super) fn requests(&self) -> i64 {
        let counted = self.rows.iter().map(|row| match row {
            Row::Minute { requests, .. } | Row::Stranger { requests, .. } => *requests,
            Row::Scope { .. } | Row::Secret { .. } | Row::Grant { .. } | Row::Address { .. } => 0,
        });
        counted.sum()
    }
}

impl Row {
    /// What it counts for, where that was known.
    pub(super) fn account(&self) -> Option<Account> {
        match self {
            Self::Minute { account, .. } | Self::Scope { account, .. } => Some(account.clone()),
            Self::Secret { key, .. } => Some(Account::Key(*key)),
            Self::Grant { granted, .. } => Some(Account::Grant(Arc::clone(granted))),
            Self::Stranger { .. } | Self::Address { .. } => None,
        }
    }
}

/// The rows of what a tally has counted.
pub(super) fn rows(tally: &Tally, draft: &Draft, rows: &mut impl Extend<Row>) {
    rows.extend(draft.counts.iter().map(|count| Row::Minute {
        account: tally.account.clone(),
        minute: count.minute(),
        outcome: count.outcome,
        requests: count.requests.into(),
    }));
    rows.extend(draft.scopes.iter().map(|count| Row::Scope {
        account: tally.account.clone(),
        day: count.day(),
        scope: Arc::clone(&count.scope),
        requests: count.requests.into(),
        last_used_at: count.last_used_at,
    }));
    let (secret, requests) = (tally.secret, i64::from(draft.passed));
    rows.extend(draft.last_use.map(|last_use| match &tally.account {
        Account::Key(key) => Row::Secret { secret, key: *key, requests, last_use },
        Account::Grant(granted) => Row::Grant { granted: Arc::clone(granted), requests, last_use },
    }));
}
