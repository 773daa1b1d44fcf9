//! `/oauth/introspect`: what a token is worth, for whoever may know
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use actix_http::StatusCode;
use serde_json::{Map, Value, json};

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
    let proved = authenticate::confidential(asked, &parameters)?;
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
    let proved = authenticate::known(asked, &parameters)?;
    let digest = SecretDigest::of(parameters.one("token").ok()??.as_bytes());
    let worth = asked.app.known.tokens.get(&asked.app.store, &digest)?;
    Some(Known::Now(told(asked, &proved.client, Some(&worth))))
}

fn told(asked: &Asked<'_>, client: &Client, worth: Option<&Worth>) -> Answer {
    let settings = &asked.app.live.get().oauth;
    let scopes = |worth| asked.tokens(settings).scopes_told(client, worth, asked.now);
    let members = match worth.and_then(|worth| Some((worth, scopes(worth)?))) {
        Some((worth, scopes)) => members(asked, worth, &scopes),
        None => Map::from_iter([("active".to_owned(), false.into())]),
    };
    Answer::json(StatusCode::OK, members)
}

fn members(asked: &Asked<'_>, worth: &Worth, scopes: &[String]) -> Map<String, Value> {
    let seconds = |at: Timestamp| Value::from(at.as_millis() / 1_000);
    let grant = &worth.grant;
    let holder = grant.holder.map(|holder| holder.to_string());
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("active", true.into());
    say("scope", scopes.join(" ").into());
    say("client_id", grant.client.as_str().into());
    say("sub", holder.unwrap_or_else(|| grant.client.to_string()).into());
    match audiences(asked, worth).as_slice() {
        [] => None,
        [one] => say("aud", one.as_str().into()),
        several => say("aud", json!(several)),
    };
    say("iss", asked.public.as_str().into());
    say("iat", seconds(worth.created_at));
    say("exp", seconds(worth.expires_at));
    if worth.is_access {
        say("token_type", "Bearer".into());
    }
    say("workspace", grant.workspace.as_str().into());
    members
}

/// What the client has named, or whatever the product is called.
fn audiences(asked: &Asked<'_>, worth: &Worth) -> Vec<String> {
    if !worth.grant.resources.is_empty() {
        return worth.grant.resources.clone();
    }
    let product = asked.in_force.registry.product(&worth.grant.product);
    let oauth = product.and_then(|product| product.oauth.as_ref());
    let names = oauth.into_iter().flat_map(|oauth| &oauth.audiences);
    names.map(|audience| audience.as_str().to_owned()).collect()
}
