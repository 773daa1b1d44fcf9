//! Sweeping what has ended for good.

use super::table;
use crate::accounts::invitations::Invitations;
use crate::accounts::sessions::Sessions;
use crate::clock::Timestamp;
use crate::config::Settings;
use crate::error::Result;
use crate::oauth;
use crate::principals::ENDED_SECRET_KNOWN;
use crate::store::Store;
use crate::usage::Usage;

/// Deletes what nobody can tell from noise any more, and makes old counts coarser; answers how many
/// rows were deleted.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(store: &Store, settings: &Settings, now: Timestamp) -> Result<usize> {
    let secrets =
        store.write(|tx| table::delete_ended_secrets(tx, tx.now.minus(ENDED_SECRET_KNOWN)))?;
    Usage { store, retention: settings.retention }.sweep(now)?;
    let people = Sessions::sweep(store)? + Invitations::sweep(store)?;
    Ok(secrets + people + oauth::sweep(store, &settings.oauth)?)
}
