//! `/oauth/introspect`: what a token is worth, for whoever may know
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use actix_http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::authenticate;
use super::endpoint::{Asked, Known};
use crate::clock::Timestamp;
use crate::oauth::clients::Client;
use crate::oauth::tokens::Worth;
use crate::oauth::{Error, Result};
use crate::secret::SecretDigest;

/// Says what a token is worth. One that is worth nothing, and one that is not for the client to know,
/// look alike.
///
/// # Errors
/// `InvalidRequest`, `InvalidClient`.
pub(in crate::http) fn answer(asked: &Asked<'_>) -> Result<Answer> {
    let parameters = authenticate::form(asked)?;
    let proved = authenticate::confidential(asked, parameters)?;
    let token = parameters.one("token")?.ok_or_else(|| Error::request("token is missing"))?;
    let settings = &asked.app.live.get().oauth;
    let (known, digest) = (&asked.app.known.tokens, SecretDigest::of(token.as_bytes()));
    let find = || asked.tokens(settings).worth(token);
    let worth = known.find(&asked.app.store, digest, find)?;
    Ok(told(asked, &proved.client, worth.as_deref()))
}

/// The same of a token and for a client that are remembered: without a look at the database.
pub(in crate::http) fn known(asked: &Asked<'_>) -> Option<Known> {
    let parameters = authenticate::form(asked).ok()?;
    let proved = authenticate::known(asked, parameters)?;
    let digest = SecretDigest::of(parameters.one("token").ok()??.as_bytes());
    let worth = asked.app.known.tokens.get(&asked.app.store, &digest)?;
    Some(Known::Now(told(asked, &proved.client, Some(&worth))))
}

fn told(asked: &Asked<'_>, client: &Client, worth: Option<&Worth>) -> Answer {
    let settings = &asked.app.live.get().oauth;
    let scopes = |worth| asked.tokens(settings).scopes_told(client, worth, asked.now);
    match worth.and_then(|worth| Some((worth, scopes(worth)?))) {
        Some((worth, scopes)) => Answer::json(StatusCode::OK, &members(asked, worth, &scopes)),
        None => Answer::json(StatusCode::OK, &json!({ "active": false })),
    }
}

/// What is said of a token that is good (RFC 7662 §2.2).
#[derive(Serialize)]
struct Members<'a> {
    active: bool,
    scope: String,
    client_id: &'a str,
    sub: String,
    #[serde(skip_serializing_if = "Audience::is_nobody")]
    aud: Audience<'a>,
    iss: &'a str,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    workspace: &'a str,
}

fn members<'a>(asked: &'a Asked<'_>, worth: &'a Worth, scopes: &[&str]) -> Members<'a> {
    let seconds = |at: Timestamp| at.as_millis() / 1_000;
    let grant = &worth.grant;
    Members {
        active: true,
        scope: scopes.join(" "),
        client_id: grant.client.as_str(),
        sub: grant.holder.map_or_else(|| grant.client.to_string(), |holder| holder.to_string()),
        aud: Audience::of(asked, worth),
        iss: asked.public.as_str(),
        iat: seconds(worth.created_at),
        exp: seconds(worth.expires_at),
        token_type: worth.is_access.then_some("Bearer"),
        workspace: &grant.workspace,
    }
}

/// Whom a token is for: one name stands alone, several are a list.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

impl<'a> Audience<'a> {
    /// What the client has named, or whatever the product is called.
    fn of(asked: &'a Asked<'_>, worth: &'a Worth) -> Self {
        let mut names: Vec<&str> = worth.grant.resources.iter().map(String::as_str).collect();
        if names.is_empty() {
            let product = asked.in_force.registry.product(&worth.grant.product);
            let oauth = product.and_then(|product| product.oauth.as_ref());
            for known in oauth.into_iter().flat_map(|oauth| &oauth.audiences) {
                names.push(known.as_str());
            }
        }
        match names.as_slice() {
            [one] => Self::One(one),
            _ => Self::Several(names),
        }
    }

    fn is_nobody(&self) -> bool {
        matches!(self, Self::Several(names) if names.is_empty())
    }
}
