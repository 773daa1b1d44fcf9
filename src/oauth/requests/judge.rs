//! Judging an authorization request ([RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1)):
//! first who asks and where the answer may go, since nobody is sent anywhere before that is known.

use super::request::Request;
use crate::oauth::clients::{Client, GrantType};
use crate::oauth::pkce::Challenge;
use crate::oauth::redirect_uri::RedirectUri;
use crate::oauth::{Code, Error, Parameters, Result, target};
use crate::registry::Registry;

/// Bytes of a `state`: it is kept, and goes back in a URL.
const STATE_BYTES_MAX: usize = 4 * 1024;

/// Who asks, and where their answer goes.
pub struct Asker {
    /// The client.
    pub client: Client,
    /// Where the answer goes: one that it has registered.
    pub redirect_uri: RedirectUri,
    /// Whether the request names that itself.
    is_redirect_sent: bool,
}

impl Asker {
    /// Where the answer to `client` may go. Without it nobody is sent anywhere.
    ///
    /// # Errors
    /// `InvalidRequest`, which is for whoever sits before the browser.
    pub fn find(client: Client, parameters: &Parameters) -> Result<Self> {
        let presented = parameters.one("redirect_uri")?;
        let redirect_uri = match presented {
            Some(presented) => client.redirect(presented),
            None if client.redirect_uris.len() == 1 => client.registered().next(),
            None => return Err(Error::request("redirect_uri is missing")),
        };
        let redirect_uri = redirect_uri
            .ok_or_else(|| Error::request("redirect_uri is none that the client has registered"))?;
        Ok(Self { client, redirect_uri, is_redirect_sent: presented.is_some() })
    }

    /// What is asked for.
    ///
    /// # Errors
    /// With the RFC's codes: these go to the client.
    pub fn judge(&self, parameters: &Parameters, registry: &Registry) -> Result<Request> {
        parameters.expect_once(&["resource"])?;
        match parameters.one("response_type")? {
            Some("code") => {}
            None => return Err(Error::request("response_type is missing")),
            Some(_) => {
                return Err(Error::new(Code::UnsupportedResponseType, "response_type is code"));
            }
        }
        if !matches!(parameters.one("response_mode")?, None | Some("query")) {
            return Err(Error::request("response_mode is query"));
        }
        if !self.client.may(GrantType::AuthorizationCode) {
            return Err(Error::new(Code::UnauthorizedClient, "this client gets no codes"));
        }
        let challenge = self.challenge(parameters)?;
        let resources: Vec<&str> = parameters.all("resource").collect();
        let asked = (resources.as_slice(), parameters.one("scope")?);
        let target = target::find(registry, &self.client, asked)?;
        Ok(Request {
            client: self.client.id.clone(),
            product: target.product.id.clone(),
            resources: target.resources,
            scopes: target.scopes,
            redirect_uri: self.redirect_uri.as_str().to_owned(),
            is_redirect_sent: self.is_redirect_sent,
            challenge,
            state: state(parameters)?,
        })
    }

    /// RFC 7636 §4.3: without a method it would be `plain`.
    fn challenge(&self, parameters: &Parameters) -> Result<Option<Challenge>> {
        let said = parameters.one("code_challenge")?;
        match (said, parameters.one("code_challenge_method")?) {
            (None, None) if self.client.is_oauth20 => Ok(None),
            (None, _) => Err(Error::request("code_challenge is missing")),
            (Some(text), Some("S256")) => match Challenge::parse(text) {
                Some(challenge) => Ok(Some(challenge)),
                None => Err(Error::request("code_challenge is 43 characters of base64url")),
            },
            (Some(_), _) => Err(Error::request("code_challenge_method is S256")),
        }
    }
}

/// What the client gets back as it came.
fn state(parameters: &Parameters) -> Result<Option<String>> {
    match parameters.one("state")? {
        Some(state) if state.len() > STATE_BYTES_MAX => Err(Error::request("state is too long")),
        state => Ok(state.map(str::to_owned)),
    }
}
