//! A file that is being read, and all that was found wrong with it so far.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use super::diagnostic::{Diagnostic, Severity};
use super::table::Table;

/// The longest file that is read. A plugin file of a thousand routes has about 60 KiB; what is
/// longer than this is not a configuration.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// The most problems of one file that are shown: whoever has more mends these first.
pub const PROBLEMS_MAX: usize = 200;

/// A place in a file: where it begins and ends, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<Range<usize>> for At {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A parsed file with its problems. It is read through [`Document::root`] and gives its problems
/// up with [`Document::into_diagnostics`].
#[derive(Debug)]
pub struct Document<'t> {
    file: String,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    /// Where the lines with a syntax error begin; none in a file that was read to its end.
    broken_lines: BTreeSet<usize>,
    problems: RefCell<Vec<Problem>>,
}

#[derive(Debug)]
struct Problem {
    severity: Severity,
    at: At,
    message: String,
}

impl<'t> Document<'t> {
    /// Parses `text`; `file` is what its problems call it. Every syntax error is found at once.
    #[must_use]
    pub fn parse(file: impl Into<String>, text: &'t str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let problems: Vec<_> = errors.iter().map(|error| Problem::of_syntax(text, error)).collect();
        let broken_lines = problems.iter().map(|problem| line_start(text, problem.at)).collect();
        Self { file: file.into(), text, root, broken_lines, problems: RefCell::new(problems) }
    }

    /// The fields at the top of the file.
    pub fn root(&self) -> Table<'_> {
        Table::new(self, self.root.get_ref(), At::default(), String::new())
    }

    /// Whether nothing that was found so far keeps the file from being used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.borrow().iter().all(|problem| problem.severity != Severity::Error)
    }

    /// Notes an error: what is wrong at `at`, and what to do.
    pub fn error(&self, at: At, message: impl Into<String>) {
        self.note(Severity::Error, at, message.into());
    }

    /// A place of the file, for an error that shows only beside other files.
    #[must_use]
    pub fn place(&self, at: At) -> Diagnostic {
        Diagnostic::at(Severity::Error, &self.file, self.text, at.start..at.end, "")
    }

    /// Notes something that is allowed but hardly meant.
    pub fn warn(&self, at: At, message: impl Into<String>) {
        self.note(Severity::Warning, at, message.into());
    }

    /// Notes an error that rests on something not being there. It is kept back in a file with
    /// syntax errors: what seems absent may stand in the part that could not be read.
    pub fn error_of_absence(&self, at: At, message: impl Into<String>) {
        if self.broken_lines.is_empty() {
            self.error(at, message);
        }
    }

    /// All problems, in the order of the file; of very many the first [`PROBLEMS_MAX`].
    ///
    /// A line with a syntax error shows that alone: what else seems wrong there follows from it.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        // Warnings are the first to be left out.
        problems.sort_by_key(|problem| (problem.severity, problem.at));
        problems.truncate(PROBLEMS_MAX);
        problems.sort_by_key(|problem| problem.at);
        problems
            .into_iter()
            .map(|Problem { severity, at, message }| {
                Diagnostic::at(severity, &self.file, self.text, at.start..at.end, message)
            })
            .collect()
    }

    fn note(&self, severity: Severity, at: At, message: String) {
        if !self.broken_lines.contains(&line_start(self.text, at)) {
            self.problems.borrow_mut().push(Problem { severity, at, message });
        }
    }
}

/// Where the line begins that `at` is in.
fn line_start(text: &str, at: At) -> usize {
    let before = &text.as_bytes()[..at.start.min(text.len())];
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

impl Problem {
    fn of_syntax(text: &str, error: &toml::de::Error) -> Self {
        let range = error.span().unwrap_or(0..0);
        let message = match (error.message(), text.get(range.clone())) {
            ("duplicate key", Some(key)) => {
                format!("`{key}` is written twice: keep one of the two")
            }
            (message, _) => message.to_owned(),
        };
        Self { severity: Severity::Error, at: range.into(), message }
    }
}

/// The bytes of a file as text.
///
/// # Errors
/// A [`Diagnostic`] for a file over [`FILE_BYTES_MAX`] or one that is not UTF-8.
pub fn text_of<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Diagnostic::of_file(file, "larger than 1 MiB: that is no configuration"));
    }
    str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let place = good.len()..good.len();
        let message = "not UTF-8 from here on: save the file in that encoding";
        Diagnostic::at(Severity::Error, file, &good, place, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(document: Document<'_>) -> Vec<(usize, usize, String)> {
        let found = document.into_diagnostics();
        found.into_iter().map(|d| (d.line, d.column, d.message)).collect()
    }

    #[test]
    fn all_syntax_errors_and_duplicates_are_found_at_once() {
        let document = Document::parse("f.toml", "a = 1\na = 2\nb = oops\nc = [1\n");
        assert!(!document.is_good());
        let found = problems(document);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], (2, 1, "`a` is written twice: keep one of the two".into()));
        assert_eq!((found[1].0, found[1].1), (3, 5));
        assert_eq!(found[2].0, 4);
    }

    #[test]
    fn a_broken_line_speaks_once_and_absence_is_not_claimed_in_a_broken_file() {
        let document = Document::parse("f.toml", "a = oops\nb = 2\n");
        document.error(At { start: 0, end: 1 }, "follows from the syntax error");
        document.error_of_absence(At { start: 9, end: 10 }, "c is missing");
        document.error(At { start: 9, end: 10 }, "stands on its own");
        let found = problems(document);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1], (2, 1, "stands on its own".into()));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let found = text_of("f.toml", b"a = 1\nb = \"\xff\"").unwrap_err();
        assert_eq!((found.line, found.column), (2, 6));
        let found = text_of("f.toml", &vec![b' '; FILE_BYTES_MAX + 1]).unwrap_err();
        assert!(found.message.starts_with("larger than 1 MiB"), "{found}");
        assert_eq!(text_of("f.toml", b"a = 1").unwrap(), "a = 1");
    }
}
