//! Resources that a request names in its query.
//!
//! Query strings are read in many ways: case folded, brackets as lists, dots as objects, the first
//! or the last of two. A query in which a resource's name could be found by one reader and missed
//! by another is ambiguous.

use std::borrow::Cow;

use super::AmbiguousPath;
use super::path::hex_pair;
use crate::octets::Octets;

const NOT_UTF8: AmbiguousPath = AmbiguousPath("the query is not UTF-8");

/// The decoded value of the parameter `name` in a query, if it is there exactly once.
///
/// # Errors
/// [`AmbiguousPath`] when it stands twice, is spelled in a way that only some would read as
/// `name`, or cannot be decoded.
pub(super) fn parameter<'q>(
    query: &'q [u8],
    name: &str,
) -> Result<Option<Cow<'q, str>>, AmbiguousPath> {
    if query.contains(&b';') {
        return Err(AmbiguousPath("the query holds a `;`, which some read as `&`"));
    }
    let mut found = None;
    for pair in query.split(|byte| *byte == b'&') {
        let (written, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(equals) => (&pair[..equals], &pair[equals + 1..]),
            None => (pair, &[][..]),
        };
        match resemblance(&decoded(written)?, name) {
            Resemblance::None => {}
            Resemblance::Near => {
                return Err(AmbiguousPath("a query parameter is nearly a resource's name"));
            }
            Resemblance::Same if found.is_some() => {
                return Err(AmbiguousPath("a resource stands in the query more than once"));
            }
            Resemblance::Same if value.contains(&b'+') => {
                return Err(AmbiguousPath(
                    "a resource's value holds a `+`, which some read as space",
                ));
            }
            Resemblance::Same => found = Some(decoded(value)?),
        }
    }
    Ok(found)
}

/// The text that a part of the query stands for; nearly always itself.
fn decoded(raw: &[u8]) -> Result<Cow<'_, str>, AmbiguousPath> {
    let is_itself = |byte: &u8| *byte != b'%' && !byte.is_ascii_control();
    if raw.iter().all(is_itself) {
        let text = std::str::from_utf8(raw).map_err(|_| NOT_UTF8)?;
        return Ok(Cow::Borrowed(text));
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(raw.len()), raw);
    while let [byte, tail @ ..] = rest {
        let (byte, tail) = match *byte {
            b'%' => hex_pair(tail).ok_or(AmbiguousPath("a `%` without two hex digits"))?,
            plain => (plain, tail),
        };
        if byte.is_ascii_control() {
            return Err(AmbiguousPath("the query hides a control character"));
        }
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| NOT_UTF8)
}

/// What names are made of in which only the case can mislead.
const PLAIN: Octets = Octets::alphanumeric_and(b"_-");

enum Resemblance {
    None,
    Near,
    Same,
}

/// How a decoded name compares: `Near` when some reader would take it for `name`: without case,
/// with `[…]` or `.…` behind it, or with blanks, dots and pluses where it has underscores.
fn resemblance(written: &str, name: &str) -> Resemblance {
    if written == name {
        return Resemblance::Same;
    }
    if PLAIN.has_all(written.as_bytes()) && PLAIN.has_all(name.as_bytes()) {
        let is_near = written.eq_ignore_ascii_case(name);
        return if is_near { Resemblance::Near } else { Resemblance::None };
    }
    let written = written.trim_matches([' ', '+']);
    let head = written.split('[').next().unwrap_or(written);
    let folded = head.replace([' ', '+', '.'], "_").to_lowercase();
    // In capitals too: some letters have no lower case of their own, such as the long s.
    let is_same_in_capitals = head.to_uppercase() == name.to_uppercase();
    let name = name.to_lowercase();
    let is_prefix =
        head.to_lowercase().strip_prefix(&name).is_some_and(|tail| tail.starts_with('.'));
    if folded == name.replace(['.', ' ', '+'], "_") || is_prefix || is_same_in_capitals {
        Resemblance::Near
    } else {
        Resemblance::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(query: &str) -> Result<Option<Cow<'_, str>>, AmbiguousPath> {
        parameter(query.as_bytes(), "brand_id")
    }

    #[test]
    fn a_parameter_that_stands_once_is_decoded() {
        assert_eq!(brand("a=1&brand_id=b_1"), Ok(Some("b_1".into())));
        assert_eq!(brand("%62rand_id=b%5F1&&x"), Ok(Some("b_1".into())));
        assert_eq!(brand("brand_id"), Ok(Some("".into())));
        assert_eq!(brand(""), Ok(None));
        assert_eq!(brand("brand=1&brand_ids=2&x=%F0%9F%90%8B"), Ok(None));
    }

    #[test]
    fn what_only_some_would_read_is_ambiguous() {
        let cases = [
            "brand_id=1&brand_id=1",
            "brand_id=1&%62rand_id=2",
            "BRAND_ID=1",
            "brand_id[]=1",
            "brand_id%5B0%5D=1",
            "brand_id.x=1",
            "brand.id=1",
            "+brand_id=1",
            "brand+id=1",
            "a;brand_id=1",
            "brand_id=%zz",
            "%zz=1",
            "brand_id%00=1",
            "brand_id=a+b",
            "brand_id=%ff",
            "%ff=1",
            "brand_id=1%0a",
            "Brand_Id[x]=1",
        ];
        for query in cases {
            assert!(brand(query).is_err(), "{query}");
        }
    }
}
