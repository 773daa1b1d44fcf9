//! The one place where a path is read: raw bytes in, decoded segments out, or ambiguous.
//!
//! Proxies and back ends disagree about dots, empty segments, encoded slashes and the like; a
//! target on which they could disagree is denied, never normalised. What is left is a fixed point
//! of nginx's own normalisation.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::octets::Octets;
use crate::registry::SEGMENTS_MAX;

/// The longest target.
pub const TARGET_BYTES_MAX: usize = 8_192;

/// Paths of APIs are seldom deeper; deeper ones cost an allocation.
const SEGMENTS_USUAL: usize = 8;

/// `pchar` of [RFC 3986 §3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3) without `%`, and
/// without `;`, behind which some servers look for parameters.
const PLAIN: Octets = Octets::alphanumeric_and(b"-._~!$&'()*+,=:@");

/// Visible ASCII but for `#` and `\`: what a target may be written with.
const WRITTEN: Octets = Octets::alphanumeric_and(b"!\"$%&'()*+,-./:;<=>?@[]^_`{|}~");

/// A target that could be read in more than one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AmbiguousPath(pub &'static str);

/// A path that can be read in one way alone.
#[derive(Debug)]
pub struct Path<'a> {
    segments: SmallVec<[Cow<'a, str>; SEGMENTS_USUAL]>,
    query: Option<&'a [u8]>,
}

impl<'a> Path<'a> {
    /// Reads a request's target ([RFC 9112 §3.2.1](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1)).
    ///
    /// # Errors
    /// [`AmbiguousPath`] says which rule it breaks.
    pub fn read(target: &'a [u8]) -> Result<Self, AmbiguousPath> {
        if target.len() > TARGET_BYTES_MAX {
            return Err(AmbiguousPath("the target is longer than 8,192 bytes"));
        }
        if !WRITTEN.has_all(target) {
            return Err(AmbiguousPath("the target holds a byte that must be percent-encoded"));
        }
        let (path, query) = match target.iter().position(|byte| *byte == b'?') {
            Some(mark) => (&target[..mark], Some(&target[mark + 1..])),
            None => (target, None),
        };
        // Every byte of it is ASCII's.
        let path = std::str::from_utf8(path).ok().and_then(|path| path.strip_prefix('/'));
        let Some(path) = path else {
            return Err(AmbiguousPath("the path does not begin with a slash"));
        };
        Ok(Self { segments: segments(path)?, query })
    }

    /// The decoded segments; none for the root.
    #[must_use]
    pub fn segments(&self) -> SmallVec<[&str; SEGMENTS_USUAL]> {
        self.segments.iter().map(AsRef::as_ref).collect()
    }

    /// What stands behind the first `?`, undecoded.
    #[must_use]
    pub fn query(&self) -> Option<&'a [u8]> {
        self.query
    }
}

type Segments<'a> = SmallVec<[Cow<'a, str>; SEGMENTS_USUAL]>;

fn segments(path: &str) -> Result<Segments<'_>, AmbiguousPath> {
    if path.is_empty() {
        return Ok(SmallVec::new());
    }
    let mut segments = SmallVec::new();
    let mut rest = Some(path.strip_suffix('/').unwrap_or(path));
    while let Some(path) = rest {
        if segments.len() == SEGMENTS_MAX {
            return Err(AmbiguousPath("the path has more than 64 segments"));
        }
        let (segment, behind) = first_segment(path)?;
        segments.push(segment);
        rest = behind;
    }
    Ok(segments)
}

/// The text of a path's first segment, and what stands behind its slash, where there is one.
fn first_segment(path: &str) -> Result<(Cow<'_, str>, Option<&str>), AmbiguousPath> {
    let plain = path.bytes().position(|byte| !PLAIN.has(byte)).unwrap_or(path.len());
    let (text, behind) = match path.as_bytes().get(plain) {
        // Nearly always a segment stands for itself.
        None => (Cow::Borrowed(path), None),
        Some(b'/') => (Cow::Borrowed(&path[..plain]), Some(&path[plain + 1..])),
        Some(_) => match path.split_once('/') {
            Some((raw, behind)) => (decoded(raw)?, Some(behind)),
            None => (decoded(path)?, None),
        },
    };
    match &*text {
        "" => Err(AmbiguousPath("the path has an empty segment")),
        "." | ".." => Err(AmbiguousPath("the path has a dot segment")),
        _ => Ok((text, behind)),
    }
}

/// The text that a segment stands for which is not itself.
fn decoded(raw: &str) -> Result<Cow<'_, str>, AmbiguousPath> {
    let (mut bytes, mut rest) = (Vec::with_capacity(raw.len()), raw.as_bytes());
    while let [byte, tail @ ..] = rest {
        let (byte, tail) = match *byte {
            b'%' => percent(tail)?,
            plain if PLAIN.has(plain) => (plain, tail),
            _ => return Err(AmbiguousPath("a segment holds a character that must be encoded")),
        };
        bytes.push(byte);
        rest = tail;
    }
    let text = String::from_utf8(bytes).map_err(|_| AmbiguousPath("a segment is not UTF-8"))?;
    Ok(Cow::Owned(text))
}

/// The byte of two hex digits, if it may stand in a segment at all.
fn percent(digits: &[u8]) -> Result<(u8, &[u8]), AmbiguousPath> {
    let (byte, rest) = hex_pair(digits).ok_or(AmbiguousPath("a `%` without two hex digits"))?;
    if byte.is_ascii_control() || b"/\\%;?#".contains(&byte) {
        return Err(AmbiguousPath("a segment hides a character that separates"));
    }
    Ok((byte, rest))
}

/// The byte that two hex digits write, and what follows them.
pub(super) fn hex_pair(digits: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, rest) = digits.split_first_chunk::<2>()?;
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = value(pair[0])? * 16 + value(pair[1])?;
    Some((u8::try_from(byte).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(target: &str) -> Option<Vec<String>> {
        let path = Path::read(target.as_bytes()).ok()?;
        Some(path.segments().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_good_path_is_its_decoded_segments() {
        let cases: [(&str, &[&str]); 9] = [
            ("/", &[]),
            ("/v1", &["v1"]),
            ("/v1/", &["v1"]),
            ("/v1/stores/st_1?x=/../", &["v1", "stores", "st_1"]),
            ("/?", &[]),
            ("/caf%C3%A9/%7Eme", &["café", "~me"]),
            ("/a%20b", &["a b"]),
            ("/...", &["..."]),
            ("/docs:batch@2", &["docs:batch@2"]),
        ];
        for (target, segments) in cases {
            assert_eq!(read(target).unwrap(), segments, "{target}");
        }
    }

    const AMBIGUOUS: &[&str] = &[
        "",
        "v1",
        "*",
        "http://a/v1",
        "//",
        "//v1",
        "/v1//x",
        "/v1//",
        "/.",
        "/..",
        "/v1/../x",
        "/v1/./x",
        "/v1/%2e%2E/x",
        "/v1/%2e",
        "/v1/.%2e",
        "/v1%2fx",
        "/v1%5cx",
        "/v1\\x",
        "/v1%00",
        "/v1%0a",
        "/v1%7f",
        "/v1%1F",
        "/v1%25",
        "/v1%3b",
        "/v1;x",
        "/v1%3Fx",
        "/v1%23x",
        "/v1#x",
        "/v1?x#y",
        "/v1?a b",
        "/v 1",
        "/v1\t",
        "/é",
        "/v1%",
        "/v1%4",
        "/v1%zz",
        "/v1%+1",
        "/%c0%ae%c0%ae",
        "/%ff",
        "/%ed%a0%80",
        "/a|b",
        "/a\"b",
        "/a<b",
        "/a[b",
        "/a^b",
        "/a`b",
        "/{a}",
        "/v1?\\",
        "/v1/..;/x",
        "/v1\u{7f}",
    ];

    #[test]
    fn whatever_could_be_read_in_two_ways_is_ambiguous() {
        let deep = "/a".repeat(SEGMENTS_MAX + 1);
        let long = format!("/{}", "a".repeat(TARGET_BYTES_MAX));
        for target in AMBIGUOUS.iter().copied().chain([deep.as_str(), long.as_str()]) {
            assert_eq!(read(target), None, "{target}");
        }
        assert!(read(&"/a".repeat(SEGMENTS_MAX)).is_some());
        assert!(read(&long[..TARGET_BYTES_MAX]).is_some());
    }

    proptest! {
        /// nginx merges slashes, resolves dots and decodes once; what we allow is already so.
        #[test]
        fn what_is_good_has_nothing_left_to_normalise(target in "[/.%a2eEfF5cC;?#]{0,24}") {
            let Ok(path) = Path::read(target.as_bytes()) else { return Ok(()) };
            for segment in path.segments() {
                prop_assert!(!segment.is_empty() && segment != "." && segment != "..");
                prop_assert!(!segment.contains(['/', '\\', '%', ';', '?', '#']));
            }
            let rebuilt = format!("/{}", path.segments().join("/"));
            let again = Path::read(rebuilt.as_bytes()).unwrap();
            prop_assert_eq!(again.segments(), path.segments());
        }

        #[test]
        fn any_bytes_are_judged_without_a_panic(target in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Path::read(&target);
        }
    }
}
