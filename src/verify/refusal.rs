//! Why a request may not pass: the gate's vocabulary.
//!
//! A refusal is an answer, not a fault. Its words are for the developer who called: what to do
//! next, and never whether a key that is not theirs exists.

use std::borrow::Cow;

use super::AmbiguousPath;
use crate::limits::Standing;
use crate::secret::masked;

/// Characters of a host or a product that a log tells: all of nearly every host.
const TOLD_CHARACTERS_MAX: usize = 100;

/// Bytes that are looked at for them, since anybody can send many.
const TOLD_BYTES_MAX: usize = 1_024;

/// Why a request may not pass; each names the step of the decision that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The question itself is wrong: a contract header is missing, repeated or foreign.
    InvalidRequest(Cow<'static, str>),
    /// It presents no credential.
    MissingCredential,
    /// It presents more than one credential, or one of them twice.
    AmbiguousCredential,
    /// What it presents is no key of this product.
    InvalidKey,
    /// What it presents is no access token of this product, or is one no more.
    InvalidToken,
    /// The key was revoked, or the secret was ended by a rotation.
    RevokedKey,
    /// The key has expired.
    ExpiredKey,
    /// It did not come by https, which the product asks for.
    HttpsRequired,
    /// The key may not be used from the client's address, or that is unknown.
    IpNotAllowed,
    /// The key's type is not good on this host.
    WrongEnvironment,
    /// The target could be read in more than one way.
    AmbiguousPath(AmbiguousPath),
    /// The product declares no such route.
    RouteNotDeclared,
    /// The key lacks a scope that the route needs.
    InsufficientScope {
        /// The scopes that the route needs, space-separated.
        required: String,
        /// Whether one of them is enough.
        is_any_enough: bool,
    },
    /// The request names a resource that the key is not bound to.
    ResourceMismatch {
        /// The resource's name.
        resource: String,
        /// The error type that the product's manifest gives it.
        error_type: String,
    },
    /// The plan's minute has no room.
    RateLimited {
        /// Seconds until the same request can pass; `None` where it never can.
        retry_after: Option<u32>,
        /// How the windows stand.
        standing: Standing,
    },
    /// The plan's day has no room.
    QuotaExceeded {
        /// Seconds until the same request can pass.
        retry_after: u32,
        /// How the windows stand.
        standing: Standing,
    },
    /// We cannot decide.
    Unavailable(Undecided),
}

/// Why nothing could be decided: for the log, never for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// No product bears the name that the endpoint gives.
    #[error("no product `{0}`: is there a plugin file of that name, without errors?")]
    UnknownProduct(String),
    /// No product serves the host.
    #[error("no product has the host `{0}` among its `hosts`")]
    UnknownHost(String),
    /// A row of the key, its secret or its workspace does not bear its own checksum.
    #[error(
        "the rows of a presented key do not bear their checksums, so it is denied; \
         `keystile key list` marks the damaged key"
    )]
    DamagedRow,
    /// The workspace is on a plan that the settings do not have.
    #[error("the workspace of a presented key is on a plan that `[plans]` does not have")]
    UnknownPlan,
    /// The database did not answer, or too many look-ups are waiting for it.
    #[error("the look-up of a key failed: {0}")]
    LookUp(String),
}

impl Undecided {
    pub(super) fn unknown_product(id: &str) -> Self {
        Self::UnknownProduct(told(id.as_bytes()))
    }

    /// For a host as the proxy has sent it.
    pub(super) fn unknown_host(host: &[u8]) -> Self {
        Self::UnknownHost(told(host))
    }
}

/// What a caller may have chosen, as a log can tell it: on one line, not long, and no secret.
fn told(sent: &[u8]) -> String {
    let text = sent[..sent.len().min(TOLD_BYTES_MAX)].escape_ascii().to_string();
    let text = masked(&text);
    let rest = if text.chars().nth(TOLD_CHARACTERS_MAX).is_some() { " and more" } else { "" };
    text.chars().take(TOLD_CHARACTERS_MAX).chain(rest.chars()).collect()
}

impl Refusal {
    pub(super) fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidRequest(reason.into())
    }

    /// The refusal's name in answers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::MissingCredential => "missing_credential",
            Self::AmbiguousCredential => "ambiguous_credential",
            Self::InvalidKey => "invalid_key",
            Self::InvalidToken => "invalid_token",
            Self::RevokedKey => "revoked_key",
            Self::ExpiredKey => "expired_key",
            Self::HttpsRequired => "https_required",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::WrongEnvironment => "wrong_environment",
            Self::AmbiguousPath(_) => "ambiguous_path",
            Self::RouteNotDeclared => "route_not_declared",
            Self::InsufficientScope { .. } => "insufficient_scope",
            Self::ResourceMismatch { .. } => "resource_mismatch",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The refusal's family in answers, by which clients choose what to do.
    #[must_use]
    pub fn error_type(&self) -> &str {
        match self {
            Self::InvalidRequest(_) | Self::AmbiguousCredential | Self::AmbiguousPath(_) => {
                "invalid_request_error"
            }
            Self::MissingCredential
            | Self::InvalidKey
            | Self::InvalidToken
            | Self::RevokedKey
            | Self::ExpiredKey => "authentication_error",
            Self::HttpsRequired
            | Self::IpNotAllowed
            | Self::WrongEnvironment
            | Self::RouteNotDeclared
            | Self::InsufficientScope { .. } => "permission_error",
            Self::ResourceMismatch { error_type, .. } => error_type,
            Self::RateLimited { .. } | Self::QuotaExceeded { .. } => "rate_limit_error",
            Self::Unavailable(_) => "api_error",
        }
    }

    /// What the caller is told; `product` is the API's name.
    #[must_use]
    pub fn message(&self, product: &str) -> String {
        match self {
            Self::InvalidRequest(reason) => format!("This request cannot be judged: {reason}."),
            Self::MissingCredential => format!("Send your {product} API key with the request."),
            Self::AmbiguousCredential => {
                "Send exactly one API key, in one header, once.".to_owned()
            }
            Self::InvalidKey => format!(
                "This is no valid {product} API key. Check that it is complete and meant for this \
                 API."
            ),
            Self::InvalidToken => format!(
                "This access token is not good for {product}, or is no more. Get another by the \
                 refresh token, or ask for access anew."
            ),
            Self::RevokedKey => "This API key was revoked. Use a current one.".to_owned(),
            Self::ExpiredKey => "This API key has expired. Create a new one.".to_owned(),
            Self::HttpsRequired => "Call this API by https.".to_owned(),
            Self::IpNotAllowed => {
                "This API key may not be used from your address. Ask its owner to allow it."
                    .to_owned()
            }
            Self::WrongEnvironment => {
                "This API key belongs to another environment. Use the host of its key type."
                    .to_owned()
            }
            Self::AmbiguousPath(reason) => {
                format!("Write the request's target in one plain way: {reason}.")
            }
            Self::RouteNotDeclared => format!("{product} has no such endpoint."),
            Self::InsufficientScope { required, is_any_enough } => {
                let which = if *is_any_enough { "one of these scopes" } else { "this scope" };
                format!("This API key lacks {which}: {required}. Use a key that has it.")
            }
            Self::ResourceMismatch { resource, .. } => {
                format!("This API key is not bound to this {resource}. Use a key that is.")
            }
            Self::RateLimited { retry_after: Some(seconds), .. } => {
                let plural = if *seconds == 1 { "" } else { "s" };
                format!("Too many requests in a minute. Try again in {seconds} second{plural}.")
            }
            Self::RateLimited { retry_after: None, .. } => {
                "This request counts for more than your plan allows at all. Use a larger plan."
                    .to_owned()
            }
            Self::QuotaExceeded { .. } => {
                "The day's quota is used up. Try again after midnight UTC, or use a larger plan."
                    .to_owned()
            }
            Self::Unavailable(_) => {
                "This request cannot be judged at the moment. Try again shortly.".to_owned()
            }
        }
    }
}
