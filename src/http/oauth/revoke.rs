//! `/oauth/revoke`: a client gives a token back
//! ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use actix_http::StatusCode;

use super::answer::Answer;
use super::authenticate;
use super::endpoint::Asked;
use crate::oauth::{Error, Result};

/// Ends a token of the client. One that nobody knows is over already.
///
/// # Errors
/// `InvalidRequest`, `InvalidClient`; `InvalidGrant` for another client's token.
pub(in crate::http) fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let parameters = authenticate::form(asked)?;
    let proved = authenticate::client(asked, parameters)?;
    let token = parameters.one("token")?.ok_or_else(|| Error::request("token is missing"))?;
    let settings = &asked.app.live.get().oauth;
    asked.tokens(settings).revoke(&proved.client, token)?;
    Ok(Answer::done(StatusCode::OK))
}
