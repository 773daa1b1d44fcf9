//! Which client asks ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)): by its
//! secret in `Authorization: Basic` or in the body, or by its id alone where it has no secret.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::endpoint::{Asked, credentials};
use crate::oauth::clients::{ClientId, Proved};
use crate::oauth::{Attempt, Code, Error, Parameters, Result, form_decoded};
use crate::secret::SecretDigest;

/// Wrong secrets that one place may present in a minute before it is told to slow down. No right one
/// is ever refused for it: a guess has 154 bits to find, and a stranger could lock others out.
const WRONG_PER_MINUTE: u32 = 60;

/// Who a client says that it is, and what it proves that by.
struct Presented {
    id: Zeroizing<String>,
    secret: Option<Zeroizing<String>>,
}

impl Presented {
    /// What is remembered of it by.
    fn question(&self) -> Option<(ClientId, SecretDigest)> {
        let secret = self.secret.as_ref()?;
        Some((self.id.parse().ok()?, SecretDigest::of(secret.as_bytes())))
    }
}

/// The client that a request is from.
///
/// # Errors
/// `InvalidRequest` where it says that in two ways, `InvalidClient`, `SlowDown`.
pub(super) fn client(asked: &Asked<'_>, parameters: &Parameters) -> Result<Arc<Proved>> {
    let presented = presented(asked, parameters)?;
    let secret = presented.secret.as_ref().map(|secret| secret.as_str());
    let prove = || asked.clients().authenticate(&presented.id, secret, asked.now);
    let proved = match presented.question() {
        None => prove().map(Arc::new),
        Some(question) => remembered(asked, question, prove),
    };
    counted(asked, proved, Code::InvalidClient)
}

/// The same, if it is remembered: without a look at the database.
pub(super) fn known(asked: &Asked<'_>, parameters: &Parameters) -> Option<Arc<Proved>> {
    let question = presented(asked, parameters).ok()?.question()?;
    let known = asked.app.known.clients.get(&asked.app.store, &question);
    known.filter(|known| known.is_good(asked.now))
}

fn remembered(
    asked: &Asked<'_>,
    question: (ClientId, SecretDigest),
    prove: impl Fn() -> Result<Proved>,
) -> Result<Arc<Proved>> {
    let known = &asked.app.known.clients;
    match known.find(&asked.app.store, question, || prove().map(Some))? {
        Some(known) if known.is_good(asked.now) => Ok(known),
        // Its secret has ended meanwhile: it hears so as everybody does.
        _ => prove().map(Arc::new),
    }
}

fn presented(asked: &Asked<'_>, parameters: &Parameters) -> Result<Presented> {
    let (in_body, secret) = (parameters.one("client_id")?, parameters.one("client_secret")?);
    if parameters.one("client_assertion")?.is_some() {
        return Err(Error::new(Code::InvalidClient, "clients prove who they are by a secret"));
    }
    let owned = |text: &str| Zeroizing::new(text.to_owned());
    match (asked.sent.authorization.as_deref().map(basic).transpose()?, in_body, secret) {
        (Some(_), _, Some(_)) => {
            Err(Error::request("a client proves who it is in one way at a time"))
        }
        (Some((id, _)), Some(other), None) if id.as_str() != other => {
            Err(Error::request("client_id is another one than in Authorization"))
        }
        (Some((id, secret)), _, None) => Ok(Presented { id, secret: Some(secret) }),
        (None, Some(id), secret) => Ok(Presented { id: owned(id), secret: secret.map(owned) }),
        (None, None, _) => {
            Err(Error::new(Code::InvalidClient, "the request does not say which client asks"))
        }
    }
}

/// What was `found` by a secret. That it was `wrong` is counted, by where it came from.
///
/// # Errors
/// As `found`; `SlowDown`.
pub(super) fn counted<T>(asked: &Asked<'_>, found: Result<T>, wrong: Code) -> Result<T> {
    if found.as_ref().is_err_and(|error| error.code() == wrong) {
        let limit = (WRONG_PER_MINUTE, asked.now);
        asked.app.attempts.count(Attempt::WrongSecret, asked.address, limit)?;
    }
    found
}

/// A client that has proved who it is by a secret.
///
/// # Errors
/// As [`client`]; `InvalidClient` for one that has none.
pub(super) fn confidential(asked: &Asked<'_>, parameters: &Parameters) -> Result<Arc<Proved>> {
    let proved = client(asked, parameters)?;
    if proved.client.is_confidential() {
        return Ok(proved);
    }
    Err(Error::new(Code::InvalidClient, "only a client with a secret may ask this"))
}

/// The parameters of a form. Those of the URL are nobody's: they end up in logs.
///
/// # Errors
/// `InvalidRequest`.
pub(super) fn form<'a>(asked: &Asked<'a>) -> Result<&'a Parameters> {
    if !asked.sent.is_form() {
        return Err(Error::request("send application/x-www-form-urlencoded"));
    }
    Ok(asked.sent.parameters()?)
}

type IdAndSecret = (Zeroizing<String>, Zeroizing<String>);

/// Id and secret, each form-encoded before they were joined (RFC 6749 §2.3.1).
fn basic(authorization: &str) -> Result<IdAndSecret> {
    let bad = || Error::new(Code::InvalidClient, "Authorization is no Basic id:secret");
    let encoded = credentials(authorization, "basic").ok_or_else(bad)?;
    let bytes = Zeroizing::new(Base64::decode_vec(encoded).map_err(|_| bad())?);
    let text = std::str::from_utf8(&bytes).map_err(|_| bad())?;
    let (id, secret) = text.split_once(':').ok_or_else(bad)?;
    let decoded = |text: &str| form_decoded(text.as_bytes()).map_err(|_| bad());
    Ok((decoded(id)?, decoded(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_2_3_1_id_and_secret_are_form_encoded_before_they_are_joined() {
        let of = |text: &str| basic(&format!("bAsIc {}", Base64::encode_string(text.as_bytes())));
        let (id, secret) = of("client_a%3Ab:ks%5Fcs+x").unwrap();
        assert_eq!((id.as_str(), secret.as_str()), ("client_a:b", "ks_cs x"));
        assert!(of("no colon").is_err());
        for (said, read) in [("a:b=x", "b=x"), ("a:b&x", "b&x"), ("a:b%26", "b&"), ("a:", "")] {
            assert_eq!(of(said).unwrap().1.as_str(), read, "{said}");
        }
        for bad in ["a:b%", "a:b%4", "a:b%zz", "a%:b", "a:%ff"] {
            assert_eq!(of(bad).err().map(|it| it.code()), Some(Code::InvalidClient), "{bad}");
        }
        for bad in ["Basic", "Basic !", "Bearer abc", "Basic /w=="] {
            assert_eq!(basic(bad).err().map(|it| it.code()), Some(Code::InvalidClient), "{bad}");
        }
    }
}
