//! The table of day counts, and the journal of what it lacks.

use std::collections::HashMap;

use super::bucket::{BucketId, DAY_SECONDS, SavedDay, day};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::{Fault, Read, Seal, Write, params};

/// Buckets that are listed at once.
const SPENT_MAX: i64 = 100_000;

/// What the database has of a bucket's day. A row that does not bear its own checksum counts as a
/// day that is spent: nobody passes by a number that cannot be believed.
///
/// # Errors
/// As the store's.
pub fn saved_day(db: &Read<'_>, bucket: &BucketId) -> Result<SavedDay, Fault> {
    const SELECT: &str = "SELECT day, spent, seal FROM day_counts WHERE bucket = ?1";
    let found = db.first(SELECT, params![bucket.as_bytes()], |row| {
        let saved = |day: i64, spent: i64| {
            Some(SavedDay { day: day.try_into().ok()?, spent: spent.try_into().ok()? })
        };
        let numbers = row.get(0).and_then(|day| Ok(saved(day, row.get(1)?)));
        let is_sealed =
            |saved: &SavedDay| row.get(2).is_ok_and(|it: [u8; 16]| it == seal(bucket, *saved));
        Ok::<_, Fault>(numbers.ok().flatten().filter(is_sealed))
    })?;
    Ok(match found {
        None => SavedDay::default(),
        Some(Some(saved)) => saved,
        Some(None) => {
            tracing::error!("a day count does not bear its checksum: that day counts as spent");
            SavedDay::SPENT
        }
    })
}

/// What each bucket has spent today. A row that does not bear its checksum is left out.
pub(super) fn spent(db: &Read<'_>, now: Timestamp) -> Result<HashMap<BucketId, u32>> {
    const SELECT: &str = "
        SELECT bucket, spent, seal FROM day_counts WHERE day = ?1 ORDER BY spent DESC LIMIT ?2";
    let today = day(now);
    let rows = db.all(SELECT, params![i64::from(today), SPENT_MAX], |row| {
        let bucket = BucketId::of_bytes(row.get(0)?);
        let saved = SavedDay { day: today, spent: row.get::<i64>(1)?.try_into().unwrap_or(0) };
        let is_sealed = row.get::<[u8; 16]>(2)? == seal(&bucket, saved);
        Ok::<_, Fault>(is_sealed.then_some((bucket, saved.spent)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

pub(super) fn save(tx: &Write<'_>, bucket: &BucketId, saved: SavedDay) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO day_counts (bucket, day, spent, seal) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (bucket) DO UPDATE SET day = ?2, spent = ?3, seal = ?4";
    let seal = seal(bucket, saved);
    let row = params![bucket.as_bytes(), i64::from(saved.day), i64::from(saved.spent), &seal];
    tx.execute(UPSERT, row)?;
    Ok(())
}

/// Deletes at most `rows_max` counts of days that are over; answers how many those were.
pub(super) fn delete_old(tx: &Write<'_>, now: Timestamp, rows_max: usize) -> Result<usize> {
    const DELETE: &str = "
        DELETE FROM day_counts
        WHERE bucket IN (SELECT bucket FROM day_counts WHERE day < ?1 LIMIT ?2)";
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    Ok(tx.execute(DELETE, params![i64::from(day(now)), rows_max])?)
}

/// Adds a row to the journal.
pub(super) fn append(tx: &Write<'_>, entries: &[u8]) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO day_journal (number, entries, seal)
        SELECT coalesce(max(number), 0) + 1, ?1, ?2 FROM day_journal";
    tx.execute(INSERT, params![entries, &journal_seal(entries)])?;
    Ok(())
}

/// A row of the journal.
pub(super) struct JournalRow {
    pub(super) number: i64,
    pub(super) entries: Vec<u8>,
    /// Whether it bears its own checksum.
    pub(super) is_sealed: bool,
}

/// The journal, the oldest row first.
pub(super) fn journal(db: &Read<'_>) -> Result<Vec<JournalRow>, Fault> {
    const SELECT: &str = "SELECT number, entries, seal FROM day_journal ORDER BY number";
    db.all(SELECT, &[], |row| {
        let (number, entries) = (row.get(0)?, row.get::<Vec<u8>>(1)?);
        let is_sealed = row.get(2).is_ok_and(|it: [u8; 16]| it == journal_seal(&entries));
        Ok(JournalRow { number, entries, is_sealed })
    })
}

/// Deletes the journal up to a row.
pub(super) fn cut(tx: &Write<'_>, last: i64) -> Result<()> {
    const DELETE: &str = "DELETE FROM day_journal WHERE number <= ?1";
    tx.execute(DELETE, params![last])?;
    Ok(())
}

fn journal_seal(entries: &[u8]) -> [u8; 16] {
    Seal::over("day_journal").bytes(entries).close()
}

fn seal(bucket: &BucketId, saved: SavedDay) -> [u8; 16] {
    Seal::over("day_counts")
        .bytes(bucket.as_bytes())
        .bytes(&saved.day.to_le_bytes())
        .bytes(&saved.spent.to_le_bytes())
        .close()
}

/// The last midnight UTC before `now`, or `now` itself.
#[must_use]
pub fn day_start(now: Timestamp) -> Timestamp {
    let day_millis = i64::from(DAY_SECONDS) * 1_000;
    Timestamp::from_millis(now.as_millis().div_euclid(day_millis) * day_millis)
}
