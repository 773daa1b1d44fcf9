//! Who somebody is.

use serde::Serialize;

use super::{Email, Role};
use crate::accounts::Slug;
use crate::clock::Timestamp;
use crate::id::UserId;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they sign in by.
    pub email: Email,
    /// Whether they run this instance, and may do whatever can be done.
    pub is_operator: bool,
    /// The workspaces that they are members of, by slug.
    pub memberships: Vec<Membership>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What somebody may do in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The workspace.
    pub workspace: Slug,
    /// What they may do there.
    pub role: Role,
}

/// Which people are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sought<'a> {
    /// What their address has in it.
    pub words: &'a str,
    /// The workspace that they are members of; any or none where none is named.
    pub workspace: Option<&'a Slug>,
}

impl User {
    /// Their role as a member of a workspace, operator or not.
    #[must_use]
    pub fn membership(&self, workspace: &str) -> Option<Role> {
        let found = self.memberships.iter().find(|it| it.workspace.as_str() == workspace);
        found.map(|membership| membership.role)
    }

    /// What they may do in a workspace; an operator may do there whatever its owner may.
    #[must_use]
    pub fn role_in(&self, workspace: &str) -> Option<Role> {
        if self.is_operator {
            return Some(Role::Owner);
        }
        self.membership(workspace)
    }
}
