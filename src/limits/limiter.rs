//! The limiter: every bucket that is in use, in shards.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Cache, Guard};

use super::bucket::{Bucket, BucketId, SavedDay};
use super::repeats::{First, Repeat, Repeats};
use super::shard::{Place, Shard};
use super::{Allowance, Outcome, Plans, Standing, Used};
use crate::clock::Timestamp;

/// More than this machine class has threads, so that they seldom meet. A request holds a lock for some tens
/// of nanoseconds, and a sweep for as long as it takes to look through one shard. Not many more either, so
/// that all of them stay near the processor.
const SHARDS: usize = 128;

/// Counts what passes, and says what may.
pub struct Limiter {
    plans: Arc<ArcSwap<Plans>>,
    shards: Box<[Mutex<Shard>]>,
    repeats: Repeats,
    /// Rises when buckets are given back: what was read of a day before may be old by now.
    generation: AtomicU64,
}

/// One request, as a bucket sees it.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Whose use it is.
    pub bucket: BucketId,
    /// Where that was last found.
    pub place: &'a Place,
    /// What they may use.
    pub allowance: Allowance,
    /// How many requests it counts for.
    pub cost: u32,
    /// What tells that it was asked about before, where the proxy asks twice.
    pub repeat: Option<Repeat<'a>>,
}

/// What the limiter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Whether there is room.
    pub outcome: Outcome,
    /// How the windows stand afterwards.
    pub standing: Standing,
    /// Whether this is the answer to an earlier question about the same request.
    pub is_repeat: bool,
}

impl Limiter {
    /// One that knows no bucket yet, with `plans` in force.
    #[must_use]
    pub fn new(plans: Arc<Plans>) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        let (plans, repeats) = (Arc::new(ArcSwap::new(plans)), Repeats::new());
        Self { plans, shards, repeats, generation: AtomicU64::new(0) }
    }

    /// The plans in force.
    #[must_use]
    pub fn plans(&self) -> Guard<Arc<Plans>> {
        self.plans.load()
    }

    /// The plans in force, for one thread that asks for them again and again: to look whether they still
    /// are costs one read.
    #[must_use]
    pub fn watch_plans(&self) -> Cache<Arc<ArcSwap<Plans>>, Arc<Plans>> {
        Cache::new(Arc::clone(&self.plans))
    }

    /// Puts other plans in force, from the next request on; what was counted stays.
    pub fn replace_plans(&self, plans: Arc<Plans>) {
        self.plans.store(plans);
    }

    /// Judges one request, and counts it if there is room. `None` where the bucket is not known: its
    /// day must be read first, and [admitted](Self::admit).
    ///
    /// Cost: one lock, and one probe where the bucket has moved.
    #[must_use]
    pub fn draw(&self, ask: &Ask<'_>, now: Timestamp) -> Option<Drawn> {
        let Some(repeat) = &ask.repeat else { return self.draw_anew(ask, now) };
        match self.repeats.first_or(repeat, now, || self.draw_anew(ask, now))? {
            First::Now(drawn) => Some(drawn),
            First::Before(outcome) => {
                let standing = self.look(ask, now)?.standing;
                Some(Drawn { outcome, standing, is_repeat: true })
            }
        }
    }

    fn draw_anew(&self, ask: &Ask<'_>, now: Timestamp) -> Option<Drawn> {
        let mut shard = self.shard(&ask.bucket);
        let mut found = shard.find_at(&ask.bucket, ask.place)?;
        let outcome = found.bucket.draw(&ask.allowance, ask.cost, now);
        let standing = found.bucket.standing(&ask.allowance, now);
        if outcome == Outcome::Within {
            found.mark_unsaved();
        }
        Some(Drawn { outcome, standing, is_repeat: false })
    }

    /// What [`Limiter::draw`] would answer, and nothing is counted.
    #[must_use]
    pub fn look(&self, ask: &Ask<'_>, now: Timestamp) -> Option<Drawn> {
        let mut shard = self.shard(&ask.bucket);
        let bucket = shard.find_at(&ask.bucket, ask.place)?.bucket;
        let outcome = bucket.look(&ask.allowance, ask.cost, now);
        let standing = bucket.standing(&ask.allowance, now);
        Some(Drawn { outcome, standing, is_repeat: false })
    }

    /// What a bucket has used by `now`; `None` where it is not known.
    #[must_use]
    pub(super) fn used(&self, bucket: &BucketId, now: Timestamp) -> Option<Used> {
        self.shard(bucket).find(bucket).map(|bucket| bucket.used(now))
    }

    /// What the buckets that are in use have spent of their day.
    pub(super) fn spent_today(&self, now: Timestamp) -> impl Iterator<Item = (BucketId, u32)> {
        self.shards.iter().flat_map(move |shard| lock(shard).spent_today(now))
    }

    /// To be asked for before a bucket's day is read from the database.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Makes a bucket known by what the database has of its day, as a look-up read it that began at
    /// generation `began`. One that is known already knows better; and where buckets were given back
    /// since, what was read may be old, and nothing is done.
    pub fn admit(&self, bucket: &BucketId, saved: SavedDay, began: u64) {
        let mut shard = self.shard(bucket);
        // Under the shard's lock, as whoever gives back raises the generation.
        if self.generation() == began && shard.find(bucket).is_none() {
            shard.insert(Bucket::new(*bucket, saved));
        }
    }

    /// What the database lacks of each shard's buckets in turn; from then on it counts as saved, and
    /// what could not be saved after all is [given again](Self::unsave).
    pub(super) fn take_unsaved(&self) -> impl Iterator<Item = Vec<(BucketId, SavedDay)>> {
        self.shards.iter().map(|shard| lock(shard).take_unsaved())
    }

    pub(super) fn unsave<'b>(&self, buckets: impl Iterator<Item = &'b BucketId>) {
        for bucket in buckets {
            self.shard(bucket).mark_unsaved(bucket);
        }
    }

    /// Gives back the memory of buckets that have used nothing for ten minutes and are saved; answers
    /// how many those were. Nothing may be on its way to the database meanwhile.
    pub(super) fn give_back(&self, now: Timestamp) -> usize {
        let give_back = |shard| {
            let mut shard = lock(shard);
            let given_back = shard.give_back(now);
            if given_back > 0 {
                self.generation.fetch_add(1, Ordering::SeqCst);
            }
            given_back
        };
        self.shards.iter().map(give_back).sum()
    }

    fn shard(&self, bucket: &BucketId) -> MutexGuard<'_, Shard> {
        // Not the bits that place a bucket within its shard.
        let [_, _, _, byte, ..] = bucket.hash().to_le_bytes();
        lock(&self.shards[usize::from(byte) % SHARDS])
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::clock::Span;
    use crate::id::KeyId;

    const NOW: Timestamp = Timestamp::from_millis(1_772_366_400_000);

    fn limiter() -> Limiter {
        Limiter::new(Arc::default())
    }

    fn ask(bucket: BucketId, per_minute: u32) -> Ask<'static> {
        static PLACE: Place = Place::unknown();
        let allowance = Allowance { per_minute: Some(per_minute), per_day: Some(per_minute) };
        Ask { bucket, place: &PLACE, allowance, cost: 1, repeat: None }
    }

    fn known(limiter: &Limiter) -> BucketId {
        let bucket = BucketId::of_key(KeyId::new(NOW));
        limiter.admit(&bucket, SavedDay::default(), limiter.generation());
        bucket
    }

    #[test]
    fn of_many_threads_exactly_as_many_pass_as_there_is_room() {
        let limiter = limiter();
        let ask = ask(known(&limiter), 10_000);
        let draw = || {
            (0..4_000).filter(|_| {
                limiter.draw(&ask, NOW).is_some_and(|drawn| drawn.outcome == Outcome::Within)
            })
        };
        let passed: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| draw().count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(passed, 10_000, "of 32,000 that asked");
    }

    #[test]
    fn an_unknown_bucket_is_not_judged_and_what_was_read_too_early_is_not_believed() {
        let (limiter, bucket) = (limiter(), BucketId::of_key(KeyId::new(NOW)));
        assert_eq!(limiter.draw(&ask(bucket, 5), NOW), None);
        let began = limiter.generation();
        known(&limiter);
        assert_eq!(limiter.give_back(NOW), 1);
        limiter.admit(&bucket, SavedDay::default(), began);
        assert_eq!(limiter.draw(&ask(bucket, 5), NOW), None);
    }

    #[test]
    fn idle_buckets_are_given_back_once_they_are_saved() {
        let limiter = limiter();
        let bucket = known(&limiter);
        assert!(limiter.draw(&ask(bucket, 5), NOW).is_some());
        assert_eq!(limiter.give_back(NOW), 0, "the database lacks its day");
        let saved: Vec<_> = limiter.take_unsaved().flatten().collect();
        assert_eq!(
            saved.iter().map(|(id, day)| (*id, day.spent)).collect::<Vec<_>>(),
            [(bucket, 1)]
        );
        assert_eq!(limiter.give_back(NOW.plus(Span::seconds(599))), 0, "it may come back soon");
        let later = NOW.plus(Span::seconds(600));
        assert_eq!(limiter.give_back(later), 1);
        assert_eq!(limiter.draw(&ask(bucket, 5), later), None);
    }

    #[test]
    fn a_bucket_is_found_again_after_it_has_moved() {
        let limiter = limiter();
        let (idle, used) = (known(&limiter), known(&limiter));
        let place = Place::unknown();
        let ask = Ask { place: &place, ..ask(used, 5) };
        let left = |at| limiter.draw(&ask, at)?.standing.day.map(|day| day.remaining);
        assert_eq!(left(NOW), Some(4));
        assert_eq!(limiter.take_unsaved().flatten().count(), 1);
        assert_eq!(limiter.give_back(NOW), 1, "the idle one");
        assert_eq!(left(NOW), Some(3));
        assert!(limiter.used(&idle, NOW).is_none());
        assert_eq!(limiter.take_unsaved().flatten().count(), 1);
        let later = NOW.plus(Span::seconds(600));
        assert_eq!(limiter.give_back(later), 1);
        let others: Vec<_> = (0..1_000).map(|_| known(&limiter)).collect();
        assert_eq!(left(later), None, "whoever lies there now is somebody else");
        assert_eq!(others.len(), 1_000);
    }

    #[test]
    fn what_could_not_be_saved_is_given_again() {
        let limiter = limiter();
        let bucket = known(&limiter);
        assert!(limiter.draw(&ask(bucket, 5), NOW).is_some());
        let taken: Vec<_> = limiter.take_unsaved().flatten().collect();
        assert_eq!(limiter.take_unsaved().flatten().count(), 0);
        limiter.unsave(taken.iter().map(|(id, _)| id));
        assert_eq!(limiter.take_unsaved().flatten().collect::<Vec<_>>(), taken);
    }

    #[test]
    fn to_look_counts_nothing() {
        let limiter = limiter();
        let ask = ask(known(&limiter), 1);
        for _ in 0..3 {
            assert_eq!(limiter.look(&ask, NOW).map(|it| it.outcome), Some(Outcome::Within));
        }
        assert_eq!(limiter.take_unsaved().flatten().count(), 0);
    }
}
