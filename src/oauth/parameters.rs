//! The parameters of a request, as a query or a body carries them.
//!
//! One without a value counts as left out, unknown ones mean nothing, and none may stand twice
//! ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)). What two readers could
//! read differently is refused: a `%` that escapes nothing, bytes that are no UTF-8, a name twice
//! in one JSON object.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use zeroize::Zeroizing;

/// The longest query or body, in bytes: a few thousand are usual where there is a JWT.
pub const PARAMETERS_BYTES_MAX: usize = 16 * 1024;

/// Parameters of one request.
const PARAMETERS_MAX: usize = 100;

/// The parameters that have a value, in their order. Codes and secrets are among them: wiped when
/// dropped, and there is no `Debug`.
#[derive(Default)]
pub struct Parameters(Vec<(Zeroizing<String>, Zeroizing<String>)>);

/// Why parameters could not be read; the words are for the client's developer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParameters {
    /// Too many bytes, or too many parameters.
    #[error("the request is too long")]
    TooLong,
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("the request's encoding is broken")]
    Encoding,
    /// A body that is no JSON object of texts, or says one name twice.
    #[error("the body is not a flat JSON object with texts as its values")]
    NotFlat,
    /// A parameter stands more than once.
    #[error("{0} stands more than once")]
    Repeated(Name),
}

/// The name of a parameter that stands more than once, if it is one of ours: a stranger's is not
/// repeated to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(Option<&'static str>);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.unwrap_or("a parameter"))
    }
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `TooLong` and `Encoding`.
    pub fn of_form(form: &[u8]) -> Result<Self, BadParameters> {
        if form.len() > PARAMETERS_BYTES_MAX {
            return Err(BadParameters::TooLong);
        }
        let pairs = form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        let mut parameters = Self::default();
        for pair in pairs {
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = (&pair[..equals], pair.get(equals + 1..).unwrap_or_default());
            parameters.add(form_decoded(name)?, form_decoded(value)?)?;
        }
        Ok(parameters)
    }

    /// Reads a JSON object whose values are texts.
    ///
    /// # Errors
    /// `TooLong` and `NotFlat`.
    pub fn of_json(body: &[u8]) -> Result<Self, BadParameters> {
        if body.len() > PARAMETERS_BYTES_MAX {
            return Err(BadParameters::TooLong);
        }
        let mut reader = serde_json::Deserializer::from_slice(body);
        let parameters = reader.deserialize_map(Flat).map_err(|_| BadParameters::NotFlat)?;
        reader.end().map_err(|_| BadParameters::NotFlat)?;
        Ok(parameters)
    }

    /// The value of a parameter that stands once; `None` where it is left out.
    ///
    /// # Errors
    /// `Repeated`.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, BadParameters> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(BadParameters::Repeated(Name(Some(name)))),
        }
    }

    /// The values of a parameter that may stand more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(found, _)| found.as_str() == name)
            .map(|(_, value)| value.as_str())
    }

    /// Holds that none stands more than once, known or not, but those that `may_repeat`.
    ///
    /// # Errors
    /// `Repeated`.
    pub fn expect_once(&self, may_repeat: &[&str]) -> Result<(), BadParameters> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !may_repeat.contains(name));
        names.sort_unstable();
        let is_repeated = names.windows(2).any(|pair| pair[0] == pair[1]);
        if is_repeated { Err(BadParameters::Repeated(Name(None))) } else { Ok(()) }
    }

    fn add(
        &mut self,
        name: Zeroizing<String>,
        value: Zeroizing<String>,
    ) -> Result<(), BadParameters> {
        if value.is_empty() {
            return Ok(());
        }
        if self.0.len() >= PARAMETERS_MAX {
            return Err(BadParameters::TooLong);
        }
        self.0.push((name, value));
        Ok(())
    }
}

/// One name or value, decoded; the buffer is never grown, which would leave a copy behind.
///
/// # Errors
/// `Encoding` for a `%` without two digits, and for what is no text.
pub fn form_decoded(encoded: &[u8]) -> Result<Zeroizing<String>, BadParameters> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (hex_digit(rest.next()), hex_digit(rest.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(BadParameters::Encoding),
            },
            _ => *byte,
        });
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            *bytes = error.into_bytes();
            Err(BadParameters::Encoding)
        }
    }
}

fn hex_digit(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Reads an object whose values are texts; one that says a name twice is refused.
struct Flat;

impl<'de> Visitor<'de> for Flat {
    type Value = Parameters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flat object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
        let mut parameters = Parameters::default();
        while let Some((name, value)) = map.next_entry()? {
            let is_new = parameters.0.iter().all(|(known, _)| *known != name);
            if !is_new || parameters.add(name, value).is_err() {
                return Err(serde::de::Error::custom("twice, or too many"));
            }
        }
        Ok(parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(text: &str) -> Parameters {
        Parameters::of_form(text.as_bytes()).ok().unwrap()
    }

    #[test]
    fn rfc6749_3_1_a_parameter_without_a_value_is_left_out_and_unknown_ones_mean_nothing() {
        let form = form("&a=1&b=&c&=x&&d=%C3%A9+%2B&state=%00");
        assert_eq!(form.one("a"), Ok(Some("1")));
        assert_eq!(form.one("d"), Ok(Some("\u{e9} +")));
        assert_eq!(form.one("state"), Ok(Some("\0")));
        for absent in ["b", "c", "e", "A"] {
            assert_eq!(form.one(absent), Ok(None));
        }
        assert!(form.expect_once(&[]).is_ok());
    }

    #[test]
    fn rfc6749_3_1_none_stands_twice_however_it_is_encoded() {
        let form = form("client_id=a&client%5fid=b&resource=x&resource=y&e=&e=");
        let repeated = form.one("client_id").unwrap_err();
        assert_eq!(repeated.to_string(), "client_id stands more than once");
        assert_eq!(form.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert!(form.expect_once(&["client_id"]).is_err());
        assert!(form.expect_once(&["client_id", "resource"]).is_ok());
        let of_strangers = Parameters::of_form(b"x=1&x=1").ok().unwrap();
        let repeated = of_strangers.expect_once(&[]).unwrap_err();
        assert_eq!(repeated.to_string(), "a parameter stands more than once");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in ["a=%", "a=%4", "a=%zz", "%=1", "a=%+1", "a=%ff", "a=%C3", "%ff=1", "a=%c0%80"] {
            assert_eq!(
                Parameters::of_form(bad.as_bytes()).err(),
                Some(BadParameters::Encoding),
                "{bad}"
            );
        }
        assert_eq!(Parameters::of_form(b"a=\xff").err(), Some(BadParameters::Encoding));
        let many = "a=1&".repeat(PARAMETERS_MAX + 1);
        assert_eq!(Parameters::of_form(many.as_bytes()).err(), Some(BadParameters::TooLong));
        let long = vec![b'a'; PARAMETERS_BYTES_MAX + 1];
        assert_eq!(Parameters::of_form(&long).err(), Some(BadParameters::TooLong));
        assert_eq!(Parameters::of_json(&long).err(), Some(BadParameters::TooLong));
    }

    #[test]
    fn a_json_body_is_one_flat_object_of_texts() {
        let good = Parameters::of_json(br#" {"grant_type":"x","code":"\u00e9","empty":""} "#);
        let good = good.ok().unwrap();
        assert_eq!((good.one("code"), good.one("empty")), (Ok(Some("\u{e9}")), Ok(None)));
        for bad in [
            "",
            "[]",
            "null",
            "\"x\"",
            r#"{"a":1}"#,
            r#"{"a":null}"#,
            r#"{"a":["x"]}"#,
            r#"{"a":{}}"#,
            r#"{"a":"x","a":"x"}"#,
            r#"{"a":"x","\u0061":"y"}"#,
            r#"{"a":"x"} {}"#,
            r#"{"a":"x",}"#,
            r#"{"a":"\ud800"}"#,
        ] {
            let read = Parameters::of_json(bad.as_bytes());
            assert_eq!(read.err(), Some(BadParameters::NotFlat), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_a_client_encodes_is_read_as_it_meant_it(
            pairs in proptest::collection::vec((".{1,8}", ".{1,8}"), 0..20)
        ) {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&pairs);
            let read = Parameters::of_form(form.finish().as_bytes()).ok().unwrap();
            let read: Vec<_> =
                read.0.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            prop_assert_eq!(read, pairs);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(read) = Parameters::of_form(&bytes) {
                let lenient: Vec<_> = form_urlencoded::parse(&bytes)
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect();
                let read: Vec<_> =
                    read.0.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
                prop_assert_eq!(read, lenient);
            }
            let _ = Parameters::of_json(&bytes);
        }
    }
}
