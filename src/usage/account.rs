//! Whose account requests are put on.

use std::fmt;
use std::sync::Arc;

use crate::id::{GrantId, KeyId};

/// What a request with a good credential is counted for, beside its workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// A key.
    Key(KeyId),
    /// What an app was granted, and the slug of the workspace that it acts for: a grant ends, and what was
    /// asked by it stays with the workspace.
    Grant(GrantId, Arc<str>),
}

impl Account {
    /// The 16 bytes of the id.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 16] {
        match self {
            Self::Key(key) => key.to_bytes(),
            Self::Grant(grant, _) => grant.to_bytes(),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Grant(grant, _) => grant.fmt(f),
        }
    }
}

impl From<KeyId> for Account {
    fn from(key: KeyId) -> Self {
        Self::Key(key)
    }
}
