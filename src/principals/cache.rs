//! Warm principals by the digest of their secret, in shards of two generations.
//!
//! A principal that is read comes into its shard's young table. Once as many are kept as may be, each new
//! one takes the place of one in its shard's old table; where that is empty, the young one becomes the
//! old. Whatever is asked for moves back to the young table, so what is in use stays, and what is not
//! goes. No order is kept, so a hit costs a read lock and one probe.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use hashbrown::HashTable;

use super::Principal;
use crate::secret::SecretDigest;

/// More shards than this machine class has threads, so that they seldom meet.
const SHARDS: usize = 64;

pub(super) struct Cache {
    shards: Box<[RwLock<Shard>]>,
    /// Rises with every removal: a look-up that began before it may not insert after it.
    generation: AtomicU64,
    kept: AtomicUsize,
    kept_max: AtomicUsize,
}

#[derive(Default)]
struct Shard {
    young: Table,
    old: Table,
}

/// A principal knows its own digest, so that a place in the table is a pointer.
#[derive(Default)]
struct Table(HashTable<Arc<Principal>>);

impl Cache {
    pub(super) fn new(cached_max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            generation: AtomicU64::new(0),
            kept: AtomicUsize::new(0),
            kept_max: AtomicUsize::new(cached_max),
        }
    }

    pub(super) fn resize(&self, cached_max: usize) {
        self.kept_max.store(cached_max, Ordering::Relaxed);
    }

    /// To be asked for before a look-up reads the database.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(super) fn get(&self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        let shard = self.shard(digest).read().unwrap_or_else(PoisonError::into_inner);
        if let Some(principal) = shard.young.find(digest) {
            return Some(Arc::clone(principal));
        }
        shard.old.find(digest)?;
        drop(shard);
        self.renew(digest)
    }

    /// Moves what the old table holds to the young one.
    fn renew(&self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        let mut shard = self.lock(digest);
        if let Some(principal) = shard.old.remove(digest) {
            shard.young.insert(principal);
        }
        shard.young.find(digest).cloned()
    }

    /// Keeps what a look-up that began at generation `began` has read, unless something was
    /// removed since: then what it read may be what was changed.
    pub(super) fn insert(&self, principal: &Arc<Principal>, began: u64) {
        let digest = principal.digest();
        let mut shard = self.lock(digest);
        // Under the shard's lock: a removal raises the generation before it takes this lock.
        if self.generation.load(Ordering::SeqCst) != began {
            return;
        }
        self.gone(shard.remove(digest));
        while self.kept.load(Ordering::Relaxed) >= self.kept_max.load(Ordering::Relaxed) {
            // Whatever others keep: this shard has nothing left to give.
            if !shard.evict() {
                break;
            }
            self.gone(1);
        }
        shard.young.insert(Arc::clone(principal));
        self.kept.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, digests: &[SecretDigest]) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for digest in digests {
            let removed = self.lock(digest).remove(digest);
            self.gone(removed);
        }
    }

    pub(super) fn retain(&self, is_kept: impl Fn(&Principal) -> bool) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            let before = shard.len();
            shard.young.0.retain(|principal| is_kept(principal));
            shard.old.0.retain(|principal| is_kept(principal));
            self.gone(before - shard.len());
        }
    }

    fn gone(&self, principals: usize) {
        self.kept.fetch_sub(principals, Ordering::Relaxed);
    }

    fn shard(&self, digest: &SecretDigest) -> &RwLock<Shard> {
        // Not one of the bytes that place an entry within its table.
        &self.shards[usize::from(digest.as_bytes()[31]) % SHARDS]
    }

    fn lock(&self, digest: &SecretDigest) -> RwLockWriteGuard<'_, Shard> {
        self.shard(digest).write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn len(&self) -> usize {
        self.young.0.len() + self.old.0.len()
    }

    /// Removes what it has by a digest; answers how many that were.
    fn remove(&mut self, digest: &SecretDigest) -> usize {
        [self.young.remove(digest), self.old.remove(digest)].into_iter().flatten().count()
    }

    /// Drops one that was not asked for lately; answers whether there was any.
    fn evict(&mut self) -> bool {
        if self.old.0.is_empty() {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.0.extract_if(|_| true).next().is_some()
    }
}

impl Table {
    fn find(&self, digest: &SecretDigest) -> Option<&Arc<Principal>> {
        self.0.find(hash(digest), |principal| principal.digest() == digest)
    }

    /// Adds one that is not there.
    fn insert(&mut self, principal: Arc<Principal>) {
        let of = |principal: &Arc<Principal>| hash(principal.digest());
        self.0.insert_unique(of(&principal), principal, of);
    }

    fn remove(&mut self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        let is_it = |principal: &Arc<Principal>| principal.digest() == digest;
        let (principal, _) = self.0.find_entry(hash(digest), is_it).ok()?.remove();
        Some(principal)
    }
}

/// A digest is evenly spread already: its first eight bytes are its hash.
fn hash(digest: &SecretDigest) -> u64 {
    digest.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
