//! What an invitation is.

use serde::Serialize;

use crate::accounts::Slug;
use crate::accounts::people::{Email, Role};
use crate::clock::Timestamp;
use crate::id::InvitationId;

/// What an invitation makes of whoever accepts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// An operator of the instance.
    Operator,
    /// A member of a workspace.
    Member {
        /// The workspace.
        workspace: Slug,
        /// What they may do there.
        role: Role,
    },
}

impl Offer {
    /// The workspace that it is about.
    #[must_use]
    pub fn workspace(&self) -> Option<&Slug> {
        match self {
            Self::Operator => None,
            Self::Member { workspace, .. } => Some(workspace),
        }
    }
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// What it is called; it is not its link.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: Email,
    /// What it makes of them.
    pub offer: Offer,
    /// Who made it.
    pub invited_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its link ends.
    pub expires_at: Timestamp,
}
