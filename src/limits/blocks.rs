//! Day counts as they lie in the database: blocks of neighbours, as the leaves of a B-tree hold them. To
//! write a row for each bucket costs some 40 µs where a million are in use; a block costs as much, and
//! takes all that is new in it.

use super::entries::{self, Entry};
use super::table::{self, Block};
use crate::error::Result;
use crate::store::Write;

/// Entries of one block: 1.8 KB, so that two rows fill a page of the database. All of a block that is
/// damaged is spent, which is why it is no larger.
const BLOCK_ENTRIES_MAX: usize = 80;

/// Blocks that one transaction writes: few enough that a change of somebody's waits some milliseconds for
/// it.
const BLOCKS_MAX: usize = 300;

/// Entries that are brought into one block at once.
const SHARE_MAX: usize = 4_000;

/// Brings entries, in the order of their buckets and each bucket once, into their blocks, and leaves out
/// what is older than `today` there. Answers how many of them are done with; the rest is for the next
/// transaction.
///
/// Nothing comes into a block that is damaged: all of it stays spent until its day is over, and then it is
/// replaced.
pub(super) fn merge(tx: &Write<'_>, entries: &[Entry], today: u16) -> Result<usize> {
    let (mut done, mut blocks) = (0, 0);
    while blocks < BLOCKS_MAX {
        let Some((bucket, _)) = entries.get(done) else { break };
        let block = table::block_of(tx, bucket)?;
        let end = block.as_ref().map_or(Ok(None), |block| table::next_block(tx, &block.first))?;
        let rest = &entries[done..];
        let share = rest.partition_point(|(bucket, _)| end.is_none_or(|end| *bucket < end));
        // One at least: where the block begins cannot be told of one that is damaged.
        let share = &rest[..share.clamp(1, SHARE_MAX)];
        let is_over = |block: &Block| block.day < today.into();
        if block.as_ref().is_none_or(|block| block.is_sealed || is_over(block)) {
            let believed = block.as_ref().filter(|block| block.is_sealed);
            blocks += put(tx, block.as_ref(), &merged(believed, share, today))?;
        }
        blocks += 1;
        done += share.len();
    }
    Ok(done)
}

/// Writes what a block held and is to hold now, as many blocks as that takes; answers how many.
fn put(tx: &Write<'_>, old: Option<&Block>, entries: &[Entry]) -> Result<usize> {
    let blocks = entries.len().div_ceil(BLOCK_ENTRIES_MAX).max(1);
    let mut pieces = entries.chunks(entries.len().div_ceil(blocks).max(1));
    if let Some(old) = old {
        // In its place: its page is written, and no other.
        match pieces.next() {
            Some(piece) => table::replace_block(tx, &old.first, piece)?,
            None => table::delete_block(tx, &old.first)?,
        }
    }
    pieces.try_for_each(|piece| table::insert_block(tx, piece))?;
    Ok(blocks)
}

/// Both in one order, as either is; of a bucket that is in both, what is new.
fn merged(old: Option<&Block>, new: &[Entry], today: u16) -> Vec<Entry> {
    let old = old.into_iter().flat_map(|block| entries::decode(&block.entries));
    let (mut old, mut all) = (old.peekable(), Vec::with_capacity(BLOCK_ENTRIES_MAX + new.len()));
    for (bucket, saved) in new {
        while let Some(before) = old.next_if(|(it, _)| it < bucket) {
            all.push(before);
        }
        old.next_if(|(it, _)| it == bucket);
        all.push((*bucket, *saved));
    }
    all.extend(old);
    all.retain(|(_, saved)| saved.day >= today);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::bucket::{BucketId, SavedDay, day};
    use super::super::saved_day;
    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::schema::store_in;
    use crate::store::{Store, params};

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    const LENGTHS: &str = "SELECT length(entries) FROM day_blocks";

    fn store(folder: &tempfile::TempDir) -> Store {
        store_in(folder, &Clock::standing_at(NOW))
    }

    fn bucket(number: u16) -> BucketId {
        let [high, low] = number.to_be_bytes();
        let mut bytes = [0; 16];
        (bytes[0], bytes[15]) = (high, low);
        BucketId::of_bytes(bytes)
    }

    /// What a bucket has spent, today.
    fn entry(number: u16, spent: u32) -> Entry {
        (bucket(number), SavedDay { day: day(NOW), spent })
    }

    fn spent(store: &Store, number: u16) -> u32 {
        store.read(|db| saved_day(db, &bucket(number))).unwrap().spent
    }

    fn merge_all(store: &Store, entries: &[Entry], today: u16) {
        let mut rest = entries.to_vec();
        while !rest.is_empty() {
            let entries = rest.clone();
            let done = store.write_behind(move |tx| merge(tx, &entries, today)).unwrap();
            rest.drain(..done);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_read_is_what_was_written_last(
            turns in prop::collection::vec(
                (0..2_u16, prop::collection::btree_map(0..1_500_u16, 1..u32::MAX, 1..700)),
                1..6,
            ),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder);
            let (mut model, mut today) = (BTreeMap::new(), day(NOW));
            for (days, counts) in turns {
                today += days;
                let entry = |(number, spent)| (bucket(number), SavedDay { day: today, spent });
                let entries: Vec<Entry> = counts.into_iter().map(entry).collect();
                merge_all(&store, &entries, today);
                model.extend(entries);
            }
            for number in 0..1_500 {
                let bucket = bucket(number);
                let read = store.read(|db| saved_day(db, &bucket)).unwrap();
                match model.get(&bucket) {
                    Some(saved) if saved.day == today => prop_assert_eq!(read, *saved),
                    // What is over may be there or not.
                    Some(saved) => prop_assert!(read == *saved || read == SavedDay::default()),
                    None => prop_assert_eq!(read, SavedDay::default()),
                }
            }
            let lengths = store.read(|db| db.all(LENGTHS, &[], |row| row.get::<i64>(0))).unwrap();
            prop_assert!(lengths.iter().all(|bytes| (22..=1_760).contains(bytes)), "{:?}", lengths);
            prop_assert!(lengths.len() <= 1_500 / (BLOCK_ENTRIES_MAX / 2) + 2, "{}", lengths.len());
        }
    }

    #[test]
    fn whoever_lies_in_a_damaged_block_has_spent_its_day_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let (store, today) = (store(&folder), day(NOW));
        let spent = |number| spent(&store, number);
        merge_all(&store, &[10, 20, 30].map(|number| entry(number, 3)), today);
        store.write(|tx| Ok(tx.execute("UPDATE day_blocks SET seal = x''", params![])?)).unwrap();
        merge_all(&store, &[5, 20, 40].map(|number| entry(number, 3)), today);
        assert_eq!([5, 10, 20, 25, 40].map(spent), [u32::MAX; 5]);
        merge_all(&store, &[(bucket(20), SavedDay { day: today + 1, spent: 7 })], today + 1);
        assert_eq!([5, 10, 20, 25, 40].map(spent), [0, 0, 7, 0, 0], "its day is over");
    }

    #[test]
    fn a_block_with_a_column_of_another_type_is_damaged_and_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (store, today) = (store(&folder), day(NOW));
        for damage in ["entries = CAST(x'00' AS TEXT)", "day = 'x'", "first = 'x'", "seal = 7"] {
            let all: Vec<_> = (0..1_000).map(|number| entry(number, 3)).collect();
            merge_all(&store, &all, today);
            let second = "(SELECT first FROM day_blocks ORDER BY first LIMIT 1 OFFSET 1)";
            let sql = format!("UPDATE day_blocks SET {damage} WHERE first = {second}");
            store.write(move |tx| Ok(tx.execute(&sql, params![])?)).unwrap();
            merge_all(&store, &all, today);
            assert_eq!((spent(&store, 0), spent(&store, 999)), (3, 3), "{damage}");
            let delete = "DELETE FROM day_blocks";
            store.write(move |tx| Ok(tx.execute(delete, params![])?)).unwrap();
        }
    }

    #[test]
    fn a_transaction_writes_some_blocks_and_leaves_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let (store, today) = (store(&folder), day(NOW));
        let all: Vec<_> = (0..60_000).map(|number| entry(number, 1)).collect();
        let done = store.write_behind(move |tx| merge(tx, &all, today)).unwrap();
        assert!((4_000..=2 * BLOCKS_MAX * BLOCK_ENTRIES_MAX).contains(&done), "{done}");
    }
}
