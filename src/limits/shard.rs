//! One part of the buckets, under one lock.
//!
//! Buckets lie side by side, found by an index of their places. A map that held them would be twice
//! their size while it grows, and it always grows; the index is all that doubles here.

use hashbrown::HashTable;

use super::bucket::{Bucket, BucketId, SavedDay};
use crate::clock::Timestamp;

/// A fraction of the buckets, by which room for more is made.
const GROWTH: usize = 8;

#[derive(Default)]
pub(super) struct Shard {
    buckets: Vec<Bucket>,
    /// Where each bucket lies.
    places: HashTable<u32>,
    /// Buckets of which the database lacks something, each once.
    unsaved: Vec<BucketId>,
}

impl Shard {
    pub(super) fn find(&mut self, id: &BucketId) -> Option<&mut Bucket> {
        let buckets = &mut self.buckets;
        let place = *self.places.find(id.hash(), |place| buckets[*place as usize].id == *id)?;
        buckets.get_mut(place as usize)
    }

    /// Adds a bucket that is not there.
    pub(super) fn insert(&mut self, bucket: Bucket) {
        let place = u32::try_from(self.buckets.len()).expect("no memory holds so many");
        if self.buckets.len() == self.buckets.capacity() {
            self.buckets.reserve_exact(self.buckets.len() / GROWTH + GROWTH);
        }
        let hash = bucket.id.hash();
        self.buckets.push(bucket);
        let buckets = &self.buckets;
        self.places.insert_unique(hash, place, |place| buckets[*place as usize].id.hash());
    }

    /// Remembers that the database lacks something of a bucket.
    pub(super) fn mark_unsaved(&mut self, id: &BucketId) {
        if let Some(bucket) = self.find(id).filter(|bucket| !bucket.is_unsaved) {
            bucket.is_unsaved = true;
            self.unsaved.push(*id);
        }
    }

    /// What the database lacks; from now on it counts as saved.
    pub(super) fn take_unsaved(&mut self) -> Vec<(BucketId, SavedDay)> {
        let ids = std::mem::take(&mut self.unsaved);
        let taken = ids.into_iter().filter_map(|id| {
            let bucket = self.find(&id)?;
            bucket.is_unsaved = false;
            Some((id, bucket.to_save()))
        });
        taken.collect()
    }

    /// Gives back the buckets that are idle; answers how many those were.
    pub(super) fn give_back(&mut self, now: Timestamp) -> usize {
        let before = self.buckets.len();
        self.buckets.retain_mut(|bucket| !bucket.is_idle(now));
        let given_back = before - self.buckets.len();
        if given_back > 0 {
            self.buckets.shrink_to(self.buckets.len() + self.buckets.len() / GROWTH);
            self.index();
        }
        given_back
    }

    fn index(&mut self) {
        let buckets = &self.buckets;
        let hash = |place: &u32| buckets[*place as usize].id.hash();
        let mut places = HashTable::with_capacity(buckets.len());
        for (place, bucket) in (0_u32..).zip(buckets) {
            places.insert_unique(bucket.id.hash(), place, hash);
        }
        self.places = places;
    }
}
