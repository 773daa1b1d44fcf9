//! What can be counted, and what is told.

use std::collections::BTreeMap;

use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{KeyId, UserId};
use crate::limits::{BucketId, Limiter, spent_today};
use crate::registry::{Bucket, Registry};
use crate::store::Store;

/// Counts of live keys at one instant.
pub struct Census<'a> {
    /// Where keys are kept.
    pub store: &'a Store,
    /// The instant.
    pub now: Timestamp,
}

/// Live keys of one type that hold the same scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The id of their key type.
    pub key_type: String,
    /// The scopes that each holds.
    pub scopes: Vec<String>,
    /// How many keys.
    pub keys: u64,
}

/// A live key, and whose it is.
pub(super) struct Living {
    pub(super) id: KeyId,
    pub(super) workspace: String,
    pub(super) product: String,
    pub(super) key_type: String,
}

impl Living {
    /// The bucket that it draws on.
    fn bucket(&self, registry: &Registry) -> BucketId {
        match registry.product(&self.product).map(|product| product.bucket) {
            Some(Bucket::Workspace) => BucketId::of_workspace(&self.workspace, &self.product),
            Some(Bucket::Key) | None => BucketId::of_key(self.id),
        }
    }
}

/// What the fullest bucket of a workspace's keys of one type has spent of its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fullest {
    /// The slug of the workspace.
    pub workspace: String,
    /// The id of the product.
    pub product: String,
    /// The id of the key type.
    pub key_type: String,
    /// How much.
    pub spent: u32,
}

/// The live keys of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The first fifty.
    pub named: Vec<OwnedKey>,
    /// How many they are.
    pub total: u64,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedKey {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// The slug of its workspace.
    pub workspace: String,
}

/// Keys from which on whatever looks at each of them is dear: it takes some milliseconds.
pub const MANY_KEYS: u64 = 1_000;

impl Census<'_> {
    /// Live keys by workspace; one without any is not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_workspace(&self) -> Result<BTreeMap<String, u64>> {
        self.store.read(|db| table::by_workspace(db, self.now))
    }

    /// Live keys by product; one without any is not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_product(&self) -> Result<BTreeMap<String, u64>> {
        self.store.read(|db| table::by_product(db, self.now))
    }

    /// What the fullest buckets have spent of their day; those that have spent nothing are not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn fullest(&self, limiter: &Limiter, registry: &Registry) -> Result<Vec<Fullest>> {
        let by_bucket = spent_today(limiter, self.store, self.now)?;
        let mut fullest = BTreeMap::new();
        for key in self.store.read(|db| table::all(db, self.now))? {
            let Some(spent) = by_bucket.get(&key.bucket(registry)) else { continue };
            let most = fullest.entry((key.workspace, key.product, key.key_type)).or_insert(0);
            *most = (*spent).max(*most);
        }
        let of = |((workspace, product, key_type), spent)| Fullest {
            workspace,
            product,
            key_type,
            spent,
        };
        Ok(fullest.into_iter().map(of).collect())
    }

    /// Live keys of a product, those of one type and the same scopes together.
    ///
    /// # Errors
    /// As the store's.
    pub fn alike(&self, product: &str) -> Result<Vec<Alike>> {
        self.store.read(|db| table::alike(db, product, self.now))
    }

    /// Live keys of a workspace by their owner; those that nobody owns are not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn by_owner(&self, workspace: &str) -> Result<BTreeMap<String, u64>> {
        self.store.read(|db| table::by_owner(db, workspace, self.now))
    }

    /// The live keys that somebody owns, in one workspace or in all.
    ///
    /// # Errors
    /// As the store's.
    pub fn owned(&self, owner: UserId, workspace: Option<&str>) -> Result<Owned> {
        self.store.read(|db| table::owned(db, owner, workspace, self.now))
    }
}
