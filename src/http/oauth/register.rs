//! `/oauth/register`, `/oauth/register/CLIENT`: clients that register themselves
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)), and manage what they have said
//! ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use actix_http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::authenticate;
use super::endpoint::Asked;
use crate::oauth::clients::{Client, Registered};
use crate::oauth::{Attempt, Code, Error, Result};

/// Bytes of what a client says of itself.
const SAID_BYTES_MAX: usize = 16 * 1024;

/// Registers a client.
///
/// # Errors
/// As RFC 7591 §3.2.2; `SlowDown`.
pub(in crate::http) fn register(asked: &Asked<'_>) -> Result<Answer> {
    let settings = &asked.app.live.get().oauth;
    let limit = (settings.registrations_per_minute, asked.now);
    asked.app.attempts.count(Attempt::Registration, asked.address, limit)?;
    let said = said(asked)?;
    let may = (settings, asked.sent.bearer(), asked.now);
    let registered = asked.clients().register(&said, asked.address.to_string(), may)?;
    Ok(Answer::json(StatusCode::CREATED, &members(asked, &registered)))
}

/// Shows a client what it has said.
///
/// # Errors
/// `InvalidToken`.
pub(in crate::http) fn show(asked: &Asked<'_>) -> Result<Answer> {
    let client = theirs(asked)?;
    let registered = Registered { client, secret: None, token: None };
    Ok(Answer::json(StatusCode::OK, &members(asked, &registered)))
}

/// Replaces what a client has said.
///
/// # Errors
/// As [`register`].
pub(in crate::http) fn replace(asked: &Asked<'_>) -> Result<Answer> {
    // Whoever has no token is told so before what they say is read.
    theirs(asked)?;
    let settings = &asked.app.live.get().oauth;
    let limit = (settings.registrations_per_minute, asked.now);
    asked.app.attempts.count(Attempt::Change, asked.address, limit)?;
    let said = (&said(asked)?, settings.registration);
    let clients = asked.clients();
    let registered = clients.reregister(&asked.sent.client, asked.sent.bearer(), said)?;
    Ok(Answer::json(StatusCode::OK, &members(asked, &registered)))
}

/// Ends a client, with all that it holds.
///
/// # Errors
/// `InvalidToken`.
pub(in crate::http) fn end(asked: &Asked<'_>) -> Result<Answer> {
    theirs(asked)?;
    asked.clients().unregister(&asked.sent.client, asked.sent.bearer())?;
    Ok(Answer::done(StatusCode::NO_CONTENT))
}

/// The client that manages its registration with the token that was sent. Only so many wrong ones may
/// be presented.
fn theirs(asked: &Asked<'_>) -> Result<Client> {
    let found = asked.clients().registered(&asked.sent.client, asked.sent.bearer());
    authenticate::counted(asked, found, Code::InvalidToken)
}

fn said(asked: &Asked<'_>) -> Result<Map<String, Value>> {
    let bad = |said: &'static str| Error::new(Code::InvalidClientMetadata, said);
    if !asked.sent.is_json() {
        return Err(bad("send application/json"));
    }
    if asked.sent.body.len() > SAID_BYTES_MAX {
        return Err(bad("a client says at most 16 KiB of itself"));
    }
    match serde_json::from_slice(&asked.sent.body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(bad("the body is a JSON object")),
    }
}

/// Everything that is registered, as it is kept: what was changed shows.
fn members(asked: &Asked<'_>, registered: &Registered) -> Map<String, Value> {
    let Registered { client, secret, token } = registered;
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("client_id", client.id.as_str().into());
    say("client_id_issued_at", (client.created_at.as_millis() / 1_000).into());
    if let Some(secret) = secret {
        say("client_secret", secret.expose().into());
        say("client_secret_expires_at", 0.into());
    }
    // It is kept as a hash: whoever shows it gets it back.
    let token = token.as_ref().map(crate::secret::Secret::expose).or(asked.sent.bearer());
    if let Some(token) = token {
        say("registration_access_token", token.into());
    }
    let (issuer, id) = (asked.public.as_str(), &client.id);
    say("registration_client_uri", format!("{issuer}/oauth/register/{id}").into());
    describe(client, &mut members);
    members
}

fn describe(client: &Client, members: &mut Map<String, Value>) {
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("client_name", client.name.as_str().into());
    if !client.redirect_uris.is_empty() {
        say("redirect_uris", json!(client.redirect_uris));
    }
    say("grant_types", json!(client.grant_types));
    say("response_types", json!(["code"]));
    say("token_endpoint_auth_method", client.auth_method.as_str().into());
    if !client.scopes.is_empty() {
        say("scope", client.scopes.join(" ").into());
    }
    members.extend(client.about.clone());
}
