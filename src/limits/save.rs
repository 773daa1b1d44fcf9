//! Writing day counts down, so that a day survives a restart.

use super::bucket::{BucketId, SavedDay};
use super::{Limiter, table};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// Rows of one transaction: few enough that a change of somebody's waits some milliseconds for it, and
/// enough that a page of the database is seldom written twice.
const CHUNK_ROWS: usize = 4_000;

/// Writes down what was counted since the last time; answers how many buckets those were. The rows
/// hold whole counts, so to write one twice does no harm.
///
/// # Errors
/// As the store's; what was not written is written the next time.
pub fn save(limiter: &Limiter, store: &Store) -> Result<usize> {
    let mut unsaved: Vec<(BucketId, SavedDay)> = limiter.take_unsaved().flatten().collect();
    // Neighbours share a page: in their order each page is written once.
    unsaved.sort_unstable_by_key(|(bucket, _)| *bucket.as_bytes());
    let mut chunks = unsaved.chunks(CHUNK_ROWS);
    while let Some(chunk) = chunks.next() {
        let rows = chunk.to_vec();
        let written = store.write_behind(move |tx| {
            rows.iter().try_for_each(|(bucket, saved)| table::save(tx, bucket, *saved))
        });
        if let Err(error) = written {
            let left = chunk.iter().chain(chunks.flatten());
            limiter.unsave(left.map(|(bucket, _)| bucket));
            return Err(error);
        }
    }
    Ok(unsaved.len())
}

/// Gives back what is idle, and deletes counts of days that are over. To be called by whoever calls
/// [`save`], so that nothing is on its way to the database meanwhile.
///
/// # Errors
/// As the store's; the next sweep tries again.
pub fn sweep(limiter: &Limiter, store: &Store, now: Timestamp) -> Result<()> {
    limiter.give_back(now);
    while store.write_behind(move |tx| table::delete_old(tx, now, CHUNK_ROWS))? == CHUNK_ROWS {}
    Ok(())
}
