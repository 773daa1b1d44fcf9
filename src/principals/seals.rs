//! What each row's seal covers: the columns that decide access, as they stand in the database.

use crate::clock::Timestamp;
use crate::id::{GrantId, KeyId};
use crate::secret::SecretDigest;
use crate::store::Seal;

/// The columns of a key that decide what it may do.
#[derive(Clone, Copy)]
pub struct KeyColumns<'a> {
    /// Its id.
    pub id: KeyId,
    /// Its workspace's slug.
    pub workspace: &'a str,
    /// Its product's id.
    pub product: &'a str,
    /// Its key type's id.
    pub key_type: &'a str,
    /// Its scopes, a JSON list.
    pub scopes: &'a str,
    /// Its restrictions, a JSON object.
    pub restrictions: &'a str,
    /// Its address ranges, a JSON list.
    pub allow_ip: &'a str,
    /// Who owns it.
    pub owner: Option<&'a str>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The seal of a key's row.
#[must_use]
pub fn key(columns: &KeyColumns<'_>) -> [u8; 16] {
    Seal::over("keys")
        .text(&columns.id.to_string())
        .text(columns.workspace)
        .text(columns.product)
        .text(columns.key_type)
        .text(columns.scopes)
        .text(columns.restrictions)
        .text(columns.allow_ip)
        .text(columns.owner.unwrap_or_default())
        .instant(columns.expires_at)
        .instant(columns.revoked_at)
        .close()
}

/// The seal of a secret's row.
#[must_use]
pub fn secret(digest: &SecretDigest, key: KeyId, ends_at: Option<Timestamp>) -> [u8; 16] {
    Seal::over("secrets").bytes(digest.as_bytes()).text(&key.to_string()).instant(ends_at).close()
}

/// The seal of a workspace's row.
#[must_use]
pub fn workspace(slug: &str, plan: &str) -> [u8; 16] {
    Seal::over("workspaces").text(slug).text(plan).close()
}

/// The columns of an app that decide what it may do.
#[derive(Clone, Copy)]
pub struct ClientColumns<'a> {
    /// Its id.
    pub id: &'a str,
    /// How we came to know it.
    pub origin: &'a str,
    /// How it proves who it is.
    pub auth_method: &'a str,
    /// Where it may have answers sent, a JSON list.
    pub redirect_uris: &'a str,
    /// The ways in which it may get tokens, a JSON list.
    pub grant_types: &'a str,
    /// Its scopes, a JSON list: a service gets no more.
    pub scopes: &'a str,
    /// The product that it is bound to.
    pub product: Option<&'a str>,
    /// The workspace that it acts for by itself.
    pub workspace: Option<&'a str>,
    /// Whether it may do as in OAuth 2.0.
    pub is_oauth20: bool,
}

/// The seal of a client's row.
#[must_use]
pub fn client(columns: &ClientColumns<'_>) -> [u8; 16] {
    Seal::over("oauth_clients")
        .text(columns.id)
        .text(columns.origin)
        .text(columns.auth_method)
        .text(columns.redirect_uris)
        .text(columns.grant_types)
        .text(columns.scopes)
        .text(columns.product.unwrap_or_default())
        .text(columns.workspace.unwrap_or_default())
        .bytes(&[u8::from(columns.is_oauth20)])
        .close()
}

/// The columns of what an app may do for a workspace.
#[derive(Clone, Copy)]
pub struct GrantColumns<'a> {
    /// Its id.
    pub id: GrantId,
    /// The app.
    pub client: &'a str,
    /// The workspace's slug.
    pub workspace: &'a str,
    /// The product's id.
    pub product: &'a str,
    /// The resources that it named, a JSON list.
    pub resources: &'a str,
    /// Who has given it; nobody for a service that acts for itself.
    pub holder: Option<&'a str>,
    /// Its scopes, a JSON list.
    pub scopes: &'a str,
    /// What it is bound to, a JSON object.
    pub restrictions: &'a str,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// The seal of a grant's row.
#[must_use]
pub fn grant(columns: &GrantColumns<'_>) -> [u8; 16] {
    Seal::over("oauth_grants")
        .text(&columns.id.to_string())
        .text(columns.client)
        .text(columns.workspace)
        .text(columns.product)
        .text(columns.resources)
        .text(columns.holder.unwrap_or_default())
        .text(columns.scopes)
        .text(columns.restrictions)
        .instant(Some(columns.ends_at))
        .close()
}

/// The seal of an access token's row; `scopes` is a JSON list.
#[must_use]
pub fn access_token(
    digest: &SecretDigest,
    grant: GrantId,
    scopes: &str,
    expires_at: Timestamp,
) -> [u8; 16] {
    Seal::over("oauth_access_tokens")
        .bytes(digest.as_bytes())
        .text(&grant.to_string())
        .text(scopes)
        .instant(Some(expires_at))
        .close()
}
