//! Addresses by which people are known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest address ([RFC 5321 §4.5.3.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3)).
const EMAIL_BYTES_MAX: usize = 254;

/// An e-mail address in lower case. Nothing is ever sent to it: it is what somebody signs in by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = BadEmail;

    fn from_str(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        let is_plain =
            |letter: char| letter.is_ascii_graphic() && !"<>()[]\\,;:\"'".contains(letter);
        let (name, host) = text.rsplit_once('@').ok_or(BadEmail)?;
        let is_good = text.len() <= EMAIL_BYTES_MAX
            && text.chars().all(is_plain)
            && !name.is_empty()
            && !name.contains('@')
            && !host.is_empty()
            && !host.starts_with(['.', '-'])
            && !host.ends_with(['.', '-']);
        is_good.then(|| Self(text.to_ascii_lowercase())).ok_or(BadEmail)
    }
}

impl TryFrom<String> for Email {
    type Error = BadEmail;

    fn try_from(text: String) -> Result<Self, BadEmail> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`Email`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address, such as ada@example.com")]
pub struct BadEmail;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_in_lower_case() {
        assert_eq!(" Ada@Example.COM ".parse::<Email>().unwrap().as_str(), "ada@example.com");
        assert!("ada+ci@localhost".parse::<Email>().is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for text in ["", "ada", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@.b", "a@b.", "é@b", &long]
        {
            assert_eq!(text.parse::<Email>(), Err(BadEmail), "{text:?}");
        }
    }
}
