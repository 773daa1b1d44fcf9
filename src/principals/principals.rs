//! Finding the principal of a secret: in memory when it is warm, by one indexed read when not.

use std::slice;
use std::sync::Arc;

use super::cache::Cache;
use super::principal::{Found, Presented, Principal};
use super::rights::Pool;
use super::table;
use crate::limits::Limiter;
use crate::secret::SecretDigest;
use crate::store::{Fault, Store};

/// Every principal that was asked for lately, over the database of all.
pub struct Principals {
    store: Arc<Store>,
    limiter: Arc<Limiter>,
    cache: Cache,
    rights: Pool,
}

impl Principals {
    /// Over `store`, keeping about `cached_max` in memory; `limiter` counts what they use.
    #[must_use]
    pub fn new(store: Arc<Store>, limiter: Arc<Limiter>, cached_max: usize) -> Self {
        Self { store, limiter, cache: Cache::new(cached_max), rights: Pool::new() }
    }

    /// The principal of a secret, if it is warm. Never waits.
    #[must_use]
    pub fn find(&self, digest: &SecretDigest) -> Option<Arc<Principal>> {
        self.cache.get(digest)
    }

    /// Reads the principal of a secret, and keeps it warm. Waits for the database.
    ///
    /// # Errors
    /// As the store's: nothing could be decided.
    pub fn load(&self, presented: &Presented) -> Result<Found, Fault> {
        self.load_all(slice::from_ref(presented))?.pop().unwrap_or(Ok(Found::Unknown))
    }

    /// The same of several, by one snapshot: an answer for each, in their order.
    ///
    /// # Errors
    /// As the store's: nothing could be decided of any.
    pub fn load_all(&self, presented: &[Presented]) -> Result<Vec<Result<Found, Fault>>, Fault> {
        let (began, limits_began) = (self.cache.generation(), self.limiter.generation());
        let found: Vec<_> = self.store.read(|db| {
            let look_up = |one| table::by_secret(db, one, &self.rights, limits_began);
            Ok::<_, Fault>(presented.iter().map(look_up).collect())
        })?;
        for found in found.iter().flatten() {
            if let Found::Known(principal, _) = found {
                self.cache.insert(principal, began);
            }
        }
        Ok(found)
    }

    /// Drops principals whose rows were changed, before the change is acknowledged.
    pub fn forget(&self, secrets: &[SecretDigest]) {
        self.cache.remove(secrets);
    }

    /// Drops every principal of a workspace whose row was changed.
    pub fn forget_workspace(&self, slug: &str) {
        self.cache.retain(|principal| principal.rights().workspace != slug);
    }

    /// Changes how many principals are kept warm.
    pub fn keep_at_most(&self, cached_max: usize) {
        self.cache.resize(cached_max);
    }
}
