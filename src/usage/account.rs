//! Whose account requests are put on.

use std::fmt;
use std::sync::Arc;

use crate::id::{GrantId, KeyId};

/// What a request with a good credential is counted for, beside its workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// A key.
    Key(KeyId),
    /// What an app was granted. Behind a pointer, so that a key's account is small.
    Grant(Arc<Granted>),
}

/// What an app was granted: a grant ends, and what was asked by it stays with the workspace.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Granted {
    /// The grant.
    pub id: GrantId,
    /// The slug of the workspace that the app acts for.
    pub workspace: Arc<str>,
}

impl Account {
    /// The account of what an app was granted in a workspace.
    #[must_use]
    pub fn of_grant(id: GrantId, workspace: &str) -> Self {
        Self::Grant(Arc::new(Granted { id, workspace: workspace.into() }))
    }

    /// The 16 bytes of the id.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 16] {
        match self {
            Self::Key(key) => key.to_bytes(),
            Self::Grant(granted) => granted.id.to_bytes(),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Grant(granted) => granted.id.fmt(f),
        }
    }
}

impl From<KeyId> for Account {
    fn from(key: KeyId) -> Self {
        Self::Key(key)
    }
}
