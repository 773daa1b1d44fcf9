//! `/.well-known/oauth-authorization-server`: what this server can do
//! ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)). Nothing stands here that does not work.

use std::collections::BTreeSet;

use actix_http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::endpoint::Asked;
use crate::config::Registration;
use crate::oauth::Result;
use crate::oauth::clients::{AuthMethod, GrantType};

/// The document.
///
/// # Errors
/// None.
#[expect(clippy::unnecessary_wraps, reason = "a handler of the table")]
pub(in crate::http) fn show(asked: &Asked<'_>) -> Result<Answer> {
    let settings = &asked.app.live.get().oauth;
    let issuer = asked.public.as_str();
    let methods: Vec<&str> = AuthMethod::ALL.iter().map(|it| it.as_str()).collect();
    let grants: Vec<&str> = GrantType::ALL.iter().map(|it| it.as_str()).collect();
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("issuer", issuer.into());
    say("authorization_endpoint", format!("{issuer}/oauth/authorize").into());
    say("token_endpoint", format!("{issuer}/oauth/token").into());
    if settings.registration != Registration::Off {
        say("registration_endpoint", format!("{issuer}/oauth/register").into());
    }
    say("introspection_endpoint", format!("{issuer}/oauth/introspect").into());
    say("revocation_endpoint", format!("{issuer}/oauth/revoke").into());
    say("response_types_supported", json!(["code"]));
    say("response_modes_supported", json!(["query"]));
    say("grant_types_supported", json!(grants));
    say("code_challenge_methods_supported", json!(["S256"]));
    say("token_endpoint_auth_methods_supported", json!(methods));
    say("revocation_endpoint_auth_methods_supported", json!(methods));
    let by_secret: Vec<&str> = methods.into_iter().filter(|name| *name != "none").collect();
    say("introspection_endpoint_auth_methods_supported", json!(by_secret));
    say("authorization_response_iss_parameter_supported", true.into());
    if settings.has_client_id_metadata {
        say("client_id_metadata_document_supported", true.into());
    }
    let scopes = scopes(asked);
    if !scopes.is_empty() {
        say("scopes_supported", json!(scopes));
    }
    Ok(Answer::json(StatusCode::OK, &members).kept())
}

/// Whatever applications may ask for, of any product.
fn scopes(asked: &Asked<'_>) -> Vec<String> {
    let products = asked.in_force.registry.products();
    let open = products.filter_map(|product| product.oauth.as_ref()).flat_map(|it| &it.scopes);
    let names: BTreeSet<&String> = open.collect();
    names.into_iter().cloned().collect()
}
