//! What can be done with the log: read it, and add to it what is written nowhere else.

use serde_json::{Map, Value};

use super::actor::Actor;
use super::entry::{Entry, Wanted};
use super::table::{self, Change, record};
use crate::error::Result;
use crate::store::Store;

/// Entries that are counted: whoever looks further back than this filters, or exports.
pub const COUNTED_MAX: usize = 100_000;

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

    /// Whether anything was ever done to `subject`.
    ///
    /// # Errors
    /// As the store's.
    pub fn tells_of(&self, subject: &str) -> Result<bool> {
        Ok(!self.store.read(|db| table::about(db, subject, 1))?.is_empty())
    }

    /// Writes down an act that changes nothing but what the log says.
    ///
    /// # Errors
    /// As the store's.
    pub fn add(&self, actor: &Actor, action: &'static str, subject: &str) -> Result<()> {
        let (actor, subject) = (actor.clone(), subject.to_owned());
        self.store.write(move |tx| {
            let (workspace, detail) = (None, Value::Object(Map::new()));
            record(tx, &Change { actor: &actor, action, subject, workspace, detail })
        })
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
        self.store.read(|db| table::list(db, wanted, (skipped, limit)))
    }
}
