//! When what an app was granted was used last, and from where.

pub(super) mod table;

use table::last_use;

use super::LastUse;
use crate::error::Result;
use crate::id::GrantId;
use crate::store::Store;

/// The last request that passed by a grant; none where there was none.
///
/// # Errors
/// As the store's.
pub fn last_use_of(store: &Store, grant: GrantId) -> Result<Option<LastUse>> {
    store.read(|db| last_use(db, grant))
}
