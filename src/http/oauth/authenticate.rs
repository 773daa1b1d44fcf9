//! Which client asks ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)): by its
//! secret in `Authorization: Basic` or in the body, or by its id alone where it has no secret.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::endpoint::{Asked, credentials};
use crate::oauth::clients::Client;
use crate::oauth::{Attempt, Code, Error, Parameters, Result, form_decoded};

/// Wrong secrets that one place may present in a minute before it is told to slow down. No right one
/// is ever refused for it: a guess has 154 bits to find, and a stranger could lock others out.
const WRONG_PER_MINUTE: u32 = 60;

/// The client that a request is from.
///
/// # Errors
/// `InvalidRequest` where it says that in two ways, `InvalidClient`, `SlowDown`.
pub(super) fn client(asked: &Asked<'_>, parameters: &Parameters) -> Result<Client> {
    let (in_body, secret) = (parameters.one("client_id")?, parameters.one("client_secret")?);
    if parameters.one("client_assertion")?.is_some() {
        return Err(Error::new(Code::InvalidClient, "clients prove who they are by a secret"));
    }
    let basic = asked.sent.authorization.as_deref().map(basic).transpose()?;
    let (id, secret) = match (&basic, in_body, secret) {
        (Some(_), _, Some(_)) => {
            return Err(Error::request("a client proves who it is in one way at a time"));
        }
        (Some((id, _)), Some(other), None) if id.as_str() != other => {
            return Err(Error::request("client_id is another one than in Authorization"));
        }
        (Some((id, secret)), _, None) => (id.as_str(), Some(secret.as_str())),
        (None, Some(id), secret) => (id, secret),
        (None, None, _) => {
            return Err(Error::new(
                Code::InvalidClient,
                "the request does not say which client asks",
            ));
        }
    };
    counted(asked, asked.clients().authenticate(id, secret, asked.now), Code::InvalidClient)
}

/// What was `found` by a secret. That it was `wrong` is counted, by where it came from.
///
/// # Errors
/// As `found`; `SlowDown`.
pub(super) fn counted(asked: &Asked<'_>, found: Result<Client>, wrong: Code) -> Result<Client> {
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
pub(super) fn confidential(asked: &Asked<'_>, parameters: &Parameters) -> Result<Client> {
    let client = client(asked, parameters)?;
    if client.is_confidential() {
        return Ok(client);
    }
    Err(Error::new(Code::InvalidClient, "only a client with a secret may ask this"))
}

/// The parameters of a form. Those of the URL are nobody's: they end up in logs.
///
/// # Errors
/// `InvalidRequest`.
pub(super) fn form(asked: &Asked<'_>) -> Result<Parameters> {
    if !asked.sent.is_form() {
        return Err(Error::request("send application/x-www-form-urlencoded"));
    }
    let parameters = Parameters::of_form(&asked.sent.body)?;
    parameters.expect_once(&["resource"])?;
    Ok(parameters)
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
