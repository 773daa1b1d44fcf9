//! What was spent of the day that it is, over all buckets.

use std::collections::HashMap;

use super::bucket::BucketId;
use super::{Limiter, table};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// What each bucket has spent of its day. Those that have spent nothing are not there; of more than
/// 100,000 that are not in use at the moment those that have spent the most are.
///
/// # Errors
/// As the store's.
pub fn spent_today(
    limiter: &Limiter,
    store: &Store,
    now: Timestamp,
) -> Result<HashMap<BucketId, u32>> {
    let mut spent = store.read(|db| table::spent(db, now))?;
    // What is in memory is newer.
    spent.extend(limiter.spent_today(now));
    Ok(spent)
}
