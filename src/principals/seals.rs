//! What each row's seal covers: the columns that decide access, as they stand in the database.

use crate::clock::Timestamp;
use crate::id::KeyId;
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
