//! Addresses with a query: what a list shows stands in its address, so that it can be sent on.

use std::fmt::Write as _;

/// A page's path and the fields of its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// The path.
    pub path: &'a str,
    /// The fields, each with its value; empty ones are left out when it is written.
    pub fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Address<'a> {
    /// The value of the field `name`; empty where there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &'a str {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map_or("", |(_, value)| *value)
    }

    /// The address with some fields changed, written out.
    #[must_use]
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let is_kept = |name: &str| !changes.iter().any(|(changed, _)| *changed == name);
        let kept = self.fields.iter().copied().filter(|(name, _)| is_kept(name));
        let all = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty());
        let mut written = self.path.to_owned();
        for (place, (name, value)) in all.enumerate() {
            written.push(if place == 0 { '?' } else { '&' });
            encode(name, &mut written);
            written.push('=');
            encode(value, &mut written);
        }
        written
    }
}

/// What is neither a letter, a digit nor one of `-._~` is written as `%XX`
/// ([RFC 3986 §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
fn encode(text: &str, written: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(written, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_replaces_a_field_and_an_empty_one_goes() {
        let address = Address { path: "/keys", fields: vec![("q", "a b&c"), ("page", "2")] };
        assert_eq!(address.with(&[]), "/keys?q=a%20b%26c&page=2");
        assert_eq!(address.with(&[("page", ""), ("sort", "name")]), "/keys?q=a%20b%26c&sort=name");
        assert_eq!(address.with(&[("page", ""), ("q", "")]), "/keys");
        assert_eq!(address.value("page"), "2");
    }
}
