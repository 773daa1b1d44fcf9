//! One problem in a file, shown with its line and a caret.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file cannot be used as it is.
    Error,
    /// The file can be used, but probably means something else than it says.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// What is wrong at one place of a file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Whether the file can be used all the same.
    pub severity: Severity,
    /// The file, as the reader of the message would name it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do, in one line without a full stop.
    pub message: String,
    /// The line itself, or the part of a long one around the place; empty where there is no text.
    pub line_text: String,
    /// How many characters the caret line underlines, at least 1.
    pub width: usize,
    /// Where in `line_text` the caret line begins, in characters from 0: a long line is cut.
    #[serde(skip)]
    caret: usize,
}

/// A terminal's width or two: what is longer was not written to be read, and is cut.
const LINE_CHARS_MAX: usize = 140;

/// How much of a cut line is kept before the place.
const LEAD_CHARS: usize = 60;

impl Diagnostic {
    /// An error that concerns the file as a whole: it has no text to point at.
    #[must_use]
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        let line_text = String::new();
        let severity = Severity::Error;
        Self { severity, file, line: 1, column: 1, message, line_text, width: 1, caret: 0 }
    }

    /// The problem `message` at the bytes `range` of `text`; a range beyond it points at its end.
    #[must_use]
    pub fn at(
        severity: Severity,
        file: impl Into<String>,
        text: &str,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let start = text.floor_char_boundary(range.start.min(text.len()));
        let end = text.floor_char_boundary(range.end.clamp(start, text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line = text[line_start..line_end].trim_end_matches('\r');

        let before = text[line_start..start].chars().count();
        let width = text[start..end.min(line_end)].chars().count().max(1);
        let (line_text, caret) = excerpt(line, before);
        Self {
            severity,
            file: file.into(),
            line: text[..line_start].matches('\n').count() + 1,
            column: before + 1,
            message: message.into(),
            width: width.min(line_text.chars().count().saturating_sub(caret).max(1)),
            line_text,
            caret,
        }
    }

    /// The same place, with something else to say of it.
    #[must_use]
    pub fn saying(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// The same problem, which does not keep the file from being used.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// The line in three parts, of which the middle one is what is wrong.
    #[must_use]
    pub fn marked(&self) -> (&str, &str, &str) {
        let place = |chars: usize| {
            let found = self.line_text.char_indices().nth(chars);
            found.map_or(self.line_text.len(), |(place, _)| place)
        };
        let (start, end) = (place(self.caret), place(self.caret + self.width));
        (&self.line_text[..start], &self.line_text[start..end], &self.line_text[end..])
    }

    /// Whether the file cannot be used because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The part of `line` around its character `place`, and where that character stands in it.
///
/// Controls become `�`: a file is data, and shall not steer the terminal that shows it.
fn excerpt(line: &str, place: usize) -> (String, usize) {
    let shown = |c: char| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c };
    if line.chars().count() <= LINE_CHARS_MAX {
        return (line.chars().map(shown).collect(), place);
    }
    let skipped = place.saturating_sub(LEAD_CHARS);
    let kept = line.chars().skip(skipped).take(LINE_CHARS_MAX).map(shown);
    let mut part: String = if skipped > 0 { "…".into() } else { String::new() };
    part.extend(kept);
    if skipped + LINE_CHARS_MAX < line.chars().count() {
        part.push('…');
    }
    (part, place - skipped + usize::from(skipped > 0))
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, severity, message, line_text, .. } = self;
        write!(f, "{file}:{line}:{column}: {severity}: {message}")?;
        if line_text.is_empty() {
            return Ok(());
        }
        // A tab above is a tab below, so that the caret stands right whatever a tab's width is.
        let blank = |c: char| if c == '\t' { '\t' } else { ' ' };
        let padding: String = line_text.chars().take(self.caret).map(blank).collect();
        write!(f, "\n  {line_text}\n  {padding}{}", "^".repeat(self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, range: Range<usize>) -> String {
        Diagnostic::at(Severity::Error, "f.toml", text, range, "wrong").to_string()
    }

    #[test]
    fn a_place_is_shown_with_its_line_and_a_caret() {
        let text = "a = 1\r\n\tfée = \"x\"\r\n";
        let start = text.find("\"x\"").unwrap();
        assert_eq!(
            shown(text, start..start + 3),
            "f.toml:2:8: error: wrong\n  \tfée = \"x\"\n  \t      ^^^"
        );
    }

    #[test]
    fn a_range_beyond_the_text_points_at_its_end() {
        assert_eq!(shown("a = ", 99..120), "f.toml:1:5: error: wrong\n  a = \n      ^");
        assert_eq!(shown("", 0..0), "f.toml:1:1: error: wrong");
    }

    #[test]
    fn a_range_of_many_lines_is_underlined_on_its_first() {
        assert_eq!(shown("a = [\n1]\n", 4..8), "f.toml:1:5: error: wrong\n  a = [\n      ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "x".repeat(500), "y".repeat(500));
        let found = Diagnostic::at(Severity::Warning, "f", &text, 500..504, "wrong");
        assert_eq!((found.line, found.column, found.width), (1, 501, 4));
        assert_eq!(found.line_text.chars().count(), LINE_CHARS_MAX + 2);
        assert_eq!(found.marked().1, "HERE");
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert!(!shown("a = \"\u{1b}[2J\"", 0..1).contains('\u{1b}'));
    }

    #[test]
    fn json_names_every_public_field() {
        let json = serde_json::to_value(Diagnostic::of_file("f.toml", "gone")).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "severity": "error", "file": "f.toml", "line": 1, "column": 1,
                "message": "gone", "line_text": "", "width": 1,
            })
        );
    }
}
