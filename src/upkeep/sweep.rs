//! Sweeping what has ended for good.

use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::principals::ENDED_SECRET_KNOWN;
use crate::store::Store;

/// Deletes what nobody can tell from noise any more; answers how many rows that were.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(store: &Store) -> Result<usize> {
    store.write(|tx| {
        let before = tx.now.as_millis().saturating_sub(ENDED_SECRET_KNOWN.as_millis());
        table::delete_ended_secrets(tx, Timestamp::from_millis(before))
    })
}
