//! Sweeping what has ended for good.

use super::table;
use crate::accounts::invitations::Invitations;
use crate::accounts::sessions::Sessions;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::principals::ENDED_SECRET_KNOWN;
use crate::store::Store;
use crate::usage::{Retention, Usage};

/// Deletes what nobody can tell from noise any more, and makes old counts coarser; answers how many
/// secrets were deleted.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(store: &Store, retention: Retention, now: Timestamp) -> Result<usize> {
    let secrets =
        store.write(|tx| table::delete_ended_secrets(tx, tx.now.minus(ENDED_SECRET_KNOWN)))?;
    Usage { store, retention }.sweep(now)?;
    Ok(secrets + Sessions::sweep(store)? + Invitations::sweep(store)?)
}
