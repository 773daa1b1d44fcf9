//! Sweeping what has ended for good.

use super::table;
use crate::accounts::invitations::Invitations;
use crate::accounts::sessions::Sessions;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::principals::ENDED_SECRET_KNOWN;
use crate::store::Store;

/// Deletes what nobody can tell from noise any more; answers how many rows that were.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(store: &Store) -> Result<usize> {
    let secrets = store.write(|tx| {
        let before = tx.now.as_millis().saturating_sub(ENDED_SECRET_KNOWN.as_millis());
        table::delete_ended_secrets(tx, Timestamp::from_millis(before))
    })?;
    Ok(secrets + Sessions::sweep(store)? + Invitations::sweep(store)?)
}
