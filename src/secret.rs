//! Secrets: the strings that callers send. How they are made, told from noise, and remembered.
//!
//! A secret is its prefix, 26 random base62 characters and 6 of checksum. It is held in memory
//! only while it is made or judged, wiped when dropped, and stored as its SHA-256 alone. The type
//! has no `Debug`, `Display` or `Serialize`: [`Secret::expose`] is the one door out.

use std::borrow::Cow;

use rand::TryRng as _;
use rand::rngs::SysRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random characters of a secret: 62^26 is 154 bits.
const RANDOM_CHARACTERS: usize = 26;

/// Characters of checksum: 62^6 holds every CRC-32.
const CHECKSUM_CHARACTERS: usize = 6;

/// Characters of a token: 62^43 is 256 bits.
const TOKEN_CHARACTERS: usize = 43;

/// Characters behind the prefix.
pub const BODY_CHARACTERS: usize = RANDOM_CHARACTERS + CHECKSUM_CHARACTERS;

/// The longest secret: the longest prefix (1 + 20 + `_`) and the body. Longer input is no secret.
pub const SECRET_BYTES_MAX: usize = 22 + BODY_CHARACTERS;

/// A newly made secret, wiped from memory when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A new secret from the operating system's random numbers.
    ///
    /// # Errors
    /// When the operating system has no random numbers to give.
    pub fn mint(prefix: &str) -> Result<Self, rand::rngs::SysError> {
        let mut text = Zeroizing::new(String::with_capacity(prefix.len() + BODY_CHARACTERS));
        text.push_str(prefix);
        push_random(&mut text, RANDOM_CHARACTERS)?;
        let checksum = checksum(text.as_bytes());
        text.extend(checksum.iter().map(|byte| char::from(*byte)));
        Ok(Self(text))
    }

    /// The secret itself, for the one answer that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(self.0.as_bytes())
    }

    /// Its last 4 characters, by which people recognise it.
    #[must_use]
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

/// Random bytes that are asked for at a time: enough for most secrets, since each question is a call of
/// the operating system.
const RANDOM_BYTES: usize = 32;

/// Adds so many random base62 characters from the operating system.
fn push_random(text: &mut String, characters: usize) -> Result<(), rand::rngs::SysError> {
    let end = text.len() + characters;
    let mut bytes = Zeroizing::new([0_u8; RANDOM_BYTES]);
    while text.len() < end {
        SysRng.try_fill_bytes(bytes.as_mut())?;
        // 248 is 4 × 62: bytes from there on would favour the first characters.
        let fair = bytes.iter().filter(|byte| **byte < 248).take(end - text.len());
        text.extend(fair.map(|byte| char::from(BASE62[usize::from(byte % 62)])));
    }
    Ok(())
}

/// What opens something to a person: a session's cookie, a one-time link. Wiped when dropped; stored
/// as its SHA-256 alone. It has no `Debug`, `Display` or `Serialize` either.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A new token of 256 bits.
    ///
    /// # Errors
    /// When the operating system has no random numbers to give.
    pub fn mint() -> Result<Self, rand::rngs::SysError> {
        let mut text = Zeroizing::new(String::with_capacity(TOKEN_CHARACTERS));
        push_random(&mut text, TOKEN_CHARACTERS)?;
        Ok(Self(text))
    }

    /// A token that somebody presents, if it has the shape of one.
    #[must_use]
    pub fn presented(text: &str) -> Option<Self> {
        let is_one =
            text.len() == TOKEN_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_one.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The token itself, for the one cookie or link that holds it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(self.0.as_bytes())
    }

    /// What is derived from it for `purpose`: whoever knows the one cannot tell the other.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> String {
        let mut digest = Sha256::new_with_prefix(purpose.as_bytes());
        digest.update([0]);
        digest.update(self.0.as_bytes());
        digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            hex.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
            );
            hex
        })
    }
}

/// The prefix of a presented secret, when its shape and checksum are right; no look-up is needed.
///
/// The last 32 characters are the body and all before them the prefix.
#[must_use]
pub fn prefix_of(presented: &[u8]) -> Option<&str> {
    if presented.len() > SECRET_BYTES_MAX {
        return None;
    }
    let (prefix, body) =
        presented.split_at_checked(presented.len().checked_sub(BODY_CHARACTERS)?)?;
    // Every byte is looked at, so that many are at once.
    if !body.iter().fold(true, |all, byte| all & byte.is_ascii_alphanumeric()) {
        return None;
    }
    let (covered, claimed) = presented.split_at(presented.len() - CHECKSUM_CHARACTERS);
    (checksum(covered) == *claimed).then(|| std::str::from_utf8(prefix).ok())?
}

/// A text without its secrets: each word whose shape and checksum are right is left out.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    without(text, |word| prefix_of(word.as_bytes()).is_some())
}

/// A text without any word that is as long as a secret, since it may be one with a letter missing.
#[must_use]
pub fn masked_by_length(text: &str) -> Cow<'_, str> {
    without(text, |word| word.len() >= BODY_CHARACTERS)
}

fn without(text: &str, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter| !is_of_word(letter));
    let secrets = words.filter(|word| is_secret(word));
    secrets.fold(Cow::Borrowed(text), |masked, secret| masked.replace(secret, "…").into())
}

/// CRC-32/ISO-HDLC of `covered` as base62 digits, most significant first, padded with `0`.
fn checksum(covered: &[u8]) -> [u8; CHECKSUM_CHARACTERS] {
    let mut number = crc32fast::hash(covered);
    let mut digits = [b'0'; CHECKSUM_CHARACTERS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// The SHA-256 of a secret: what is stored, and what it is looked up by. It gives nothing away: a
/// secret has 154 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of a presented secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// From the database.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For the database.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Test vectors, the same as in `docs/keys.md`.
    const VECTORS: [(&str, &str); 4] = [
        ("wk_live_", "wk_live_0000000000000000000000000017EqPo"),
        ("wk_test_", "wk_test_ABCDEFGHIJKLMNOPQRSTUVWXYZ19v5zF"),
        ("rk_", "rk_zzzzzzzzzzzzzzzzzzzzzzzzzz0sRI5J"),
        ("sk_live_", "sk_live_3vQb7ZtLr9XcKf2MwPn8YdGh1s0OkrZF"),
    ];

    #[test]
    fn the_checksum_is_crc32_iso_hdlc_in_base62() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(&checksum(b"123456789"), b"3jZRME");
        for (prefix, secret) in VECTORS {
            assert_eq!(prefix_of(secret.as_bytes()), Some(prefix));
        }
    }

    #[test]
    fn a_text_is_told_without_the_secrets_in_it() {
        for (_, secret) in VECTORS {
            let told = format!("no scope `{secret}`, nor {secret}.x");
            assert_eq!(masked(&told), "no scope `…`, nor ….x");
        }
        let harmless = "key_01m80jfddpf56be6af7ze9kg4j, client_01m80jfddpf56be6af7ze9kg4j";
        assert_eq!(masked(harmless), harmless);
    }

    #[test]
    fn a_minted_secret_is_recognised_and_no_two_are_alike() {
        let (one, other) = (Secret::mint("wk_live_").unwrap(), Secret::mint("wk_live_").unwrap());
        assert_eq!(prefix_of(one.expose().as_bytes()), Some("wk_live_"));
        assert_eq!(one.expose().len(), "wk_live_".len() + BODY_CHARACTERS);
        assert!(one.expose().ends_with(one.last4()));
        assert!(one.digest() != other.digest());
    }

    #[test]
    fn a_token_is_presented_as_it_was_minted_and_gives_nothing_away() {
        let token = Token::mint().unwrap();
        let again = Token::presented(token.expose()).unwrap();
        assert_eq!(token.digest(), again.digest());
        assert_eq!(token.derived("form"), again.derived("form"));
        assert_ne!(token.derived("form"), token.derived("other"));
        assert!(Token::presented(&token.expose()[1..]).is_none());
        assert!(Token::presented(&"é".repeat(43)).is_none());
    }

    #[test]
    fn noise_is_refused_without_a_look_up() {
        let good = Secret::mint("rk_").unwrap();
        let text = good.expose();
        let longer = format!("{text}0");
        for noise in ["", "rk_", &text[1..], &longer, &text[..text.len() - 1], &"a".repeat(4_096)] {
            assert_eq!(prefix_of(noise.as_bytes()), None, "{noise}");
        }
    }

    proptest! {
        #[test]
        fn no_single_changed_character_is_taken(place in 0_usize..35, replacement in 0_usize..62) {
            let good = Secret::mint("rk_").unwrap();
            let mut bytes = good.expose().as_bytes().to_vec();
            prop_assume!(bytes[place] != BASE62[replacement]);
            bytes[place] = BASE62[replacement];
            prop_assert_eq!(prefix_of(&bytes), None);
        }

        #[test]
        fn any_bytes_are_judged_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = prefix_of(&bytes);
        }
    }
}
