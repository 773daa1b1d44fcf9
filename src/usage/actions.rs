//! What can be done with counts: read them, and make old ones coarser.

use super::grain::{Grain, Retention};
use super::keys::table as keys;
use super::networks::table as networks;
use super::report::{AddressCount, KeyCount, OutcomeCount, ScopeUse, SecretUse, TimedCount, Whose};
use super::series::table::{STRANGERS, Series};
use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::store::{Fault, Read, Store, Write};

/// Rows that are made coarser in one commit: a few milliseconds of the writer.
const SWEEP_ROWS_MAX: i64 = 500;

/// Commits of one sweep for each kind of row: what is left is done by the next one.
const SWEEP_COMMITS_MAX: usize = 400;

/// Keys that are told apart where a workspace's are summed up.
const BUSIEST_MAX: i64 = 5;

/// The actions on counts.
pub struct Usage<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// For how long.
    pub retention: Retention,
}

impl Usage<'_> {
    /// Requests from `since` on, by `grain` and outcome. See [`Retention::beginning`] for where a
    /// span can begin.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_time(
        &self,
        whose: &Whose,
        grain: Grain,
        since: Timestamp,
    ) -> Result<Vec<TimedCount>> {
        let (series, whose) = table::series(whose);
        self.store.read(|db| series.by_time(db, whose, grain, since))
    }

    /// Requests from `since` on by outcome, the most frequent first.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_outcome(&self, whose: &Whose, since: Timestamp) -> Result<Vec<OutcomeCount>> {
        let (series, whose) = table::series(whose);
        self.store.read(|db| series.by_outcome(db, whose, since))
    }

    /// The five keys of a workspace that asked most from `since` on.
    ///
    /// # Errors
    /// As the store's.
    pub fn busiest(&self, workspace: &str, since: Timestamp) -> Result<Vec<KeyCount>> {
        self.store.read(|db| table::busiest(db, workspace, since, BUSIEST_MAX))
    }

    /// The same of one key, called `name`; nothing where it asked nothing.
    ///
    /// # Errors
    /// As the store's.
    pub fn of_key(&self, key: KeyId, name: &str, since: Timestamp) -> Result<Vec<KeyCount>> {
        let outcomes = self.by_outcome(&Whose::Key(key), since)?;
        let requests = outcomes.iter().map(|it| it.requests).sum();
        let count = KeyCount { key, name: name.to_owned(), requests };
        Ok(if requests > 0 { vec![count] } else { Vec::new() })
    }

    /// Requests that passed from the day of `since` on by scope, the most frequent first.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_scope(&self, whose: &Whose, since: Timestamp) -> Result<Vec<ScopeUse>> {
        self.store.read(|db| table::by_scope(db, whose, Grain::Day.start(since)))
    }

    /// Requests from `since` on that were refused before a key was known; the product is empty for
    /// those where none was found.
    ///
    /// # Errors
    /// As the store's.
    pub fn strangers(&self, product: &str, since: Timestamp) -> Result<Vec<OutcomeCount>> {
        self.store.read(|db| STRANGERS.by_outcome(db, product.into(), since))
    }

    /// A sample of where those came from, from the day of `since` on.
    ///
    /// # Errors
    /// As the store's.
    pub fn addresses(&self, product: &str, since: Timestamp) -> Result<Vec<AddressCount>> {
        self.store.read(|db| table::addresses(db, product, Grain::Day.start(since)))
    }

    /// Makes old counts coarser and deletes the oldest, in small commits that let every change of
    /// a key go first. Answers how many rows that were.
    ///
    /// # Errors
    /// As the store's; what was done stays done.
    pub fn sweep(&self, now: Timestamp) -> Result<usize> {
        let mut rows = 0;
        for (grain, coarser) in [(Grain::Minute, Grain::Hour), (Grain::Hour, Grain::Day)] {
            let before = self.retention.oldest(grain, now);
            let grains = (grain, coarser);
            for series in Series::ALL {
                rows +=
                    self.sweep_by(move |tx| series.coarsen(tx, grains, before, SWEEP_ROWS_MAX))?;
            }
        }
        // Addresses may be people's: they are not kept as long as what counts nobody.
        let before = self.retention.oldest(Grain::Hour, now);
        rows += self.sweep_by(move |tx| table::delete_addresses(tx, before, SWEEP_ROWS_MAX))?;
        rows += self.sweep_by(move |tx| networks::delete_old(tx, before, SWEEP_ROWS_MAX))?;
        let before = self.retention.oldest(Grain::Day, now);
        rows += self.sweep_by(move |tx| table::delete_old(tx, before, SWEEP_ROWS_MAX))?;
        Ok(rows)
    }

    /// Commits `step` until it finds nothing more.
    fn sweep_by(
        &self,
        step: impl Fn(&Write<'_>) -> Result<usize> + Copy + Send + 'static,
    ) -> Result<usize> {
        let mut rows = 0;
        for _ in 0..SWEEP_COMMITS_MAX {
            match self.store.write_behind(step)? {
                0 => break,
                done => rows += done,
            }
        }
        Ok(rows)
    }
}

/// Begins to count for a key that `tx` makes.
///
/// # Errors
/// As the store's.
pub fn begin(tx: &Write<'_>, workspace: &str, key: KeyId) -> Result<(), Fault> {
    keys::insert(tx, workspace, key)
}

/// What each secret of a key let pass, for whoever shows the key.
///
/// # Errors
/// As the store's.
pub fn secrets(db: &Read<'_>, key: KeyId) -> Result<Vec<SecretUse>, Fault> {
    table::secrets(db, key)
}
