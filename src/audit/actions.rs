//! What can be done with the log: read it.

use super::entry::{Entry, Wanted};
use super::table;
use crate::error::Result;
use crate::store::Store;

/// Entries that are counted: whoever looks further back than this filters, or exports.
const COUNTED_MAX: i64 = 100_000;

/// Changes of one thing that are shown with it.
const ABOUT_MAX: i64 = 50;

/// The log.
pub struct Log<'a> {
    /// Where it is kept.
    pub store: &'a Store,
}

impl Log<'_> {
    /// The latest 50 changes of `subject`, the latest first.
    ///
    /// # Errors
    /// As the store's.
    pub fn about(&self, subject: &str) -> Result<Vec<Entry>> {
        self.store.read(|db| table::about(db, subject, ABOUT_MAX))
    }

    /// How many entries are wanted; a hundred thousand at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, wanted: &Wanted) -> Result<usize> {
        let counted = self.store.read(|db| table::count(db, wanted, COUNTED_MAX))?;
        Ok(usize::try_from(counted).unwrap_or(0))
    }

    /// The entries that are wanted, the latest first: `limit` of them behind the first `skipped`.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self, wanted: &Wanted, skipped: usize, limit: usize) -> Result<Vec<Entry>> {
        let rows = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.store.read(|db| table::list(db, wanted, (rows(skipped), rows(limit))))
    }
}
