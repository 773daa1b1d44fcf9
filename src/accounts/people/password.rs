//! Passwords: which ones are taken, and how they are kept.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::hasher::Permit;
use crate::error::{Error, Result};

/// Characters of a password, after normalisation.
const CHARACTERS_MIN: usize = 12;
const CHARACTERS_MAX: usize = 128;

/// Bytes that are looked at at all.
const BYTES_MAX: usize = 1_024;

/// Memory in KiB, passes and lanes: the second of the settings that OWASP's
/// [password storage cheat sheet](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)
/// holds equal.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Passwords that many people choose, in lower case, one a line: those of 12 characters and more
/// from the list that Django ships (by Royce Williams, from Have I Been Pwned), and what people make
/// of the shorter ones by a number, a repetition or a row of the keyboard.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A password as somebody typed it, normalised (NFC), wiped when dropped. No `Debug`, no `Display`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// A password that somebody chooses.
    ///
    /// # Errors
    /// `Invalid` for fewer than 12 characters, more than 128, and one that many people choose.
    pub fn chosen(text: &str) -> Result<Self> {
        let password = Self::typed(text);
        let characters = password.0.chars().count();
        if text.len() > BYTES_MAX || characters > CHARACTERS_MAX {
            return Err(Error::invalid("the password is longer than 128 characters"));
        }
        if characters < CHARACTERS_MIN {
            return Err(Error::invalid(
                "the password is shorter than 12 characters: a few words make a good one",
            ));
        }
        if COMMON.contains(password.0.to_lowercase().as_str()) {
            return Err(Error::invalid("many people choose this password: take another one"));
        }
        Ok(password)
    }

    /// A password that somebody signs in with, whatever it is: one that is too long to be anybody's
    /// is cut, and then is nobody's.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let end = text.floor_char_boundary(BYTES_MAX);
        Self(Zeroizing::new(text[..end].nfc().collect()))
    }

    /// Its hash, as it is kept.
    ///
    /// # Errors
    /// `Internal` when there is no memory or no random numbers for it.
    pub fn hash(&self, _permit: &Permit<'_>) -> Result<PasswordHash> {
        let hash = argon2()
            .hash_password(self.0.as_bytes())
            .map_err(|error| Error::internal("a password cannot be hashed").because(error))?;
        Ok(PasswordHash(hash.to_string()))
    }
}

/// The hash of a password with its parameters, in the PHC string format. No `Debug`. Two are equal
/// where they are one row's: the same password hashed once more has another salt.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// From the database.
    pub(super) fn kept(text: String) -> Self {
        Self(text)
    }

    /// For the database.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// One that no password has, and that costs as much to try.
    #[must_use]
    pub fn of_nobody() -> Self {
        // 16 bytes of salt and 32 of hash, all of them zero.
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        Self(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"))
    }

    /// Whether it is `password`'s.
    #[must_use]
    pub fn is_of(&self, password: &Password, _permit: &Permit<'_>) -> bool {
        phc::PasswordHash::new(&self.0)
            .is_ok_and(|hash| argon2().verify_password(password.0.as_bytes(), &hash).is_ok())
    }

    /// Whether it was made with other parameters than new ones are.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        !self.0.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::super::Hasher;
    use super::*;

    fn refused(text: &str) -> String {
        Password::chosen(text).err().expect("it is refused").to_string()
    }

    #[test]
    fn a_password_has_12_to_128_characters_and_is_not_a_common_one() {
        assert!(Password::chosen("quiet lantern harbour").is_ok());
        assert!(Password::chosen("ünïcödé wörds").is_ok());
        assert!(Password::chosen(&"u\u{308}o".repeat(64)).is_ok(), "characters count, not bytes");
        assert!(refused("eleven char").contains("shorter"));
        assert!(refused(&"long words ".repeat(12)).contains("longer"));
        assert!(refused(&"é".repeat(600)).contains("longer"));
        for common in ["Password1234", "qwertyuiopas", "aaaaaaaaaaaa", "123456789012"] {
            assert!(refused(common).contains("many people"), "{common}");
        }
    }

    #[test]
    fn one_password_is_the_same_however_its_letters_are_composed() {
        let (hasher, composed) = (Hasher::default(), "caf\u{e9} lantern harbour");
        let permit = hasher.enter().unwrap();
        let hash = Password::chosen(composed).unwrap().hash(&permit).unwrap();
        assert!(hash.is_of(&Password::typed("cafe\u{301} lantern harbour"), &permit));
        assert!(!hash.is_of(&Password::typed("cafe lantern harbour"), &permit));
        assert!(!hash.is_outdated());
    }

    #[test]
    fn nobodys_hash_is_nobodys_and_is_tried_in_full() {
        let hasher = Hasher::default();
        let nobody = PasswordHash::of_nobody();
        assert!(phc::PasswordHash::new(nobody.as_str()).is_ok(), "it is tried, not refused");
        assert!(!nobody.is_of(&Password::typed("quiet lantern harbour"), &hasher.enter().unwrap()));
        assert!(!nobody.is_outdated());
        assert!(PasswordHash::kept(nobody.as_str().replace("t=2", "t=1")).is_outdated());
    }
}
