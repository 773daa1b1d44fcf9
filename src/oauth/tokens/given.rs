//! What a client is answered: an access token, and what it renews it with.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::id::GrantId;

/// What a key is derived for: no other purpose gives the same.
const PURPOSE: &[u8] = b"keystile: the successor of a refresh token";

/// A key is derived from one token, and seals one text: its nonce need not differ from others'.
const NONCE: [u8; 12] = [0; 12];

/// What a client is answered. Wiped when dropped; there is no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Given {
    /// The access token.
    pub access: Zeroizing<String>,
    /// The refresh token, where the client gets one.
    pub refresh: Option<Zeroizing<String>>,
    /// The scopes of the access token.
    pub scopes: Vec<String>,
    /// When the access token expires, in milliseconds since 1970.
    expires_at: i64,
}

impl Given {
    pub(super) fn new(
        access: &str,
        refresh: Option<&str>,
        scopes: Vec<String>,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            access: Zeroizing::new(access.to_owned()),
            refresh: refresh.map(|text| Zeroizing::new(text.to_owned())),
            scopes,
            expires_at: expires_at.as_millis(),
        }
    }

    /// Whole seconds that the access token is good from `now` on.
    #[must_use]
    pub fn expires_in_seconds(&self, now: Timestamp) -> u64 {
        let left = self.expires_at.saturating_sub(now.as_millis());
        u64::try_from(left).unwrap_or(0) / 1_000
    }

    /// Sealed so that only whoever has `token` can read it, and only as that of `grant`.
    pub(super) fn seal(&self, token: &str, grant: GrantId) -> Option<Vec<u8>> {
        let text = Zeroizing::new(serde_json::to_vec(self).ok()?);
        let aad = grant.to_bytes();
        cipher(token)?.encrypt(&Nonce::from(NONCE), Payload { msg: &text, aad: &aad }).ok()
    }

    /// What was sealed with `token`; `None` where it was not, or is damaged.
    pub(super) fn unseal(sealed: &[u8], token: &str, grant: GrantId) -> Option<Self> {
        let aad = grant.to_bytes();
        let text = cipher(token)?.decrypt(&Nonce::from(NONCE), Payload { msg: sealed, aad: &aad });
        serde_json::from_slice(&Zeroizing::new(text.ok()?)).ok()
    }
}

fn cipher(token: &str) -> Option<ChaCha20Poly1305> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, token.as_bytes()).expand(PURPOSE, key.as_mut()).ok()?;
    Some(ChaCha20Poly1305::new(&Key::from(*key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_is_read_with_the_old_token_of_its_grant_alone() {
        let at = Timestamp::from_millis(10_000);
        let given = Given::new("ks_at_a", Some("ks_rt_b"), vec!["read:a".into()], at);
        let (grant, other) = (GrantId::new(at), GrantId::new(at));
        let sealed = given.seal("ks_rt_old", grant).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"ks_at_" || part == b"ks_rt_"));
        let read = Given::unseal(&sealed, "ks_rt_old", grant).unwrap();
        assert_eq!(read.access.as_str(), "ks_at_a");
        assert_eq!(read.expires_in_seconds(Timestamp::from_millis(3_500)), 6);
        assert_eq!(read.expires_in_seconds(Timestamp::from_millis(99_000)), 0);
        assert!(Given::unseal(&sealed, "ks_rt_older", grant).is_none());
        assert!(Given::unseal(&sealed, "ks_rt_old", other).is_none());
        assert!(Given::unseal(&sealed[1..], "ks_rt_old", grant).is_none());
    }
}
