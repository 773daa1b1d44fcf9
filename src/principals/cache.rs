//! Warm principals by the digest of their secret, in shards of two generations.
//!
//! A shard fills its young table; when that holds half the shard's share, it becomes the old one
//! and the former old one is dropped. Whatever is asked for moves back to the young table, so what
//! is in use stays, and what is not goes after two turns. No order is kept, so a hit costs a read
//! lock and one probe.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::Principal;
use crate::secret::SecretDigest;

/// More shards than this machine class has threads, so that they seldom meet.
const SHARDS: usize = 64;

type Table = HashMap<SecretDigest, Arc<Principal>, BuildHasherDefault<FirstBytes>>;

pub(super) struct Cache {
    shards: Vec<RwLock<Shard>>,
    /// Rises with every removal: a look-up that began before it may not insert after it.
    generation: AtomicU64,
    young_max: AtomicUsize,
}

#[derive(Default)]
struct Shard {
    young: Table,
    old: Table,
}

impl Cache {
    pub(super) fn new(cached_max: usize) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        let cache = Self { shards, generation: AtomicU64::new(0), young_max: AtomicUsize::new(1) };
        cache.resize(cached_max);
        cache
    }

    pub(super) fn resize(&self, cached_max: usize) {
        self.young_max.store((cached_max / (2 * SHARDS)).max(1), Ordering::Relaxed);
    }

    /// To be asked for before a look-up reads the database.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(super) fn get(&self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        let shard = self.shard(digest).read().unwrap_or_else(PoisonError::into_inner);
        if let Some(principal) = shard.young.get(digest) {
            return Some(Arc::clone(principal));
        }
        if !shard.old.contains_key(digest) {
            return None;
        }
        drop(shard);
        self.renew(digest)
    }

    /// Moves what the old table holds to the young one.
    fn renew(&self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        let mut shard = self.lock(digest);
        if let Some(principal) = shard.old.remove(digest) {
            shard.insert(*digest, principal, self.young_max.load(Ordering::Relaxed));
        }
        shard.young.get(digest).cloned()
    }

    /// Keeps what a look-up that began at generation `began` has read, unless something was
    /// removed since: then what it read may be what was changed.
    pub(super) fn insert(&self, digest: SecretDigest, principal: &Arc<Principal>, began: u64) {
        let mut shard = self.lock(&digest);
        // Under the shard's lock: a removal raises the generation before it takes this lock.
        if self.generation.load(Ordering::SeqCst) == began {
            shard.old.remove(&digest);
            let young_max = self.young_max.load(Ordering::Relaxed);
            shard.insert(digest, Arc::clone(principal), young_max);
        }
    }

    pub(super) fn remove(&self, digests: &[SecretDigest]) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for digest in digests {
            let mut shard = self.lock(digest);
            shard.young.remove(digest);
            shard.old.remove(digest);
        }
    }

    pub(super) fn retain(&self, is_kept: impl Fn(&Principal) -> bool) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.young.retain(|_, principal| is_kept(principal));
            shard.old.retain(|_, principal| is_kept(principal));
        }
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
    fn insert(&mut self, digest: SecretDigest, principal: Arc<Principal>, young_max: usize) {
        if self.young.len() >= young_max {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest, principal);
    }
}

/// A digest is evenly spread already: its first eight bytes are its hash.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// The length that a byte array hashes first; it is the same for all.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
