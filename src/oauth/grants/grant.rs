//! What a grant is: what one consent lets an app do for a workspace.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::id::{GrantId, UserId};
use crate::oauth::clients::{Client, ClientId};
use crate::principals::Restrictions;

/// What an app may do for a workspace. All tokens that came of one consent hang on one grant: it is
/// what RFC 9700 calls a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The app.
    pub client: ClientId,
    /// The workspace's slug.
    pub workspace: String,
    /// The product's id.
    pub product: String,
    /// The resources that the app has named (RFC 8707); none means the product's own.
    pub resources: Vec<String>,
    /// Who has given it; nobody for a service that acts for itself.
    pub holder: Option<UserId>,
    /// The scopes.
    pub scopes: Vec<String>,
    /// The ids that it is bound to.
    pub restrictions: Restrictions,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it ends, however often its tokens are renewed; before its code was redeemed, when that
    /// ends.
    pub ends_at: Timestamp,
    /// When it last gave a token; none before its code was redeemed.
    pub last_token_at: Option<Timestamp>,
}

/// A grant as it is listed: with whom it is between, and how it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The grant.
    pub grant: Grant,
    /// The app; none where its row cannot be believed.
    pub client: Option<Client>,
    /// The address of whoever has given it.
    pub holder: Option<String>,
    /// When a request by it last passed.
    pub used_at: Option<Timestamp>,
    /// From which address, where the proxy has told it.
    pub used_from: Option<String>,
}

/// Whose grants are meant.
#[derive(Clone, Debug, Default)]
pub struct Of {
    /// Of this workspace alone.
    pub workspace: Option<String>,
    /// Of this client alone.
    pub client: Option<ClientId>,
    /// Given by this person alone.
    pub holder: Option<UserId>,
}
