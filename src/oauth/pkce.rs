//! Proof Key for Code Exchange: whoever redeems a code shows that they asked for it
//! ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)). `plain` is not among its methods here: it
//! proves nothing to somebody who has seen the request.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a request says of the verifier that will come: its SHA-256 in base64url, 43 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// A challenge of the method `S256`, if it is one (RFC 7636 §4.2).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        let decoded = Base64UrlUnpadded::decode(text, &mut digest).ok()?;
        (decoded.len() == 32).then(|| Self(text.to_owned()))
    }

    /// As it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is what it is of (RFC 7636 §4.6), in the same time for each that is none.
    #[must_use]
    pub fn is_of(&self, verifier: &str) -> bool {
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier));
        is_verifier(verifier) && bool::from(digest.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

/// Whether a text is a verifier at all: 43 to 128 unreserved characters (RFC 7636 §4.1).
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn rfc7636_appendix_b_the_verifier_fits_its_challenge() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_of(VERIFIER));
        assert!(!challenge.is_of(CHALLENGE), "the challenge itself is no proof");
        assert!(!challenge.is_of(&VERIFIER.replace('d', "e")));
        assert!(!challenge.is_of(""));
    }

    #[test]
    fn rfc7636_4_1_a_verifier_has_43_to_128_unreserved_characters() {
        for good in ["a".repeat(43), "-._~".repeat(32)] {
            let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&good));
            assert!(Challenge::parse(&challenge).unwrap().is_of(&good), "{good}");
        }
        for bad in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "é".repeat(43)] {
            let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&bad));
            assert!(!Challenge::parse(&challenge).unwrap().is_of(&bad), "{bad}");
        }
    }

    #[test]
    fn rfc7636_4_2_a_challenge_is_32_bytes_in_base64url() {
        let padded = format!("{CHALLENGE}=");
        let foreign = CHALLENGE.replace('-', "+");
        for bad in ["", &CHALLENGE[1..], &padded, &foreign, &"A".repeat(44), &"!".repeat(43)] {
            assert_eq!(Challenge::parse(bad), None, "{bad}");
        }
    }
}
