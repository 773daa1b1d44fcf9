//! What a form holds: each field by its name, wiped when dropped.

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Fields of a form.
const FIELDS_MAX: usize = 1_000;

/// The field that every form of somebody who is signed in carries.
pub(in crate::http) const FORM_TOKEN: &str = "form_token";

/// The fields of a form, in the order in which they came.
#[derive(Default)]
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `Invalid` for more fields than any form has.
    pub(super) fn read(body: &[u8]) -> Result<Self> {
        let fields = form_urlencoded::parse(body);
        let fields: Vec<_> = fields
            .take(FIELDS_MAX + 1)
            .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
            .collect();
        if fields.len() > FIELDS_MAX {
            return Err(Error::invalid("the form has too many fields"));
        }
        Ok(Self(fields))
    }

    /// Holds that there is no field but these: one that nobody reads is a mistake of ours, or
    /// somebody else's form.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn expect(&self, names: &[&str]) -> Result<&Self> {
        let is_known = |name: &str| name == FORM_TOKEN || names.contains(&name);
        match self.0.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(self),
            Some(_) => Err(Error::invalid("the form has a field that this page does not know")),
        }
    }

    /// The value of a field that stands once; empty where it is not there.
    ///
    /// # Errors
    /// `Invalid` where it stands more than once.
    pub fn one<'f>(&'f self, name: &str) -> Result<&'f str> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        match (values.next().map(|(_, value)| value.as_str()), values.next()) {
            (value, None) => Ok(value.unwrap_or_default()),
            (_, Some(_)) => Err(Error::invalid(format!("the form says `{name}` twice"))),
        }
    }

    /// The values of a field that may stand more than once.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_name_and_strangers_are_refused() {
        let form = Form::read(b"email=a%40b&scope=x&scope=y+z&form_token=t").unwrap();
        assert!(form.expect(&["email", "scope"]).is_ok());
        assert!(form.expect(&["email"]).is_err());
        assert_eq!(form.one("email").unwrap(), "a@b");
        assert_eq!(form.all("scope").collect::<Vec<_>>(), ["x", "y z"]);
        assert!(form.one("scope").is_err());
        assert_eq!(form.one("absent").unwrap(), "");
        assert!(Form::read("a=1&".repeat(1_001).as_bytes()).is_err());
    }
}
