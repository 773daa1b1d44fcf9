//! One value, read as the type that is wanted.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::DeValue;

use super::document::{At, Document};
use super::nearest::did_you_mean;
use super::table::Table;
use crate::clock;

/// What was written, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub at: At,
}

/// A value of a file that is not yet known to be of the right type. Each reader answers `None`
/// for a wrong one, and has then noted what was expected and what was found.
#[derive(Clone, Debug)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    name: String,
    name_at: At,
    spanned: &'d Spanned<DeValue<'d>>,
}

impl<'d> Value<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        name: String,
        name_at: At,
        spanned: &'d Spanned<DeValue<'d>>,
    ) -> Self {
        Self { document, name, name_at, spanned }
    }

    /// Where it stands.
    #[must_use]
    pub fn at(&self) -> At {
        self.spanned.span().into()
    }

    /// A text.
    #[must_use]
    pub fn string(&self) -> Option<Written<&'d str>> {
        match self.spanned.get_ref().as_str() {
            Some(text) => Some(self.written(text)),
            None => self.wants("a string"),
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(&self) -> Option<Written<bool>> {
        match self.spanned.get_ref().as_bool() {
            Some(flag) => Some(self.written(flag)),
            None => self.wants("true or false"),
        }
    }

    /// A whole number within `range`.
    #[must_use]
    pub fn whole(&self, range: RangeInclusive<u64>) -> Option<Written<u64>> {
        let Some(number) = self.spanned.get_ref().as_integer() else {
            return self.wants("a whole number");
        };
        let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(self.written(number)),
            None => self.refuse(&format!("must lie from {} to {}", range.start(), range.end())),
        }
    }

    /// A number above 0 and at most 1.
    #[must_use]
    pub fn fraction(&self) -> Option<Written<f64>> {
        let number: Option<f64> = match self.spanned.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => return self.wants("a number"),
        };
        match number.filter(|number| *number > 0.0 && *number <= 1.0) {
            Some(number) => Some(self.written(number)),
            None => self.refuse("must be a fraction: above 0 and at most 1"),
        }
    }

    /// A length of time, such as `"30s"` or `"90d"`.
    #[must_use]
    pub fn span(&self) -> Option<Written<clock::Span>> {
        let Some(text) = self.spanned.get_ref().as_str() else {
            return self
                .wants("a duration in quotes, such as \"30s\", \"15m\", \"24h\" or \"90d\"");
        };
        match text.parse() {
            Ok(span) => Some(self.written(span)),
            Err(error) => self.refuse(&format!("is {error}")),
        }
    }

    /// One word of a few.
    #[must_use]
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<Written<T>> {
        let word = self.string()?.value;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return Some(self.written(*choice));
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let hint = did_you_mean(word, choices.iter().map(|(name, _)| *name));
        self.refuse(&format!("must be {}, not \"{word}\"{hint}", names.join(" or ")))
    }

    /// A list of texts; where one of them is none, the others are read all the same.
    #[must_use]
    pub fn strings(&self) -> Option<Written<Vec<Written<&'d str>>>> {
        let texts = self.list()?.iter().filter_map(Self::string).collect();
        Some(self.written(texts))
    }

    /// A list of anything.
    #[must_use]
    pub fn list(&self) -> Option<Vec<Value<'d>>> {
        let Some(list) = self.spanned.get_ref().as_array() else {
            return self.wants("a list");
        };
        let item = |value| {
            let name = format!("each item of {}", self.name);
            Value::new(self.document, name, self.name_at, value)
        };
        Some(list.iter().map(item).collect())
    }

    /// A table, whether written under a `[header]`, inline or with dots.
    #[must_use]
    pub fn table(&self) -> Option<Table<'d>> {
        match self.spanned.get_ref().as_table() {
            Some(table) => Some(Table::new(self.document, table, self.name_at, self.name.clone())),
            None => self.wants("a table"),
        }
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_string(&self) -> bool {
        self.spanned.get_ref().is_str()
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.spanned.get_ref().is_array()
    }

    /// Whether it is a table.
    #[must_use]
    pub fn is_table(&self) -> bool {
        self.spanned.get_ref().is_table()
    }

    /// Notes that it should have been `expected`, and what it is instead; answers `None`.
    #[must_use]
    pub fn wants<T>(&self, expected: &str) -> Option<T> {
        let found = match self.spanned.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(&format!("must be {expected}, not {found}"))
    }

    fn refuse<T>(&self, rule: &str) -> Option<T> {
        // A table's own span is its header or its whole text; its name says where it begins.
        let at = if self.is_table() { self.name_at } else { self.at() };
        self.document.error(at, format!("{} {rule}", self.name));
        None
    }

    fn written<T>(&self, value: T) -> Written<T> {
        Written { value, at: self.at() }
    }
}
