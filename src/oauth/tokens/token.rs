//! What hangs on a grant: its code, its refresh tokens, its access tokens.

use crate::clock::Timestamp;
use crate::id::GrantId;
use crate::oauth::pkce::Challenge;
use crate::secret::SecretDigest;

/// What a code begins with.
pub const CODE_PREFIX: &str = "ks_ac_";

/// What an access token begins with.
pub const ACCESS_PREFIX: &str = "ks_at_";

/// What a refresh token begins with.
pub const REFRESH_PREFIX: &str = "ks_rt_";

/// A code: what the app redeems once for tokens.
#[derive(Clone, Debug)]
pub(in crate::oauth) struct Code {
    pub(in crate::oauth) digest: SecretDigest,
    pub(in crate::oauth) grant: GrantId,
    /// Where it was sent.
    pub(in crate::oauth) redirect_uri: String,
    /// Whether the request had named that, and the redemption is to name it again.
    pub(in crate::oauth) is_redirect_sent: bool,
    /// What the verifier must fit.
    pub(in crate::oauth) challenge: Option<Challenge>,
    pub(in crate::oauth) expires_at: Timestamp,
    pub(in crate::oauth) redeemed_at: Option<Timestamp>,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub(in crate::oauth) struct RefreshToken {
    pub(in crate::oauth) digest: SecretDigest,
    pub(in crate::oauth) grant: GrantId,
    pub(in crate::oauth) created_at: Timestamp,
    pub(in crate::oauth) expires_at: Timestamp,
    /// When it was used, and what it was answered with: sealed, and gone after a while.
    pub(in crate::oauth) used: Option<(Timestamp, Option<Vec<u8>>)>,
}

/// An access token.
#[derive(Clone, Debug)]
pub(in crate::oauth) struct AccessToken {
    pub(in crate::oauth) digest: SecretDigest,
    pub(in crate::oauth) grant: GrantId,
    /// Those of the grant's scopes that it has.
    pub(in crate::oauth) scopes: Vec<String>,
    pub(in crate::oauth) created_at: Timestamp,
    pub(in crate::oauth) expires_at: Timestamp,
}
