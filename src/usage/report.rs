//! What can be read of the counts.

use serde::Serialize;

use super::tally::LastUse;
use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::secret::SecretDigest;

/// Whose requests a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One key's.
    Key(KeyId),
    /// Those of all keys that a workspace has.
    Workspace(String),
}

/// Requests of one outcome in one minute, hour or day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimedCount {
    /// When it begins.
    pub at: Timestamp,
    /// `allowed`, or the refusal's code.
    pub outcome: String,
    /// How many.
    pub requests: i64,
}

/// Requests of one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeCount {
    /// `allowed`, or the refusal's code.
    pub code: String,
    /// How many.
    pub requests: i64,
    /// When the minute, hour or day began that the last of them was counted in.
    #[serde(skip)]
    pub last_at: Timestamp,
}

/// Requests with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCount {
    /// The key.
    pub key: KeyId,
    /// What people call it.
    pub name: String,
    /// How many.
    pub requests: i64,
}

/// Requests that passed by a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopeUse {
    /// The scope.
    pub scope: String,
    /// How many.
    pub requests: i64,
    /// The last of them.
    pub last_used_at: Timestamp,
}

/// Requests that passed with one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretUse {
    /// What it is looked up by.
    pub secret: SecretDigest,
    /// How many.
    pub requests: i64,
    /// The last of them.
    pub last_use: LastUse,
}

/// Requests from one address that were refused before a key was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddressCount {
    /// The refusal's code.
    pub code: String,
    /// The address.
    pub address: String,
    /// How many.
    pub requests: i64,
}
