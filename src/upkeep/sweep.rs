//! Sweeping what has ended for good.

use super::table;
use crate::clock::{Span, Timestamp};
use crate::error::Result;
use crate::store::Store;

/// How long a secret that a rotation has ended is kept, to be told from one that never was.
const ENDED_SECRETS_KEPT: Span = Span::days(90);

/// Deletes what nobody can tell from noise any more; answers how many rows that were.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(store: &Store) -> Result<usize> {
    store.write(|tx| {
        let before = tx.now.as_millis().saturating_sub(ENDED_SECRETS_KEPT.as_millis());
        table::delete_ended_secrets(tx, Timestamp::from_millis(before))
    })
}
