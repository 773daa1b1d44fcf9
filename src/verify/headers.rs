//! A request's header fields, as they came.

/// One line of a header: its name in lower case, as HTTP libraries hand it over, and its value.
pub type HeaderLine<'a> = (&'a str, &'a [u8]);

/// The lines of a request's header, each of a repeated field by itself.
#[derive(Clone, Copy)]
pub struct Headers<'a>(&'a [HeaderLine<'a>]);

/// A field that may stand once stands twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeated;

impl<'a> Headers<'a> {
    /// Over lines that were read.
    #[must_use]
    pub fn over(lines: &'a [HeaderLine<'a>]) -> Self {
        Self(lines)
    }

    /// The lines of a field, in the order in which they came.
    pub fn lines(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Every line.
    pub(super) fn iter(self) -> impl Iterator<Item = HeaderLine<'a>> {
        self.0.iter().copied()
    }

    /// Every field's name, as often as it stands.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        self.iter().map(|(name, _)| name)
    }

    /// The value of a field that may stand once; an empty one counts as absent.
    pub(super) fn single(self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        let mut lines = self.lines(name);
        let first = lines.next();
        if lines.next().is_some() {
            return Err(Repeated);
        }
        Ok(first.filter(|value| !value.is_empty()))
    }
}

/// Whether some back end reads a header called `name` as the one called `known`: those that see `_`
/// (as CGI's variables have it) and `.` as `-`.
pub(super) fn is_read_as(name: &str, known: &str) -> bool {
    let is_same =
        |(byte, known): (u8, u8)| byte == known || (known == b'-' && b"_.".contains(&byte));
    name.len() == known.len() && name.bytes().zip(known.bytes()).all(is_same)
}
