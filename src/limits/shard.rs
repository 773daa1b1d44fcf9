//! One part of the buckets, under one lock.
//!
//! Buckets lie side by side in pieces of one size, found by an index of their places. A map that held
//! them would be twice their size while it grows, and it always grows; the index is all that doubles
//! here, and nothing is moved.

use std::sync::atomic::{AtomicU32, Ordering};

use hashbrown::HashTable;

use super::bucket::{Bucket, BucketId, SavedDay};
use crate::clock::Timestamp;

/// Buckets of one piece: 10 KiB.
const PIECE_BUCKETS: usize = 256;

/// Where a bucket lay when it was last found. Whoever holds one has its bucket without a search; one that
/// has moved since, or was given back, is searched for again.
#[derive(Debug)]
pub struct Place(AtomicU32);

impl Place {
    /// Nowhere yet.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }
}

#[derive(Default)]
pub(super) struct Shard {
    buckets: Pieces,
    /// Where each bucket lies.
    places: HashTable<u32>,
    /// The places of buckets of which the database lacks something, each once.
    unsaved: Vec<u32>,
}

impl Shard {
    pub(super) fn find(&mut self, id: &BucketId) -> Option<&mut Bucket> {
        let place = self.search(id)?;
        Some(self.buckets.at_mut(place))
    }

    fn search(&self, id: &BucketId) -> Option<u32> {
        self.places.find(id.hash(), |place| self.buckets.at(*place).id == *id).copied()
    }

    /// The same, looked for first where it was last found; with what marks it as unsaved.
    pub(super) fn find_at(&mut self, id: &BucketId, known: &Place) -> Option<Found<'_>> {
        let mut place = known.0.load(Ordering::Relaxed);
        if self.buckets.get(place).is_none_or(|bucket| bucket.id != *id) {
            place = self.search(id)?;
            known.0.store(place, Ordering::Relaxed);
        }
        let Self { buckets, unsaved, .. } = self;
        Some(Found { bucket: buckets.at_mut(place), place, unsaved })
    }

    /// Adds a bucket that is not there.
    pub(super) fn insert(&mut self, bucket: Bucket) {
        let (hash, is_unsaved) = (bucket.id.hash(), bucket.is_unsaved);
        let place = self.buckets.push(bucket);
        self.unsaved.extend(is_unsaved.then_some(place));
        let buckets = &self.buckets;
        self.places.insert_unique(hash, place, |place| buckets.at(*place).id.hash());
    }

    /// Remembers that the database lacks something of a bucket.
    pub(super) fn mark_unsaved(&mut self, id: &BucketId) {
        if let Some(mut found) = self.find_at(id, &Place::unknown()) {
            found.mark_unsaved();
        }
    }

    /// What the database lacks; from now on it counts as saved.
    pub(super) fn take_unsaved(&mut self) -> Vec<(BucketId, SavedDay)> {
        let places = std::mem::take(&mut self.unsaved).into_iter();
        let taken = places.map(|place| {
            let bucket = self.buckets.at_mut(place);
            bucket.is_unsaved = false;
            (bucket.id, bucket.to_save())
        });
        taken.collect()
    }

    /// What was spent of its day in each bucket that has spent any.
    pub(super) fn spent_today(&mut self, now: Timestamp) -> Vec<(BucketId, u32)> {
        let buckets = self.buckets.0.iter_mut().flatten();
        buckets.map(|it| (it.id, it.spent_today(now))).filter(|(_, spent)| *spent > 0).collect()
    }

    /// Gives back the buckets that are idle; answers how many those were.
    pub(super) fn give_back(&mut self, now: Timestamp) -> usize {
        let mut given_back = 0;
        for piece in &mut self.buckets.0 {
            let before = piece.len();
            piece.retain_mut(|bucket| !bucket.is_idle(now));
            given_back += before - piece.len();
        }
        if given_back > 0 {
            let old = std::mem::take(self);
            old.buckets.0.into_iter().flatten().for_each(|bucket| self.insert(bucket));
        }
        given_back
    }
}

/// A bucket that was found.
pub(super) struct Found<'s> {
    pub(super) bucket: &'s mut Bucket,
    place: u32,
    unsaved: &'s mut Vec<u32>,
}

impl Found<'_> {
    /// Remembers that the database lacks something of it.
    pub(super) fn mark_unsaved(&mut self) {
        if !self.bucket.is_unsaved {
            self.bucket.is_unsaved = true;
            self.unsaved.push(self.place);
        }
    }
}

/// Buckets by their places, which count on from piece to piece.
#[derive(Default)]
struct Pieces(Vec<Vec<Bucket>>);

impl Pieces {
    fn at(&self, place: u32) -> &Bucket {
        let place = place as usize;
        &self.0[place / PIECE_BUCKETS][place % PIECE_BUCKETS]
    }

    fn get(&self, place: u32) -> Option<&Bucket> {
        let place = place as usize;
        self.0.get(place / PIECE_BUCKETS)?.get(place % PIECE_BUCKETS)
    }

    fn at_mut(&mut self, place: u32) -> &mut Bucket {
        let place = place as usize;
        &mut self.0[place / PIECE_BUCKETS][place % PIECE_BUCKETS]
    }

    /// Adds a bucket; answers its place.
    fn push(&mut self, bucket: Bucket) -> u32 {
        if self.0.last().is_none_or(|piece| piece.len() == PIECE_BUCKETS) {
            self.0.push(Vec::with_capacity(PIECE_BUCKETS));
        }
        let before = (self.0.len() - 1) * PIECE_BUCKETS;
        let last = self.0.last_mut().expect("there is a piece with room");
        last.push(bucket);
        u32::try_from(before + last.len() - 1).expect("no memory holds so many")
    }
}
