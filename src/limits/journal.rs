//! Writing day counts down, so that a day survives a restart.
//!
//! A turn appends what has changed to a journal, one row for thousands of buckets: to write each where it
//! belongs would be a page of the database for each, every second. Only when the journal has grown long,
//! or before a bucket is given back, is it folded into the blocks by which buckets are read. Both hold
//! whole counts and not increments, so to fold twice does no harm, and a crash in the middle neither.

use std::sync::Arc;

use super::bucket::{SavedDay, day};
use super::entries::{self, Entry};
use super::table::JournalRow;
use super::{Limiter, blocks, table};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Store;

/// Blocks of days that are over, deleted in one transaction: few enough that a change of somebody's waits
/// some milliseconds for it.
const DELETED_MAX: usize = 500;

/// Entries of one row of the journal: 880 KiB.
const ROW_ENTRIES_MAX: usize = 40_000;

/// Entries after which the journal is folded: 4.4 MB of it, and less than 10 MB of memory meanwhile.
const ENTRIES_MAX: usize = 200_000;

/// Brings the day counts of a limiter to the database. There is one for each limiter.
pub struct Journal {
    limiter: Arc<Limiter>,
    store: Arc<Store>,
    /// What was appended since the journal was last folded.
    entries: usize,
}

impl Journal {
    /// One for a store whose journal [was folded](fold).
    #[must_use]
    pub fn new(limiter: Arc<Limiter>, store: Arc<Store>) -> Self {
        Self { limiter, store, entries: 0 }
    }

    /// Writes down what was counted since the last time.
    ///
    /// # Errors
    /// As the store's; what was not written is written the next time.
    pub fn save(&mut self, now: Timestamp) -> Result<()> {
        self.append()?;
        if self.entries >= ENTRIES_MAX { self.fold(now) } else { Ok(()) }
    }

    fn append(&mut self) -> Result<()> {
        let unsaved: Vec<_> = self.limiter.take_unsaved().flatten().collect();
        let mut rows = unsaved.chunks(ROW_ENTRIES_MAX);
        while let Some(row) = rows.next() {
            let entries = entries::encode(row);
            if let Err(error) = self.store.write_behind(move |tx| table::append(tx, &entries)) {
                let left = row.iter().chain(rows.flatten());
                self.limiter.unsave(left.map(|(bucket, _)| bucket));
                return Err(error);
            }
            self.entries += row.len();
        }
        Ok(())
    }

    /// The last time: writes down what is left, so that the next start finds no journal.
    ///
    /// # Errors
    /// As the store's; the next start folds what was written.
    pub fn close(&mut self, now: Timestamp) -> Result<()> {
        self.save(now)?;
        self.fold(now)
    }

    /// Gives back what is idle, and deletes counts of days that are over.
    ///
    /// # Errors
    /// As the store's; the next sweep tries again.
    pub fn sweep(&mut self, now: Timestamp) -> Result<()> {
        // What is given back is known by its block alone.
        self.fold(now)?;
        self.limiter.give_back(now);
        while self.store.write_behind(move |tx| table::delete_old(tx, now, DELETED_MAX))?
            == DELETED_MAX
        {}
        Ok(())
    }

    fn fold(&mut self, now: Timestamp) -> Result<()> {
        if self.entries > 0 {
            fold(&self.store, now)?;
            self.entries = 0;
        }
        Ok(())
    }
}

/// Brings the blocks up to date with the journal. To be called before any bucket is read: the last run may
/// have left a journal behind. What stands in a row of it that does not bear its own checksum counts as
/// spent, whatever it says.
///
/// # Errors
/// As the store's.
pub fn fold(store: &Store, now: Timestamp) -> Result<()> {
    let (mut entries, mut buckets, mut last, today) = (Vec::new(), 0, None, day(now));
    store.read(|db| {
        table::journal(db, |row| {
            last = Some(row.number);
            entries.extend(entries_of(&row, today));
            // Many words on few buckets take no more room than few.
            if entries.len() > 2 * buckets + ROW_ENTRIES_MAX {
                keep_latest(&mut entries);
                buckets = entries.len();
            }
        })
    })?;
    let Some(last) = last else { return Ok(()) };
    keep_latest(&mut entries);
    let entries = Arc::new(entries);
    let mut done = 0;
    while done < entries.len() {
        let entries = Arc::clone(&entries);
        done += store.write_behind(move |tx| blocks::merge(tx, &entries[done..], today))?;
    }
    store.write_behind(move |tx| table::cut(tx, last))
}

/// Brings what rows have said, the oldest first, into the order of their buckets, and keeps the last word on
/// each.
fn keep_latest(entries: &mut Vec<Entry>) {
    // In a stable order, so that the words on one bucket stand as they came.
    entries.sort_by_key(|(bucket, _)| *bucket);
    entries.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
}

/// What a row of the journal says. What cannot be believed is spent today, and not for longer.
fn entries_of(row: &JournalRow, today: u16) -> impl Iterator<Item = Entry> {
    if !row.is_sealed {
        tracing::error!(row = row.number, "a row of the journal of day counts is damaged");
    }
    let all = SavedDay { day: today, spent: u32::MAX };
    let believed = move |saved| if row.is_sealed { saved } else { all };
    entries::decode(&row.entries).map(move |(bucket, saved)| (bucket, believed(saved)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::id::KeyId;
    use crate::limits::{Allowance, Ask, BucketId, Outcome, Place, saved_day};
    use crate::schema::store_in;
    use crate::store::params;

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    struct World {
        _folder: tempfile::TempDir,
        store: Arc<Store>,
        limiter: Arc<Limiter>,
        journal: Journal,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Arc::new(store_in(&folder, &Clock::standing_at(NOW)));
            let limiter = Arc::new(Limiter::new(Arc::default()));
            let journal = Journal::new(Arc::clone(&limiter), Arc::clone(&store));
            Self { _folder: folder, store, limiter, journal }
        }

        fn draw(&self, bucket: BucketId, cost: u32) {
            self.limiter.admit(&bucket, SavedDay::default(), self.limiter.generation());
            let (allowance, place) = (Allowance::default(), &Place::unknown());
            let ask = Ask { bucket, place, allowance, cost, repeat: None };
            assert_eq!(self.limiter.draw(&ask, NOW).unwrap().outcome, Outcome::Within);
        }

        fn spent(&self, bucket: &BucketId) -> u32 {
            self.store.read(|db| saved_day(db, bucket)).unwrap().spent
        }
    }

    #[test]
    fn the_last_word_on_each_bucket_is_folded_and_the_journal_is_empty() {
        let mut world = World::new();
        let buckets = [1, 2, 3].map(|_| BucketId::of_key(KeyId::new(NOW)));
        for cost in 1..=3 {
            world.draw(buckets[0], cost);
            world.journal.save(NOW).unwrap();
        }
        world.draw(buckets[1], 7);
        world.journal.save(NOW).unwrap();
        assert_eq!(world.spent(&buckets[0]), 0, "it is in the journal alone");
        for _ in 0..2 {
            fold(&world.store, NOW).unwrap();
            assert_eq!(buckets.map(|bucket| world.spent(&bucket)), [6, 7, 0]);
        }
        let mut rows = 0;
        world.store.read(|db| table::journal(db, |_| rows += 1)).unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn of_several_words_on_a_bucket_the_last_is_kept() {
        let of = |number: u128, spent| {
            (BucketId::of_bytes(number.to_be_bytes()), SavedDay { day: 1, spent })
        };
        let mut said = vec![of(2, 9), of(1, 1), of(2, 5), of(3, 1), of(1, 7), of(2, 6)];
        keep_latest(&mut said);
        assert_eq!(said, [of(1, 7), of(2, 6), of(3, 1)]);
    }

    #[test]
    fn what_is_given_back_was_folded_before() {
        let mut world = World::new();
        let bucket = BucketId::of_key(KeyId::new(NOW));
        world.draw(bucket, 5);
        world.journal.save(NOW).unwrap();
        world.journal.sweep(NOW.plus(crate::clock::Span::seconds(600))).unwrap();
        assert_eq!(world.limiter.used(&bucket, NOW), None);
        assert_eq!(world.spent(&bucket), 5);
    }

    #[test]
    fn what_a_damaged_row_names_is_spent_unless_a_later_row_says_more() {
        let mut world = World::new();
        let buckets = [1, 2].map(|_| BucketId::of_key(KeyId::new(NOW)));
        for bucket in buckets {
            world.draw(bucket, 1);
        }
        world.journal.save(NOW).unwrap();
        let damage = "UPDATE day_journal SET seal = x''";
        world.store.write(move |tx| Ok(tx.execute(damage, params![])?)).unwrap();
        world.draw(buckets[1], 1);
        world.journal.save(NOW).unwrap();
        fold(&world.store, NOW).unwrap();
        assert_eq!(buckets.map(|bucket| world.spent(&bucket)), [u32::MAX, 2]);
        world.journal.sweep(NOW.plus(crate::clock::Span::days(1))).unwrap();
        assert_eq!(buckets.map(|bucket| world.spent(&bucket)), [0, 0], "the day is over");
    }
}
