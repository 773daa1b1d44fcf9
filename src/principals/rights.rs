//! What credentials may do, and for whom: kept once for all that may the same.
//!
//! Most keys of a workspace differ by nothing but their secrets. What they share is one record, which
//! stays in the processor's cache while they take turns, and what is left of each is small.

use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwapOption, Guard};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::{AllowedAddresses, Bound, Restrictions};
use crate::limits::{BucketId, Plans};
use crate::registry::Product;

/// Records after which those that nobody holds any more are dropped for the first time.
const SWEPT_AT_MIN: usize = 1_024;

/// What a credential may do, and for whom, as the rows said at one moment.
#[derive(PartialEq, Eq, Hash)]
pub struct Rights {
    /// Whose kind of credential it is.
    pub holder: Holder,
    /// The slug of the workspace that owns it.
    pub workspace: String,
    /// The workspace's plan.
    pub plan: String,
    /// The product that it is for.
    pub product: String,
    /// The member who owns the key, or has let the app in.
    pub owner: Option<String>,
    /// The scopes that it holds, as they were given; none for a full-access key.
    pub scopes: Vec<String>,
    /// The ids that it is bound to.
    pub restrictions: Restrictions,
    /// The addresses from which it may be used.
    pub allowed_addresses: AllowedAddresses,
}

/// Who holds a credential.
#[derive(PartialEq, Eq, Hash)]
pub enum Holder {
    /// A key.
    Key {
        /// The id of its key type in its product.
        key_type: String,
    },
    /// An app, by an access token.
    App {
        /// The client.
        client: String,
        /// Whether an operator has made it, so that it has a quota of its own.
        has_own_quota: bool,
    },
}

impl Rights {
    /// The bucket that an app draws on where its workspace does not share one.
    pub(super) fn bucket_of_app(&self) -> BucketId {
        let client = match &self.holder {
            Holder::App { client, has_own_quota: true } => Some(client.as_str()),
            Holder::App { .. } | Holder::Key { .. } => None,
        };
        BucketId::of_app(client, &self.workspace, &self.product)
    }
}

/// Rights, and what they come to at present.
pub(super) struct Shared {
    pub(super) rights: Rights,
    /// They compiled against their product's present manifest, made when first asked for.
    bound: ArcSwapOption<Bound>,
}

impl Shared {
    /// What they are worth under the product's present manifest and the present plans; `None` where
    /// the product is not theirs, their key type is gone, or apps are let in no more. No two products
    /// have the same version, so that what was compiled for this version is this product's.
    pub(super) fn bound_to(&self, product: &Product, plans: &Arc<Plans>) -> Option<InForce> {
        let known = self.bound.load();
        let is_present = |bound: &Arc<Bound>| {
            bound.version == product.version && Arc::ptr_eq(&bound.plans, plans)
        };
        if known.as_ref().is_some_and(is_present) {
            return Some(InForce(known));
        }
        if self.rights.product != product.id {
            return None;
        }
        let bound = Some(Arc::new(Bound::new(&self.rights, product, plans)?));
        self.bound.store(bound.clone());
        Some(InForce(Guard::from_inner(bound)))
    }
}

/// What rights are worth, for as long as one request needs it.
pub struct InForce(Guard<Option<Arc<Bound>>>);

impl std::ops::Deref for InForce {
    type Target = Bound;

    fn deref(&self) -> &Bound {
        self.0.as_deref().expect("it is only made of one that is there")
    }
}

/// All rights that somebody holds, each once.
pub(super) struct Pool {
    hasher: DefaultHashBuilder,
    known: Mutex<Known>,
}

struct Known {
    table: HashTable<Arc<Shared>>,
    swept_at: usize,
}

impl Pool {
    pub(super) fn new() -> Self {
        let known = Known { table: HashTable::new(), swept_at: SWEPT_AT_MIN };
        Self { hasher: DefaultHashBuilder::default(), known: Mutex::new(known) }
    }

    /// The record of such rights.
    pub(super) fn share(&self, rights: Rights) -> Arc<Shared> {
        let hash = self.hasher.hash_one(&rights);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.table.find(hash, |shared| shared.rights == rights) {
            return Arc::clone(shared);
        }
        known.sweep();
        let shared = Arc::new(Shared { rights, bound: ArcSwapOption::empty() });
        let rehash = |shared: &Arc<Shared>| self.hasher.hash_one(&shared.rights);
        known.table.insert_unique(hash, Arc::clone(&shared), rehash);
        shared
    }
}

impl Known {
    /// Drops what nobody holds, whenever there are twice as many as the last time left over.
    fn sweep(&mut self) {
        if self.table.len() >= self.swept_at {
            self.table.retain(|shared| Arc::strong_count(shared) > 1);
            self.swept_at = SWEPT_AT_MIN.max(2 * self.table.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(plan: &str) -> Rights {
        Rights {
            holder: Holder::Key { key_type: "live".into() },
            workspace: "acme".into(),
            plan: plan.into(),
            product: "whale".into(),
            owner: None,
            scopes: vec![],
            restrictions: Restrictions::default(),
            allowed_addresses: AllowedAddresses::default(),
        }
    }

    #[test]
    fn the_same_rights_are_kept_once_and_others_apart() {
        let pool = Pool::new();
        let free = pool.share(rights("free"));
        assert!(Arc::ptr_eq(&free, &pool.share(rights("free"))));
        assert!(!Arc::ptr_eq(&free, &pool.share(rights("pro"))));
    }

    #[test]
    fn what_nobody_holds_is_dropped_some_time() {
        let pool = Pool::new();
        let held = pool.share(rights("held"));
        for number in 0..10 * SWEPT_AT_MIN {
            pool.share(rights(&number.to_string()));
        }
        assert!(pool.known.lock().unwrap().table.len() <= SWEPT_AT_MIN);
        assert!(Arc::ptr_eq(&held, &pool.share(rights("held"))));
    }
}
