//! Warm principals by the digest of their secret, in shards of two generations.
//!
//! A principal that is read comes into its shard's young table. A full shard drops some of its old table;
//! where that is empty, the young one becomes the old. Whatever is asked for moves back to the young table,
//! so what is in use stays but for a few, and what is not goes. No order is kept, so a hit costs a read
//! lock and one probe.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use hashbrown::HashTable;

use super::Principal;
use crate::secret::SecretDigest;

/// More shards than this machine class has threads, so that they seldom meet. A table doubles when it is
/// full by seven eighths: the tables of a million principals are full by three quarters in so many shards,
/// and would be half empty in 64.
const SHARDS: usize = 80;

/// Chance gives one shard more than another: each may hold this part more than its even share,
const SLACK_PART: usize = 16;

/// and as many as these.
const SLACK: usize = 32;

/// What a full shard drops at once, as a part of its room: to find what is to go costs a walk.
const DROPPED_PART: usize = 32;

pub(super) struct Cache {
    shards: Box<[RwLock<Shard>]>,
    /// Rises with every removal: a look-up that began before it may not insert after it.
    generation: AtomicU64,
    /// How many each shard may hold.
    room: AtomicUsize,
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
        let shards = (0..SHARDS).map(|_| RwLock::default()).collect();
        Self { shards, generation: AtomicU64::new(0), room: AtomicUsize::new(room(cached_max)) }
    }

    pub(super) fn resize(&self, cached_max: usize) {
        let room = room(cached_max);
        self.room.store(room, Ordering::Relaxed);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            let too_many = shard.len().saturating_sub(room);
            shard.drop_some(too_many);
        }
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
        shard.remove(digest);
        let room = self.room.load(Ordering::Relaxed);
        if shard.len() >= room {
            shard.drop_some(1 + room / DROPPED_PART);
        }
        shard.young.insert(Arc::clone(principal));
    }

    pub(super) fn remove(&self, digests: &[SecretDigest]) {
        if digests.is_empty() {
            return;
        }
        self.generation.fetch_add(1, Ordering::SeqCst);
        for digest in digests {
            self.lock(digest).remove(digest);
        }
    }

    pub(super) fn retain(&self, is_kept: impl Fn(&Principal) -> bool) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.young.0.retain(|principal| is_kept(principal));
            shard.old.0.retain(|principal| is_kept(principal));
        }
    }

    fn shard(&self, digest: &SecretDigest) -> &RwLock<Shard> {
        // Not of the bytes that place an entry within its table.
        let [.., high, low] = *digest.as_bytes();
        &self.shards[usize::from(u16::from_be_bytes([high, low])) % SHARDS]
    }

    fn lock(&self, digest: &SecretDigest) -> RwLockWriteGuard<'_, Shard> {
        self.shard(digest).write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a shard may hold where about `cached_max` are to be kept.
fn room(cached_max: usize) -> usize {
    let even = cached_max.div_ceil(SHARDS);
    even + even / SLACK_PART + SLACK
}

impl Shard {
    fn len(&self) -> usize {
        self.young.0.len() + self.old.0.len()
    }

    /// Removes what it has by a digest.
    fn remove(&mut self, digest: &SecretDigest) {
        self.young.remove(digest);
        self.old.remove(digest);
    }

    /// Drops as many as that, those first that were not asked for lately.
    fn drop_some(&mut self, mut count: usize) {
        while count > 0 && self.len() > 0 {
            if self.old.0.is_empty() {
                std::mem::swap(&mut self.young, &mut self.old);
            }
            count -= self.old.0.extract_if(|_| true).take(count).count();
        }
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

#[cfg(test)]
mod tests {
    use super::super::principal::Ends;
    use super::super::rights::{Holder, Pool, Rights};
    use super::*;
    use crate::clock::Timestamp;
    use crate::id::KeyId;
    use crate::limits::Place;
    use crate::usage::Tally;

    fn principals(pool: &Pool, count: usize) -> Vec<Arc<Principal>> {
        let made = (0..count).map(|number| {
            let rights = Rights {
                holder: Holder::Key { key_type: "live".to_owned() },
                workspace: "acme".to_owned(),
                plan: "free".to_owned(),
                product: "whale".to_owned(),
                owner: None,
                scopes: Vec::new(),
                restrictions: serde_json::from_str("{}").unwrap(),
                allowed_addresses: super::super::AllowedAddresses::default(),
            };
            let digest = SecretDigest::of(&number.to_be_bytes());
            Arc::new(Principal {
                shared: pool.share(rights),
                tally: Tally::new(KeyId::new(Timestamp::default()), digest),
                bucket_place: Place::unknown(),
                ends: Ends::default().boxed(),
            })
        });
        made.collect()
    }

    /// Asks for each, and reads what is not there; answers how many were.
    fn ask(cache: &Cache, principals: &[Arc<Principal>]) -> usize {
        let is_there = |principal: &&Arc<Principal>| {
            let is_there = cache.get(principal.digest()).is_some();
            if !is_there {
                cache.insert(principal, cache.generation());
            }
            is_there
        };
        principals.iter().filter(is_there).count()
    }

    fn kept(cache: &Cache) -> usize {
        cache.shards.iter().map(|shard| shard.read().unwrap().len()).sum()
    }

    #[test]
    fn as_many_stay_as_are_to_be_kept_and_not_many_more() {
        let all = principals(&Pool::new(), 40_000);
        let cache = Cache::new(20_000);
        ask(&cache, &all[..20_000]);
        assert!(ask(&cache, &all[..20_000]) > 19_900);
        ask(&cache, &all);
        assert!(kept(&cache) <= 21_250 + 33 * SHARDS, "{}", kept(&cache));
    }

    #[test]
    fn a_smaller_cache_gives_back_at_once_and_keeps_what_fits() {
        let all = principals(&Pool::new(), 20_000);
        let cache = Cache::new(20_000);
        ask(&cache, &all);
        cache.resize(10_000);
        assert!(kept(&cache) <= 10_625 + 33 * SHARDS, "{}", kept(&cache));
        ask(&cache, &all[..9_000]);
        assert!(ask(&cache, &all[..9_000]) > 8_950, "nothing else is asked for");
    }

    #[test]
    fn what_is_asked_for_stays_while_others_come_and_go() {
        let all = principals(&Pool::new(), 20_000);
        let (used, others) = all.split_at(100);
        let cache = Cache::new(2_000);
        ask(&cache, used);
        for some in others.chunks(50) {
            ask(&cache, some);
            let stayed = ask(&cache, used);
            assert!(stayed > 90, "{stayed} of 100");
        }
    }

    #[test]
    fn what_was_removed_does_not_come_back_by_an_older_look_up() {
        let all = principals(&Pool::new(), 2);
        let cache = Cache::new(10);
        let began = cache.generation();
        cache.insert(&all[0], began);
        cache.remove(&[*all[0].digest()]);
        cache.insert(&all[0], began);
        cache.insert(&all[1], began);
        assert!(cache.get(all[0].digest()).is_none() && cache.get(all[1].digest()).is_none());
        cache.insert(&all[1], cache.generation());
        cache.retain(|_| false);
        assert!(cache.get(all[1].digest()).is_none());
    }
}
