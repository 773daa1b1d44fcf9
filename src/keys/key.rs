//! What a key is, as people see it: never its secret.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::principals::{AllowedAddresses, Restrictions};
use crate::secret::SecretDigest;
use crate::usage::{LastUse, SecretUse};

/// A grant of access.
#[derive(Clone, Debug, Serialize)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// The slug of the workspace that owns it.
    pub workspace: String,
    /// The id of its product.
    pub product: String,
    /// The id of its key type.
    #[serde(rename = "type")]
    pub key_type: String,
    /// Where it stands.
    pub state: State,
    /// What it may do; empty for a full-access key.
    pub scopes: Vec<String>,
    /// The ids that it is bound to.
    pub restrictions: Restrictions,
    /// The addresses from which it may be used; empty for any.
    pub allow_ip: AllowedAddresses,
    /// The member who owns it.
    pub owner: Option<String>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// What its makers noted.
    pub metadata: Option<Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// Why, in their words.
    pub revoked_reason: Option<String>,
    /// When a request last passed with it.
    pub last_used_at: Option<Timestamp>,
    /// The address that it came from.
    pub last_used_from: Option<IpAddr>,
    /// Its secrets, the newest first.
    pub secrets: Vec<SecretRecord>,
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its live secrets are good.
    Active,
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
    /// Its row does not bear its own checksum: it is denied, and cannot be changed.
    Damaged,
}

/// What is known of a secret after it was shown.
#[derive(Clone, Debug, Serialize)]
pub struct SecretRecord {
    /// What it is looked up by.
    #[serde(skip)]
    pub digest: SecretDigest,
    /// Its last 4 characters.
    pub last4: String,
    /// Where it stands.
    pub state: SecretState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its rotation's overlap ends, or ended.
    pub ends_at: Option<Timestamp>,
    /// When a request last passed with it.
    pub last_used_at: Option<Timestamp>,
    /// The address that it came from.
    pub last_used_from: Option<IpAddr>,
    /// How many requests have passed with it.
    #[serde(skip)]
    pub requests: u64,
}

/// Where a secret stands, whatever its key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretState {
    /// The newest one.
    Current,
    /// An older one, while its overlap lasts.
    Ending,
    /// An older one, afterwards.
    Ended,
}

impl SecretState {
    pub(super) fn of(ends_at: Option<Timestamp>, now: Timestamp) -> Self {
        match ends_at {
            None => Self::Current,
            Some(end) if end > now => Self::Ending,
            Some(_) => Self::Ended,
        }
    }
}

impl Key {
    /// What each of its secrets is looked up by.
    #[must_use]
    pub fn digests(&self) -> Vec<SecretDigest> {
        self.secrets.iter().map(|secret| secret.digest).collect()
    }

    /// Takes in what its secrets were used for: those that were swept count for the key alone.
    pub(super) fn take_uses(&mut self, uses: &[SecretUse]) {
        let last = uses.iter().map(|it| it.last_use).max_by_key(|it| it.at);
        (self.last_used_at, self.last_used_from) = parts(last);
        for secret in &mut self.secrets {
            let own = uses.iter().find(|it| it.secret == secret.digest);
            (secret.last_used_at, secret.last_used_from) = parts(own.map(|it| it.last_use));
            secret.requests = own.and_then(|it| it.requests.try_into().ok()).unwrap_or(0);
        }
    }

    /// Its older secret whose overlap still lasts, if there is one.
    #[must_use]
    pub fn ending_secret(&self) -> Option<&SecretRecord> {
        self.secrets.iter().find(|secret| secret.state == SecretState::Ending)
    }
}

fn parts(last_use: Option<LastUse>) -> (Option<Timestamp>, Option<IpAddr>) {
    (last_use.map(|it| it.at), last_use.and_then(|it| it.from))
}

/// Which keys a listing names.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this workspace.
    pub workspace: Option<String>,
    /// Those of this product.
    pub product: Option<String>,
    /// Those made before this one.
    pub before: Option<KeyId>,
}
