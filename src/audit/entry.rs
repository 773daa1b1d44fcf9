//! Reading what was done.

use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// Changes of one thing that are shown with it.
const ABOUT_MAX: i64 = 50;

/// A change, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who: `user_…`, `cli:ACCOUNT` or `keystile`.
    pub actor: String,
    /// What: `key.revoke`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The slug of the workspace concerned.
    pub workspace: Option<String>,
    /// What was changed to what, as JSON.
    pub detail: String,
}

/// The latest 50 changes of `subject`, the latest first.
///
/// # Errors
/// As the store's.
pub fn about(store: &Store, subject: &str) -> Result<Vec<Entry>> {
    store.read(|db| table::about(db, subject, ABOUT_MAX))
}
