//! `/oauth/token`: codes, refresh tokens and a client's own secret become access tokens
//! ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).

use std::sync::Arc;

use actix_http::StatusCode;
use serde::Serialize;

use super::answer::Answer;
use super::authenticate;
use super::endpoint::{Asked, Known};
use crate::clock::Timestamp;
use crate::oauth::clients::{Client, GrantType};
use crate::oauth::tokens::{Given, Redemption, Renewal};
use crate::oauth::{Code, Error, Parameters, Result};

/// Answers with tokens.
///
/// # Errors
/// As RFC 6749 §5.2.
pub(in crate::http) fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let parameters = parameters(asked)?;
    let proved = authenticate::client(asked, parameters)?;
    let client = &proved.client;
    if asked.sent.is_json() && !client.is_oauth20 {
        return Err(Error::request("send application/x-www-form-urlencoded"));
    }
    Ok(told(&given(asked, client, parameters)?, asked.now))
}

/// The same for a service that is remembered: its token is written, and nobody waits for it on a thread.
/// What can be refused is left to [`answer`].
pub(in crate::http) fn known(asked: &Asked<'_>) -> Option<Known> {
    let parameters = authenticate::form(asked).ok()?;
    let kind = parameters.one("grant_type").ok()??;
    if GrantType::named(kind) != Some(GrantType::ClientCredentials) {
        return None;
    }
    let proved = authenticate::known(asked, parameters)?;
    let settings = &asked.app.live.get().oauth;
    let resources: Vec<&str> = parameters.all("resource").collect();
    let asks = (resources.as_slice(), parameters.one("scope").ok()?);
    let (principals, now) = (Arc::clone(&asked.app.principals), asked.now);
    let given = asked.tokens(settings).serve_itself_later(&proved.client, asks, principals).ok()?;
    Some(Known::Later(actix_rt::spawn(async move { Ok(told(&given.await?, now)) })))
}

/// A form; or, for clients of the older style, one flat JSON object.
fn parameters<'a>(asked: &Asked<'a>) -> Result<&'a Parameters> {
    if asked.sent.is_json() {
        return Ok(asked.sent.parameters()?);
    }
    authenticate::form(asked)
}

fn given(asked: &Asked<'_>, client: &Client, parameters: &Parameters) -> Result<Given> {
    let kind = parameters.one("grant_type")?;
    let kind = kind.ok_or_else(|| Error::request("grant_type is missing"))?;
    let kind = GrantType::named(kind).ok_or_else(|| {
        let said = "grant_type is authorization_code, refresh_token or client_credentials";
        Error::new(Code::UnsupportedGrantType, said)
    })?;
    let needed = |name: &'static str| {
        let value = parameters.one(name)?;
        value.ok_or_else(|| Error::request(format!("{name} is missing")))
    };
    let settings = &asked.app.live.get().oauth;
    let tokens = asked.tokens(settings);
    let resources: Vec<&str> = parameters.all("resource").collect();
    match kind {
        GrantType::AuthorizationCode => {
            let (redirect_uri, verifier) =
                (parameters.one("redirect_uri")?, parameters.one("code_verifier")?);
            let code = needed("code")?;
            tokens.redeem(client, &Redemption { code, redirect_uri, verifier, resources })
        }
        GrantType::RefreshToken => {
            let (token, scope) = (needed("refresh_token")?, parameters.one("scope")?);
            tokens.refresh(client, &Renewal { token, scope, resources })
        }
        GrantType::ClientCredentials => {
            tokens.serve_itself(client, (&resources, parameters.one("scope")?))
        }
    }
}

/// What a client is told that gets tokens.
#[derive(Serialize)]
struct Members<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    scope: String,
}

fn told(given: &Given, now: Timestamp) -> Answer {
    let members = Members {
        access_token: given.access.as_str(),
        token_type: "Bearer",
        expires_in: given.expires_in_seconds(now),
        refresh_token: given.refresh.as_ref().map(|token| token.as_str()),
        scope: given.scopes.join(" "),
    };
    Answer::json(StatusCode::OK, &members)
}
