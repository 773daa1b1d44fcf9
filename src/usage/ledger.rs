//! Everything that was counted and is not written down yet, and writing it down.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::chunk::{self, CHUNK_ROWS_MAX, Chunk, Row};
use super::slowest::Slowest;
use super::strangers::Strangers;
use super::table;
use super::tally::{LastUse, Tallied};
use crate::clock::Timestamp;
use crate::error::{ErrorKind, Result};
use crate::store::Store;

/// Tallies that may wait for their round, each with its principal: while the database cannot be written, a
/// few hundred megabytes where keys share their rights, and more where each has its own. Beyond it the oldest
/// are lost.
const QUEUED_TALLIES_MAX: usize = 1_000_000;

/// Tallies that are written in each turn, whatever else is to be done: one percent of a core, or two.
const TALLIES_A_TURN_MIN: usize = 250;

/// Where more wait, this part of them is written in a turn, so that a round takes half a minute and each
/// waits for a minute at most. Meanwhile it goes on counting, so the more there is to write, the more one
/// row says.
const TURNS_MAX: usize = 30;

/// Tallies of one turn at most: less than a tenth of a core. Of a million that are in use each waits for some
/// ten minutes: to write all of them each minute would cost several times what answering them does.
const TALLIES_A_TURN_MAX: usize = 1_500;

/// Tallies that somebody who waits for a page has written first: a few milliseconds.
const TALLIES_AT_ONCE_MAX: usize = 100;

/// What was counted and is not written down yet. Counting never waits for the database.
#[derive(Default)]
pub struct Ledger {
    /// Those that have counted something since the round began, in the order in which they began to.
    queue: Mutex<VecDeque<Arc<dyn Tallied>>>,
    strangers: Strangers,
    /// Verdicts that had to wait.
    pub slowest: Slowest,
    /// How many tallies of the round that is under way are still to be written.
    left_of_round: AtomicUsize,
    /// Requests whose counts had no room, and that nobody was told of yet.
    lost: AtomicI64,
    /// Held while something is written.
    writing: Mutex<Writing>,
}

/// How far writing has come.
#[derive(Default)]
struct Writing {
    /// The number of the last chunk that was written; read from the database at first.
    last_number: Option<i64>,
    /// The tallies of this round, in the order of their keys: neighbours share a page of the database,
    /// which is then written once for all of them.
    round: VecDeque<Arc<dyn Tallied>>,
    /// Those of them whose turn has come.
    taken: VecDeque<Arc<dyn Tallied>>,
    /// What was taken from them and is in no chunk yet.
    rows: VecDeque<Row>,
    /// A chunk whose commit has failed, or is going on.
    pending: Option<Arc<Chunk>>,
}

impl Ledger {
    /// Counts a request of a known key that passed by `scopes`.
    pub fn allowed<'s>(
        &self,
        key: &Arc<impl Tallied + 'static>,
        scopes: impl Iterator<Item = &'s Arc<str>>,
        at: Timestamp,
        address: Option<IpAddr>,
    ) {
        if key.tally().allow(scopes, LastUse { at, from: address }) {
            self.push(Arc::clone(key) as Arc<dyn Tallied>);
        }
    }

    /// Counts a request of a known key that was refused.
    pub fn refused(&self, key: &Arc<impl Tallied + 'static>, code: &'static str, at: Timestamp) {
        if key.tally().refuse(code, at) {
            self.push(Arc::clone(key) as Arc<dyn Tallied>);
        }
    }

    /// Counts a request that was refused before a key was known. The product is one that is
    /// declared, or `None`.
    pub fn stranger(
        &self,
        product: Option<&str>,
        code: &'static str,
        at: Timestamp,
        address: Option<IpAddr>,
    ) {
        self.strangers.count(product.unwrap_or_default(), code, at, address);
    }

    /// Writes what a turn's share of the work is. Turns go round the keys in their order.
    ///
    /// # Errors
    /// As the store's: what was not written is kept, and written by a later call.
    pub fn write_share(&self, store: &Store) -> Result<()> {
        let mut writing = self.writing();
        let share = self.waiting() / TURNS_MAX;
        let tallies = share.clamp(TALLIES_A_TURN_MIN, TALLIES_A_TURN_MAX);
        self.write_chunks(store, &mut writing, tallies)
    }

    /// Writes everything that was counted before the call.
    ///
    /// # Errors
    /// As [`Ledger::write_share`].
    pub fn write_all(&self, store: &Store) -> Result<()> {
        let mut writing = self.writing();
        let tallies = self.waiting();
        self.write_chunks(store, &mut writing, tallies)
    }

    /// Writes everything that was counted before the call, where that is little. Where many keys are in
    /// use it takes turns to write them all, and none of those is waited for.
    ///
    /// # Errors
    /// As [`Ledger::write_share`].
    pub fn write_few(&self, store: &Store) -> Result<()> {
        let few = || Some(self.waiting()).filter(|tallies| *tallies <= TALLIES_AT_ONCE_MAX);
        // Before the lock too: a turn that writes many holds it for long.
        if few().is_none() {
            return Ok(());
        }
        let mut writing = self.writing();
        few().map_or(Ok(()), |tallies| self.write_chunks(store, &mut writing, tallies))
    }

    fn waiting(&self) -> usize {
        self.left_of_round.load(Ordering::Relaxed) + self.queue().len()
    }

    /// How many requests were not counted, because the database could not be written for long; each
    /// is told once.
    pub fn take_lost(&self) -> i64 {
        self.lost.swap(0, Ordering::Relaxed)
    }

    fn write_chunks(&self, store: &Store, writing: &mut Writing, mut tallies: usize) -> Result<()> {
        let mut last_number = match writing.last_number {
            Some(number) => number,
            None => store.read(table::last_chunk)?,
        };
        self.take_strangers(writing);
        // Nothing more is taken while a chunk cannot be written.
        loop {
            writing.last_number = Some(last_number);
            let pending = writing.pending.take();
            if pending.is_none() {
                self.take(writing, std::mem::take(&mut tallies));
            }
            let next = pending.or_else(|| self.next_chunk(writing, last_number + 1));
            let Some(chunk) = next else { return Ok(()) };
            writing.pending = Some(Arc::clone(&chunk));
            self.write_chunk(store, &chunk)?;
            writing.pending = None;
            last_number = chunk.number;
        }
    }

    /// Writes a chunk. One that the database will never take is given up, so that those after it
    /// are not kept waiting for good.
    fn write_chunk(&self, store: &Store, chunk: &Arc<Chunk>) -> Result<()> {
        let written = Arc::clone(chunk);
        match store.write_behind(move |tx| table::add(tx, &written)) {
            Err(error) if error.kind() != ErrorKind::Unavailable => {
                tracing::error!(%error, "counts could not be written, and are given up");
                self.lost.fetch_add(chunk.requests(), Ordering::Relaxed);
                Ok(())
            }
            written => written,
        }
    }

    /// Takes the next `tallies` of the round, and where it is at its end of the next one.
    fn take(&self, writing: &mut Writing, tallies: usize) {
        let mut left = tallies;
        while left > 0 {
            if writing.round.is_empty() {
                writing.round = self.begin_round();
            }
            let count = left.min(writing.round.len());
            if count == 0 {
                break;
            }
            writing.taken.extend(writing.round.drain(..count));
            left -= count;
        }
        self.left_of_round.store(writing.round.len() + writing.taken.len(), Ordering::Relaxed);
    }

    fn begin_round(&self) -> VecDeque<Arc<dyn Tallied>> {
        let mut round = std::mem::take(&mut *self.queue());
        round
            .make_contiguous()
            .sort_unstable_by(|one, other| one.tally().account.cmp(&other.tally().account));
        round
    }

    /// The next chunk of what was taken.
    fn next_chunk(&self, writing: &mut Writing, number: i64) -> Option<Arc<Chunk>> {
        while writing.rows.len() < CHUNK_ROWS_MAX {
            let Some(counted) = writing.taken.pop_front() else { break };
            let Some(draft) = counted.tally().take() else { continue };
            self.lost.fetch_add(draft.lost.into(), Ordering::Relaxed);
            chunk::rows(counted.tally(), &draft, &mut writing.rows);
        }
        let count = writing.rows.len().min(CHUNK_ROWS_MAX);
        let rows: Vec<Row> = writing.rows.drain(..count).collect();
        (!rows.is_empty()).then(|| Arc::new(Chunk { number, rows }))
    }

    fn take_strangers(&self, writing: &mut Writing) {
        // While a chunk cannot be written they stay where they are bounded.
        if writing.pending.is_none() {
            let (rows, lost) = self.strangers.take();
            writing.rows.extend(rows);
            self.lost.fetch_add(lost, Ordering::Relaxed);
        }
    }

    fn push(&self, counted: Arc<dyn Tallied>) {
        let mut queue = self.queue();
        queue.push_back(counted);
        let oldest = if queue.len() > QUEUED_TALLIES_MAX { queue.pop_front() } else { None };
        drop(queue);
        if let Some(draft) = oldest.and_then(|oldest| oldest.tally().take()) {
            self.lost.fetch_add(draft.requests(), Ordering::Relaxed);
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Arc<dyn Tallied>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::id::KeyId;
    use crate::schema::store_in;
    use crate::secret::SecretDigest;
    use crate::usage::{ALLOWED, Account, Tally};

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    /// A ledger over a database that has one key.
    struct World {
        _folder: tempfile::TempDir,
        store: Store,
        ledger: Ledger,
        tally: Arc<Tally>,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = store_in(&folder, &Clock::standing_at(NOW));
            let key = KeyId::new(NOW);
            store
                .write(move |tx| {
                    tx.execute("INSERT INTO workspaces VALUES ('acme', 'Acme', 'pro', 0, x'')", &[])?;
                    let insert = "
                        INSERT INTO keys (id, workspace, product, type, name, scopes, restrictions,
                                          allow_ip, created_at, created_by, seal)
                        VALUES (?1, 'acme', 'whale', 'live', 'CI', '[]', '{}', '[]', 0, 'cli', x'')";
                    Ok(tx.execute(insert, &[key.into()])?)
                })
                .unwrap();
            let tally = Arc::new(Tally::new(key, SecretDigest::of(b"secret")));
            Self { _folder: folder, store, ledger: Ledger::default(), tally }
        }

        fn pass(&self) {
            self.ledger.allowed(&self.tally, std::iter::empty(), NOW, None);
        }

        fn chunk(&self, number: i64) -> Chunk {
            let (account, minute) = (self.tally.account.clone(), NOW);
            let row = Row::Minute { account, minute, outcome: ALLOWED, requests: 1 };
            Chunk { number, rows: vec![row] }
        }

        fn counted(&self) -> i64 {
            let select = "SELECT CAST(coalesce(sum(requests), 0) AS BIGINT) FROM usage_counts";
            self.store.read(|db| db.first(select, &[], |row| row.get(0))).unwrap().unwrap()
        }
    }

    #[test]
    fn a_chunk_that_was_kept_is_not_added_again() {
        let world = World::new();
        for (number, sum) in [(1, 1), (1, 1), (2, 2), (1, 2), (2, 2), (3, 3)] {
            let chunk = world.chunk(number);
            world.store.write_behind(move |tx| table::add(tx, &chunk)).unwrap();
            assert_eq!(world.counted(), sum, "after chunk {number}");
        }
        world.pass();
        world.ledger.write_all(&world.store).unwrap();
        assert_eq!(world.counted(), 4, "a new process goes on where the last one was");
    }

    #[test]
    fn a_chunk_that_is_never_taken_keeps_no_other_waiting() {
        let world = World::new();
        let rename = |from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            world.store.write(move |tx| Ok(tx.execute(&sql, &[])?)).unwrap();
        };
        rename("usage_counts", "elsewhere");
        world.pass();
        world.ledger.write_all(&world.store).unwrap();
        assert_eq!(world.ledger.take_lost(), 1);
        rename("elsewhere", "usage_counts");
        world.pass();
        world.ledger.write_all(&world.store).unwrap();
        assert_eq!((world.counted(), world.ledger.take_lost()), (1, 0));
    }

    #[test]
    fn a_turn_writes_its_share() {
        let world = World::new();
        let tally = |number: usize| {
            let secret = SecretDigest::of(number.to_string().as_bytes());
            Arc::new(Tally::new(world.tally.account.clone(), secret))
        };
        for number in 0..TALLIES_A_TURN_MIN + 10 {
            world.ledger.refused(&tally(number), "revoked_key", NOW);
        }
        world.pass();
        let share = i64::try_from(TALLIES_A_TURN_MIN).unwrap();
        world.ledger.write_share(&world.store).unwrap();
        assert_eq!(world.counted(), share);
        assert_eq!(world.ledger.waiting(), 11);
        world.ledger.write_share(&world.store).unwrap();
        assert_eq!(world.counted(), share + 11);
    }

    #[test]
    fn a_page_waits_for_a_few_and_not_for_many() {
        let world = World::new();
        let tallies = i64::try_from(TALLIES_AT_ONCE_MAX).unwrap();
        let secrets = (0..tallies).map(|number| SecretDigest::of(&number.to_be_bytes()));
        let Account::Key(key) = world.tally.account else { panic!("it is a key's") };
        let others: Vec<_> = secrets.map(|secret| Arc::new(Tally::new(key, secret))).collect();
        let pass = |tally| world.ledger.allowed(tally, std::iter::empty(), NOW, None);
        others.iter().for_each(pass);
        world.ledger.write_few(&world.store).unwrap();
        assert_eq!(world.counted(), tallies);
        others.iter().for_each(pass);
        world.pass();
        world.ledger.write_few(&world.store).unwrap();
        assert_eq!(world.counted(), tallies, "the others wait for their turn");
    }

    #[test]
    fn a_round_goes_by_the_order_of_keys_and_then_comes_the_next() {
        let ledger = Ledger::default();
        let mut keys: Vec<KeyId> = (0..6).map(|_| KeyId::new(NOW)).collect();
        let began = |key: &KeyId| {
            let tally = Arc::new(Tally::new(*key, SecretDigest::of(b"secret")));
            ledger.refused(&tally, "revoked_key", NOW);
        };
        let mut writing = Writing::default();
        keys[..4].iter().for_each(began);
        ledger.take(&mut writing, 2);
        keys[4..].iter().for_each(began);
        ledger.take(&mut writing, 10);
        keys[..4].sort_unstable();
        keys[4..].sort_unstable();
        let taken: Vec<_> = writing.taken.iter().map(|it| it.tally().account.clone()).collect();
        assert_eq!(taken, keys.into_iter().map(Account::Key).collect::<Vec<_>>());
    }
}
