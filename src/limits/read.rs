//! What a bucket has used, be it in memory or not.

use super::bucket::{Bucket, BucketId};
use super::{Limiter, Used, table};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// What a bucket has used by `now`. Nothing is counted, and the limiter knows no more buckets than
/// before.
///
/// # Errors
/// As the store's.
pub fn used(limiter: &Limiter, store: &Store, bucket: &BucketId, now: Timestamp) -> Result<Used> {
    if let Some(used) = limiter.used(bucket, now) {
        return Ok(used);
    }
    let saved = store.read(|db| table::saved_day(db, bucket))?;
    Ok(Bucket::new(*bucket, saved).used(now))
}
