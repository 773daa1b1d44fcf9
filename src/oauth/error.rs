//! What a client is told when it does not get what it asked for: the RFCs' own codes.

use std::borrow::Cow;

use super::parameters::BadParameters;
use crate::error::{self, ErrorKind};
use crate::store::{Store, Write};

/// The result of what a client asks for.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a client does not get what it asked for.
#[derive(Debug)]
pub struct Error {
    code: Code,
    description: Cow<'static, str>,
    /// What went wrong with us, where it is no refusal.
    fault: Option<error::Error>,
}

/// The codes, each with the RFC that defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A parameter is missing, twice there, or makes no sense (RFC 6749 §5.2).
    InvalidRequest,
    /// The client is unknown, or has not proved who it is (RFC 6749 §5.2).
    InvalidClient,
    /// The code or refresh token is not, or no longer, good for this client (RFC 6749 §5.2).
    InvalidGrant,
    /// The client may not ask in this way (RFC 6749 §5.2).
    UnauthorizedClient,
    /// Nobody may ask in this way (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// Only codes are given (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
    /// A scope is unknown, or more than was given (RFC 6749 §5.2).
    InvalidScope,
    /// A resource is unknown, or another's (RFC 8707 §2).
    InvalidTarget,
    /// Somebody has said no (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// A redirect URI that nobody may register (RFC 7591 §3.2.2).
    InvalidRedirectUri,
    /// Something else that nobody may register (RFC 7591 §3.2.2).
    InvalidClientMetadata,
    /// A bearer token that is not good (RFC 6750 §3.1).
    InvalidToken,
    /// Too often, or too many at a time (RFC 6749 §4.1.2.1 has the code; the status says the rest).
    SlowDown,
    /// We cannot at the moment (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
    /// Our own fault (RFC 6749 §4.1.2.1).
    ServerError,
}

impl Code {
    /// As clients know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::SlowDown | Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

impl Error {
    /// A refusal. The description is for whoever writes the client.
    #[must_use]
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: plain(description.into()), fault: None }
    }

    /// See [`Code::InvalidRequest`].
    #[must_use]
    pub fn request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    /// See [`Code::InvalidGrant`]. Nobody is told which of the reasons it was.
    #[must_use]
    pub fn grant() -> Self {
        Self::new(
            Code::InvalidGrant,
            "it is not, or no longer, good, or was given to another client or for another \
             redirect_uri or verifier",
        )
    }

    /// Which it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What it is about, in the characters that RFC 6749 §5.2 allows.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What went wrong with us, if anything did.
    #[must_use]
    pub fn fault(&self) -> Option<&error::Error> {
        self.fault.as_ref()
    }

    /// A refusal as it is, a fault as what went wrong: nothing of a change may then be kept.
    ///
    /// # Errors
    /// The fault.
    pub fn refusal_or_fault(self) -> Result<Self, error::Error> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self),
        }
    }
}

impl From<error::Error> for Error {
    fn from(fault: error::Error) -> Self {
        let (code, description) = match fault.kind() {
            ErrorKind::Unavailable => (Code::TemporarilyUnavailable, "try again in a moment"),
            ErrorKind::TooMany => (Code::SlowDown, "too many at a time: try again in a moment"),
            ErrorKind::Invalid
            | ErrorKind::NotFound
            | ErrorKind::Conflict
            | ErrorKind::CannotStart
            | ErrorKind::Internal => (Code::ServerError, "something went wrong here"),
        };
        Self { code, description: description.into(), fault: Some(fault) }
    }
}

impl From<BadParameters> for Error {
    fn from(bad: BadParameters) -> Self {
        Self::request(bad.to_string())
    }
}

impl From<crate::store::Fault> for Error {
    fn from(fault: crate::store::Fault) -> Self {
        error::Error::from(fault).into()
    }
}

/// Carries out a change. A refusal leaves what was written before it, which is what some refusals are
/// about; of a fault nothing is left.
pub(super) fn change<T, F>(store: &Store, change: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
{
    store.write(move |tx| refusal_kept(change(tx)))?
}

/// The same for who must not wait on their thread.
pub(super) fn change_later<T, F>(
    store: &Store,
    change: F,
) -> impl Future<Output = Result<T>> + use<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
{
    let changed = store.write_later(move |tx| refusal_kept(change(tx)));
    async { changed.await? }
}

fn refusal_kept<T>(changed: Result<T>) -> Result<Result<T>, error::Error> {
    match changed {
        Ok(done) => Ok(Ok(done)),
        Err(error) => error.refusal_or_fault().map(Err),
    }
}

/// Only what may stand in a description, and in a quoted string of a header: printable ASCII but `"`
/// and `\`.
fn plain(text: Cow<'static, str>) -> Cow<'static, str> {
    let is_plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    if text.chars().all(is_plain) {
        return text;
    }
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_5_2_a_description_has_plain_characters_alone() {
        let error = Error::request("\"scope\" is\\\r\nSet-Cookie: é");
        assert_eq!(error.description(), "_scope_ is___Set-Cookie: _");
    }

    #[test]
    fn a_refusal_is_kept_apart_from_a_fault() {
        assert!(Error::grant().refusal_or_fault().is_ok());
        let fault = Error::from(error::Error::internal("the disk is on fire"));
        assert_eq!(
            (fault.code(), fault.description().contains("fire")),
            (Code::ServerError, false)
        );
        assert!(fault.refusal_or_fault().is_err());
    }
}
