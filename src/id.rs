//! Names that the instance gives: `key_…` and their kin, and request ids.
//!
//! An id is a UUID version 7 ([RFC 9562 §5.7]) in Crockford's base32, lower-case, behind its
//! noun: it sorts by the time of its making, and never needs quoting in a URL or a shell.
//!
//! [RFC 9562 §5.7]: https://www.rfc-editor.org/rfc/rfc9562#section-5.7

use std::fmt;
use std::str::FromStr;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

/// Declares the id of a noun: its prefix and 26 characters.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// How many bytes it is written in.
            pub const TEXT_BYTES: usize = $noun.len() + DIGITS;

            /// A new id that sorts by `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(uuid(now))
            }

            /// The UUID's 16 bytes.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// As it is written.
            #[must_use]
            pub fn to_text(self) -> [u8; Self::TEXT_BYTES] {
                let mut text = [0; Self::TEXT_BYTES];
                let (noun, digits) = text.split_at_mut($noun.len());
                noun.copy_from_slice($noun.as_bytes());
                write(digits, self.0.as_u128());
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(std::str::from_utf8(&self.to_text()).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read(text, $noun).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// The id of a key, `key_` and 26 characters.
    KeyId, "key_"
}

id! {
    /// The id of a person, `user_` and 26 characters.
    UserId, "user_"
}

id! {
    /// The id of a session, `session_` and 26 characters: it names one, and opens none.
    SessionId, "session_"
}

id! {
    /// The id of an invitation, `invitation_` and 26 characters: it names one, and is not its link.
    InvitationId, "invitation_"
}

id! {
    /// The id of a client that was made here, `client_` and 26 characters.
    MadeClientId, "client_"
}

id! {
    /// The id of what an app may do for a workspace, `grant_` and 26 characters.
    GrantId, "grant_"
}

fn uuid(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let random: [u8; 10] = rand::rng().random();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The last digit holds the lowest bits.
fn write(digits: &mut [u8], mut number: u128) {
    for digit in digits.iter_mut().rev() {
        *digit = CROCKFORD[number as usize & 31];
        number >>= 5;
    }
}

fn read(text: &str, noun: &'static str) -> Result<Uuid, NotAnId> {
    let none = NotAnId(noun);
    let digits = text.strip_prefix(noun).filter(|digits| digits.len() == DIGITS);
    let mut number = 0_u128;
    for byte in digits.ok_or(none)?.bytes() {
        let digit = CROCKFORD.iter().position(|known| *known == byte).ok_or(none)?;
        number = number.checked_mul(32).ok_or(none)? | digit as u128;
    }
    let uuid = Uuid::from_u128(number);
    (uuid.get_version_num() == 7).then_some(uuid).ok_or(none)
}

/// A text that is no id of ours, of the noun that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: it is `{0}` and 26 letters and digits, as the listings show it")]
pub struct NotAnId(&'static str);

/// A fresh request id, `req_` and 26 characters (128 random bits), for a request that brought none.
#[must_use]
pub fn request_id() -> String {
    let mut bits: u128 = rand::rng().random();
    let mut text = String::with_capacity(4 + DIGITS);
    text.push_str("req_");
    for _ in 0..DIGITS {
        text.push(char::from(CROCKFORD[bits as usize & 31]));
        bits >>= 5;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_was_written() {
        let id = KeyId::new(Timestamp::from_millis(1_795_312_000_000));
        assert_eq!(id.to_string().len(), 30);
        assert_eq!(id.to_string().parse::<KeyId>().unwrap(), id);
    }

    #[test]
    fn ids_sort_by_the_time_of_their_making() {
        let early = KeyId::new(Timestamp::from_millis(1_000)).to_string();
        let late = KeyId::new(Timestamp::from_millis(2_000)).to_string();
        assert!(early < late);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let id = KeyId::new(Timestamp::from_millis(0)).to_string();
        let too_large = format!("key_z{}", &id[5..]);
        for text in ["", "key_", "acme", &id[..29], &id.to_uppercase(), &too_large, "key_é"] {
            assert_eq!(text.parse::<KeyId>(), Err(NotAnId("key_")), "{text:?}");
        }
    }

    #[test]
    fn an_id_of_another_noun_is_refused() {
        let user = UserId::new(Timestamp::from_millis(1_000)).to_string();
        assert!(user.parse::<UserId>().is_ok());
        assert_eq!(user.parse::<SessionId>(), Err(NotAnId("session_")));
    }

    #[test]
    fn request_ids_have_the_shape_that_is_passed_on() {
        let id = request_id();
        assert_eq!(id.len(), 30);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        assert_ne!(id, request_id());
    }
}
