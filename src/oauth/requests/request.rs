//! What an authorization request is, after it was judged: what an app has asked somebody for.

use crate::clock::{Span, Timestamp};
use crate::id::SessionId;
use crate::oauth::clients::ClientId;
use crate::oauth::pkce::Challenge;

/// How long somebody may take to sign in and to decide.
pub(in crate::oauth) const REQUEST_LIFE: Span = Span::seconds(10 * 60);

/// What an app has asked for. It is kept here from when it was judged until somebody decides: what
/// they send says yes or no, and never what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The app.
    pub client: ClientId,
    /// The product that its token would be for.
    pub product: String,
    /// The resources that it named (RFC 8707).
    pub resources: Vec<String>,
    /// The scopes: those that it named, or the defaults.
    pub scopes: Vec<String>,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Whether the app has named that itself.
    pub is_redirect_sent: bool,
    /// What the verifier must fit (RFC 7636).
    pub challenge: Option<Challenge>,
    /// What the app gets back as it came.
    pub state: Option<String>,
}

/// A request that is kept.
#[derive(Clone, Debug)]
pub(in crate::oauth) struct Kept {
    pub(in crate::oauth) request: Request,
    /// Where it came from, as a hash.
    pub(in crate::oauth) place: [u8; 16],
    /// The session that it was first shown to.
    pub(in crate::oauth) session: Option<SessionId>,
    pub(in crate::oauth) created_at: Timestamp,
    pub(in crate::oauth) expires_at: Timestamp,
}
