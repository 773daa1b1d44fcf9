//! The one credential of a request, in one of the places where its product takes one.

use super::{Headers, Refusal};
use crate::oauth::tokens::ACCESS_PREFIX;
use crate::registry::{Credential, Product};

/// The credential that a request presents, and whether it stands in `Authorization`.
///
/// # Errors
/// [`Refusal::MissingCredential`], or [`Refusal::AmbiguousCredential`] where two places hold one,
/// one place is there twice, or a comma could make it two.
pub(super) fn presented<'a>(
    product: &Product,
    headers: Headers<'a>,
) -> Result<(&'a [u8], bool), Refusal> {
    let mut found = None;
    for place in &product.credentials {
        let Some(credential) = in_place(place, headers)? else { continue };
        if found.replace((credential, *place == Credential::Authorization)).is_some() {
            return Err(Refusal::AmbiguousCredential);
        }
    }
    let is_elsewhere = || !product.credentials.contains(&Credential::Authorization);
    if product.oauth.is_some()
        && is_elsewhere()
        && let Some(token) = access_token(headers)?
        && found.replace((token, true)).is_some()
    {
        return Err(Refusal::AmbiguousCredential);
    }
    found.ok_or(Refusal::MissingCredential)
}

/// The access token in `Authorization`, which is taken there even where keys are not: anything else
/// in it is the back end's business then.
fn access_token(headers: Headers<'_>) -> Result<Option<&[u8]>, Refusal> {
    let is_token = |value: &[u8]| value.starts_with(ACCESS_PREFIX.as_bytes());
    let mut lines = headers.lines(Credential::Authorization.header());
    if !lines.any(|line| bearer(line).is_some_and(is_token)) {
        return Ok(None);
    }
    in_place(&Credential::Authorization, headers)
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

    const PRODUCT: &str = r#"name = "N"
hosts = ["a.b"]
credentials = ["authorization", "x-api-key"]
[keys.live]
prefix = "sk_"
[scopes]
"a" = "A"
[routes]
"GET /a" = "a"
"#;

    fn product(text: &str) -> Product {
        crate::registry::read("n.toml", "n", text).product.unwrap()
    }

    fn find(lines: &[(&'static str, &'static str)]) -> Result<String, &'static str> {
        find_for(&product(PRODUCT), lines)
    }

    fn find_for(
        product: &Product,
        lines: &[(&'static str, &'static str)],
    ) -> Result<String, &'static str> {
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        match presented(product, Headers::over(&lines)) {
            Ok((credential, _)) => Ok(String::from_utf8(credential.to_vec()).unwrap()),
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

    #[test]
    fn an_access_token_is_taken_where_keys_are_not() {
        let closed = PRODUCT.replace("\"authorization\", ", "");
        let (open, closed) = (product(&format!("{closed}[oauth]\n")), product(&closed));
        let token = ("authorization", "Bearer ks_at_1");
        assert_eq!(find_for(&closed, &[token]), Err("missing_credential"));
        assert_eq!(find_for(&open, &[token]), Ok("ks_at_1".to_owned()));
        assert_eq!(find_for(&open, &[("authorization", "Bearer x")]), Err("missing_credential"));
        assert_eq!(find_for(&open, &[("x-api-key", "k1")]), Ok("k1".to_owned()));
        let beside = [("x-api-key", "k1"), ("authorization", "Bearer x")];
        assert_eq!(find_for(&open, &beside), Ok("k1".to_owned()));
        for ambiguous in [
            &[token, ("x-api-key", "k1")][..],
            &[token, token],
            &[token, ("authorization", "Basic x")],
            &[("authorization", "Bearer ks_at_1,ks_at_2")],
        ] {
            assert_eq!(find_for(&open, ambiguous), Err("ambiguous_credential"), "{ambiguous:?}");
        }
    }
}
