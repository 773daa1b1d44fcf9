//! Whose account requests are put on.

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

impl From<KeyId> for Account {
    fn from(key: KeyId) -> Self {
        Self::Key(key)
    }
}
