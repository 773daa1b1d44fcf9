//! Texts for people, and the names that files give to things.

use crate::source::{At, Document, Table, Value};

/// The longest name for people, in characters: it stands in a heading.
const NAME_CHARS_MAX: usize = 100;

/// The longest description, in characters: a paragraph.
const DESCRIPTION_CHARS_MAX: usize = 1_000;

/// A name for people: one line that is not empty.
pub(super) fn name(document: &Document<'_>, value: &Value<'_>) -> Option<String> {
    let text = value.string()?;
    let chars = text.value.trim().chars().count();
    if (1..=NAME_CHARS_MAX).contains(&chars) && !text.value.chars().any(char::is_control) {
        return Some(text.value.trim().to_owned());
    }
    document.error(text.at, format!("a name is one line of 1 to {NAME_CHARS_MAX} characters"));
    None
}

/// The `description` of a table, which may be absent.
pub(super) fn description(table: &mut Table<'_>) -> String {
    let Some(text) = table.string("description") else {
        return String::new();
    };
    check_description(table.document(), text.value, text.at);
    text.value.to_owned()
}

/// Notes a description that is longer than any page would show.
pub(super) fn check_description(document: &Document<'_>, text: &str, at: At) {
    if text.chars().count() > DESCRIPTION_CHARS_MAX {
        document.error(at, format!("a description has at most {DESCRIPTION_CHARS_MAX} characters"));
    }
}

/// Whether `stem` names a product: `[a-z][a-z0-9-]{0,31}`.
#[must_use]
pub fn is_product_id(stem: &str) -> bool {
    is_id(stem, "-")
}

/// Whether `name` begins with a lower-case letter and goes on with up to 31 more, digits and what
/// `others` has.
pub(super) fn is_id(name: &str, others: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || others.contains(c);
    (1..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_inner)
}
