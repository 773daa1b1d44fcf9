//! What can be counted, and what is told.

use std::collections::BTreeMap;

use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{KeyId, UserId};
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Living {
    /// The key.
    pub id: KeyId,
    /// The slug of its workspace.
    pub workspace: String,
    /// The id of its product.
    pub product: String,
}

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

    /// Every live key.
    ///
    /// # Errors
    /// As the store's.
    pub fn all(&self) -> Result<Vec<Living>> {
        self.store.read(|db| table::all(db, self.now))
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

    /// The live keys that somebody owns in a workspace, with their names; a thousand at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn owned(&self, workspace: &str, owner: UserId) -> Result<Vec<(KeyId, String)>> {
        self.store.read(|db| table::owned(db, workspace, owner, self.now))
    }
}
