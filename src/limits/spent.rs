//! What was spent of the day that it is, over all buckets.

use std::collections::HashMap;

use super::bucket::BucketId;
use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// What each bucket has spent of its day, as far as it is written down: about a second late. Those
/// that have spent nothing are not there; of more than 100,000 those that have spent the most are.
///
/// # Errors
/// As the store's.
pub fn spent_today(store: &Store, now: Timestamp) -> Result<HashMap<BucketId, u32>> {
    store.read(|db| table::spent(db, now))
}
