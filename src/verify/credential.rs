//! The one credential of a request, in one of the places that its product lists.

use super::{Headers, Refusal};
use crate::registry::Credential;

/// The credential that a request presents.
///
/// # Errors
/// [`Refusal::MissingCredential`], or [`Refusal::AmbiguousCredential`] where two places hold one,
/// one place is there twice, or a comma could make it two.
pub(super) fn presented<'a>(
    places: &[Credential],
    headers: Headers<'a>,
) -> Result<&'a [u8], Refusal> {
    let mut found = None;
    for place in places {
        let Some(credential) = in_place(place, headers)? else { continue };
        if found.replace(credential).is_some() {
            return Err(Refusal::AmbiguousCredential);
        }
    }
    found.ok_or(Refusal::MissingCredential)
}

fn in_place<'a>(place: &Credential, headers: Headers<'a>) -> Result<Option<&'a [u8]>, Refusal> {
    let value = headers.single(place.header()).map_err(|_| Refusal::AmbiguousCredential)?;
    let credential = match place {
        Credential::Authorization => value.and_then(bearer),
        Credential::Header(_) => value,
    };
    match credential {
        Some(credential) if credential.contains(&b',') => Err(Refusal::AmbiguousCredential),
        other => Ok(other),
    }
}

/// What follows `Bearer` and one space; another scheme, or more spaces, is no credential.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, credential) = value.split_at_checked(b"Bearer ".len())?;
    let is_one = !credential.is_empty() && !credential.contains(&b' ');
    let is_list = credential.contains(&b',');
    (scheme.eq_ignore_ascii_case(b"Bearer ") && (is_one || is_list)).then_some(credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(lines: &[(&'static str, &'static str)]) -> Result<String, &'static str> {
        let places = [Credential::Authorization, Credential::Header("x-api-key".into())];
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        match presented(&places, Headers::over(&lines)) {
            Ok(credential) => Ok(String::from_utf8(credential.to_vec()).unwrap()),
            Err(refusal) => Err(refusal.code()),
        }
    }

    #[test]
    fn one_credential_in_one_place_is_found() {
        assert_eq!(find(&[("authorization", "Bearer k1")]), Ok("k1".to_owned()));
        assert_eq!(find(&[("authorization", "bEARER k1")]), Ok("k1".to_owned()));
        assert_eq!(find(&[("x-api-key", "k1")]), Ok("k1".to_owned()));
        assert_eq!(
            find(&[("x-api-key", "k1"), ("authorization", "Basic eDp5")]),
            Ok("k1".to_owned())
        );
    }

    #[test]
    fn none_is_missing() {
        for value in
            ["", "Bearer", "Bearer ", "Bearer  k1", "Bearer k1 k2", "Basic k1", "k1", "Bearerk1"]
        {
            assert_eq!(find(&[("authorization", value)]), Err("missing_credential"), "{value}");
        }
        assert_eq!(find(&[("x-api-key", "")]), Err("missing_credential"));
    }

    #[test]
    fn more_than_one_is_ambiguous() {
        let cases: [&[(&str, &str)]; 6] = [
            &[("authorization", "Bearer k1"), ("x-api-key", "k1")],
            &[("x-api-key", "k1"), ("x-api-key", "k1")],
            &[("x-api-key", ""), ("x-api-key", "k1")],
            &[("x-api-key", "k1,k2")],
            &[("authorization", "Bearer k1, Bearer k2")],
            &[("authorization", "Basic x"), ("authorization", "Bearer k1")],
        ];
        for lines in cases {
            assert_eq!(find(lines), Err("ambiguous_credential"), "{lines:?}");
        }
    }
}
