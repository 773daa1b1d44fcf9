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
        let mut answer = Err(Fault::Other("nothing was looked up".to_owned()));
        self.load_all(slice::from_ref(presented), |found| answer = found)?;
        answer
    }

    /// The same of several, by one snapshot: `each` is told what was found, in their order.
    ///
    /// # Errors
    /// As the store's: nothing could be decided of those that `each` was not told of.
    pub fn load_all(
        &self,
        presented: &[Presented],
        mut each: impl FnMut(Result<Found, Fault>),
    ) -> Result<(), Fault> {
        let (began, limits_began) = (self.cache.generation(), self.limiter.generation());
        self.store.read(|db| {
            for presented in presented {
                let found = table::by_secret(db, presented, &self.rights, limits_began);
                if let Ok(Found::Known(principal, _)) = &found {
                    self.cache.insert(principal, began);
                }
                each(found);
            }
            Ok(())
        })
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
