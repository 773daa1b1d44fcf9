//! The table of day counts, and the journal of what it lacks.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::bucket::{BucketId, DAY_SECONDS, SavedDay, day};
use super::entries::{self, Entry};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// Buckets that are listed at once.
const SPENT_MAX: usize = 100_000;

/// What the database has of a bucket's day. A block that does not bear its own checksum counts as a day
/// that is spent, for all that lie in it: nobody passes by a number that cannot be believed.
///
/// # Errors
/// As the store's.
pub fn saved_day(db: &Read<'_>, bucket: &BucketId) -> Result<SavedDay, Fault> {
    let saved = match block_of(db, bucket)? {
        None => None,
        Some(block) if block.is_sealed => entries::find(&block.entries, bucket),
        Some(_) => {
            tracing::error!("day counts do not bear their checksum: that day counts as spent");
            Some(SavedDay::SPENT)
        }
    };
    Ok(saved.unwrap_or_default())
}

/// What each bucket has spent today. A block that does not bear its checksum is left out.
pub(super) fn spent(db: &Read<'_>, now: Timestamp) -> Result<HashMap<BucketId, u32>> {
    const SELECT: &str = "SELECT first, day, entries, seal FROM day_blocks WHERE day >= ?1";
    let today = day(now);
    let mut spent = Vec::new();
    db.all(SELECT, params![i64::from(today)], |row| {
        let block = block(row)?;
        let of_today =
            |(bucket, saved): Entry| (saved.day == today).then_some((bucket, saved.spent));
        spent.extend(
            entries::decode(&block.entries).filter_map(of_today).filter(|_| block.is_sealed),
        );
        Ok::<_, Fault>(())
    })?;
    if spent.len() > SPENT_MAX {
        spent.select_nth_unstable_by_key(SPENT_MAX, |(_, spent)| Reverse(*spent));
        spent.truncate(SPENT_MAX);
    }
    Ok(spent.into_iter().collect())
}

/// A block as the database has it.
pub(super) struct Block {
    pub(super) first: BucketId,
    /// The latest of its days.
    pub(super) day: i64,
    pub(super) entries: Vec<u8>,
    /// Whether it bears its own checksum.
    pub(super) is_sealed: bool,
}

/// The block that a bucket lies in, if the database has any of it.
pub(super) fn block_of(db: &Read<'_>, bucket: &BucketId) -> Result<Option<Block>, Fault> {
    const SELECT: &str = "
        SELECT first, day, entries, seal FROM day_blocks
        WHERE first <= ?1 ORDER BY first DESC LIMIT 1";
    const LEAST: &str = "SELECT first, day, entries, seal FROM day_blocks ORDER BY first LIMIT 1";
    match db.first(SELECT, params![bucket.as_bytes()], block)? {
        None => db.first(LEAST, &[], block),
        found => Ok(found),
    }
}

/// A row as a block; one with a column that cannot be read is damaged like one whose checksum is wrong.
#[expect(clippy::unnecessary_wraps, reason = "rows are read by what may fail")]
fn block(row: &Row<'_>) -> Result<Block, Fault> {
    let first = BucketId::of_bytes(row.get(0).unwrap_or_default());
    let (day, entries): (_, Vec<u8>) =
        (row.get(1).unwrap_or(i64::MAX), row.get(2).unwrap_or_default());
    let is_sealed = row.get(3).is_ok_and(|it: [u8; 16]| it == seal(&first, day, &entries));
    Ok(Block { first, day, entries, is_sealed })
}

/// Where the block after the one that begins with `first` begins.
pub(super) fn next_block(db: &Read<'_>, first: &BucketId) -> Result<Option<BucketId>, Fault> {
    const SELECT: &str = "SELECT first FROM day_blocks WHERE first > ?1 ORDER BY first LIMIT 1";
    db.first(SELECT, params![first.as_bytes()], |row| row.get(0).map(BucketId::of_bytes))
}

/// Adds a block of entries, of which there is at least one.
pub(super) fn insert_block(tx: &Write<'_>, entries: &[Entry]) -> Result<()> {
    const INSERT: &str =
        "INSERT INTO day_blocks (first, day, entries, seal) VALUES (?1, ?2, ?3, ?4)";
    let Columns { first, day, entries, seal } = Columns::of(entries);
    tx.execute(INSERT, params![first.as_bytes(), day, &entries[..], &seal])?;
    Ok(())
}

/// Puts a block of entries, of which there is at least one, in the place of the one that begins with
/// `old`.
pub(super) fn replace_block(tx: &Write<'_>, old: &BucketId, entries: &[Entry]) -> Result<()> {
    const UPDATE: &str = "
        UPDATE day_blocks SET first = ?2, day = ?3, entries = ?4, seal = ?5 WHERE first = ?1";
    let Columns { first, day, entries, seal } = Columns::of(entries);
    tx.execute(UPDATE, params![old.as_bytes(), first.as_bytes(), day, &entries[..], &seal])?;
    Ok(())
}

pub(super) fn delete_block(tx: &Write<'_>, first: &BucketId) -> Result<()> {
    const DELETE: &str = "DELETE FROM day_blocks WHERE first = ?1";
    tx.execute(DELETE, params![first.as_bytes()])?;
    Ok(())
}

/// Deletes at most `blocks_max` blocks whose days are all over; answers how many those were.
pub(super) fn delete_old(tx: &Write<'_>, now: Timestamp, blocks_max: usize) -> Result<usize> {
    const DELETE: &str = "
        DELETE FROM day_blocks
        WHERE first IN (SELECT first FROM day_blocks WHERE day < ?1 LIMIT ?2)";
    Ok(tx.execute(DELETE, params![i64::from(day(now)), blocks_max])?)
}

/// A block's row.
struct Columns {
    first: BucketId,
    day: i64,
    entries: Vec<u8>,
    seal: [u8; 16],
}

impl Columns {
    fn of(entries: &[Entry]) -> Self {
        let (first, _) = *entries.first().expect("a block has an entry");
        let day = entries.iter().map(|(_, saved)| saved.day).max().unwrap_or_default().into();
        let entries = entries::encode(entries);
        let seal = seal(&first, day, &entries);
        Self { first, day, entries, seal }
    }
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

/// The journal, the oldest row first, and one at a time in memory.
pub(super) fn journal(db: &Read<'_>, mut each: impl FnMut(JournalRow)) -> Result<(), Fault> {
    const SELECT: &str = "SELECT number, entries, seal FROM day_journal ORDER BY number";
    db.all(SELECT, &[], |row| {
        let (number, entries) = (row.get(0)?, row.get::<Vec<u8>>(1)?);
        let is_sealed = row.get(2).is_ok_and(|it: [u8; 16]| it == journal_seal(&entries));
        each(JournalRow { number, entries, is_sealed });
        Ok(())
    })
    .map(drop::<Vec<()>>)
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

fn seal(first: &BucketId, day: i64, entries: &[u8]) -> [u8; 16] {
    let seal = Seal::over("day_blocks").bytes(first.as_bytes());
    seal.bytes(&day.to_le_bytes()).bytes(entries).close()
}

/// The last midnight UTC before `now`, or `now` itself.
#[must_use]
pub fn day_start(now: Timestamp) -> Timestamp {
    let day_millis = i64::from(DAY_SECONDS) * 1_000;
    Timestamp::from_millis(now.as_millis().div_euclid(day_millis) * day_millis)
}
