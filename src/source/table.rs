//! A table's fields, read one by one; what nobody asked for is unknown.

use std::ops::RangeInclusive;

use toml::de::DeTable;

use super::document::{At, Document};
use super::nearest::did_you_mean;
use super::value::{Value, Written};
use crate::clock;

/// A table that is being read. Its reader asks for each field by name and then calls
/// [`Table::close`], which finds what it did not ask for; or it takes all [`Table::entries`],
/// where the names are the writer's own.
///
/// Each typed reader answers `None` for a field that is absent, and for one of a wrong type, which
/// it has then noted.
#[derive(Debug)]
pub struct Table<'d> {
    document: &'d Document<'d>,
    fields: &'d DeTable<'d>,
    at: At,
    name: String,
    known: Vec<&'static str>,
}

/// A field whose name the writer chose.
#[derive(Clone, Debug)]
pub struct Entry<'d> {
    /// Its name.
    pub name: Written<&'d str>,
    /// What it is set to.
    pub value: Value<'d>,
}

impl<'d> Table<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        fields: &'d DeTable<'d>,
        at: At,
        name: String,
    ) -> Self {
        Self { document, fields, at, name, known: Vec::new() }
    }

    /// Where it begins.
    #[must_use]
    pub fn at(&self) -> At {
        self.at
    }

    /// The document, for problems of the reader's own.
    #[must_use]
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// The field `name` as it is, of whatever type.
    pub fn field(&mut self, name: &'static str) -> Option<Value<'d>> {
        self.known.push(name);
        let (key, value) = self.fields.get_key_value(name)?;
        let path = format!("`{}`", self.path_of(name));
        Some(Value::new(self.document, path, key.span().into(), value))
    }

    /// The field `name`, whose absence is an error that says how to write it: `example` is a line.
    pub fn required(&mut self, name: &'static str, example: &str) -> Option<Value<'d>> {
        let field = self.field(name);
        if field.is_none() {
            let of =
                if self.name.is_empty() { String::new() } else { format!(" of {}", self.name) };
            let message = format!("`{name}`{of} is missing: write {example}");
            self.document.error_of_absence(self.at, message);
        }
        field
    }

    /// See [`Value::string`].
    pub fn string(&mut self, name: &'static str) -> Option<Written<&'d str>> {
        self.field(name)?.string()
    }

    /// See [`Value::bool`].
    pub fn bool(&mut self, name: &'static str) -> Option<Written<bool>> {
        self.field(name)?.bool()
    }

    /// See [`Value::whole`].
    pub fn whole(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<Written<u64>> {
        self.field(name)?.whole(range)
    }

    /// See [`Value::fraction`].
    pub fn fraction(&mut self, name: &'static str) -> Option<Written<f64>> {
        self.field(name)?.fraction()
    }

    /// See [`Value::span`].
    pub fn span(&mut self, name: &'static str) -> Option<Written<clock::Span>> {
        self.field(name)?.span()
    }

    /// See [`Value::choice`].
    pub fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Option<Written<T>> {
        self.field(name)?.choice(choices)
    }

    /// See [`Value::strings`].
    pub fn strings(&mut self, name: &'static str) -> Option<Written<Vec<Written<&'d str>>>> {
        self.field(name)?.strings()
    }

    /// See [`Value::table`].
    pub fn table(&mut self, name: &'static str) -> Option<Table<'d>> {
        self.field(name)?.table()
    }

    /// Every field, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'d>> {
        let mut entries: Vec<_> = self
            .fields
            .iter()
            .map(|(key, value)| {
                let name = Written { value: key.get_ref().as_ref(), at: key.span().into() };
                let path = format!("`{}`", self.path_of(name.value));
                Entry { name, value: Value::new(self.document, path, name.at, value) }
            })
            .collect();
        entries.sort_by_key(|entry| entry.name.at);
        entries
    }

    /// Ends the reading: a field that was not asked for is an error that names the nearest known.
    pub fn close(self) {
        for Entry { name, .. } in self.entries() {
            if self.known.contains(&name.value) {
                continue;
            }
            let hint = did_you_mean(name.value, self.known.iter().copied());
            let message = if hint.is_empty() {
                format!("unknown field `{}`: known are {}", name.value, self.known.join(", "))
            } else {
                format!("unknown field `{}`{hint}", name.value)
            };
            self.document.error(name.at, message);
        }
    }

    fn path_of(&self, field: &str) -> String {
        match self.name.trim_matches('`') {
            "" => field.to_owned(),
            parent => format!("{parent}.{field}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(document: Document<'_>) -> Vec<String> {
        let shown = |d: super::super::Diagnostic| format!("{}:{} {}", d.line, d.column, d.message);
        document.into_diagnostics().into_iter().map(shown).collect()
    }

    #[test]
    fn fields_are_read_as_what_they_are() {
        let text = "a = \"x\"\nb = true\nc = 1_000\nd = 0.5\ne = \"15m\"\nf = [\"x\", \"y\"]\n\
                    [g]\nh = 0x10\n";
        let document = Document::parse("f.toml", text);
        let mut root = document.root();
        assert_eq!(root.string("a").unwrap().value, "x");
        assert!(root.bool("b").unwrap().value);
        assert_eq!(root.whole("c", 1..=1_000).unwrap().value, 1_000);
        assert!((root.fraction("d").unwrap().value - 0.5).abs() < f64::EPSILON);
        assert_eq!(root.span("e").unwrap().value, clock::Span::seconds(900));
        let list = root.strings("f").unwrap().value;
        assert_eq!(list.iter().map(|item| item.value).collect::<Vec<_>>(), ["x", "y"]);
        let mut inner = root.table("g").unwrap();
        assert_eq!(inner.whole("h", 0..=99).unwrap().value, 16);
        inner.close();
        root.close();
        assert!(document.is_good());
    }

    #[test]
    fn a_wrong_value_says_what_was_expected_and_what_was_found() {
        let text = "a = 1\nb = \"x\"\nc = 0\nd = 2\ne = \"15\"\nf = [\"x\", 7]\nh = \"lve\"\n[g]\n";
        let document = Document::parse("f.toml", text);
        let mut root = document.root();
        assert!(root.string("a").is_none());
        assert!(root.bool("b").is_none());
        assert!(root.whole("c", 1..=9).is_none());
        assert!(root.fraction("d").is_none());
        assert!(root.span("e").is_none());
        assert_eq!(root.strings("f").unwrap().value.len(), 1);
        assert!(root.strings("g").is_none());
        assert!(root.choice("h", &[("live", 1), ("test", 2)]).is_none());
        root.close();
        let found = problems(document);
        assert_eq!(found.len(), 8, "{found:#?}");
        assert_eq!(found[0], "1:5 `a` must be a string, not a whole number");
        assert_eq!(found[1], "2:5 `b` must be true or false, not a string");
        assert_eq!(found[2], "3:5 `c` must lie from 1 to 9");
        assert_eq!(found[3], "4:5 `d` must be a fraction: above 0 and at most 1");
        assert!(found[4].starts_with("5:5 `e` is not a duration"), "{}", found[4]);
        assert_eq!(found[5], "6:11 each item of `f` must be a string, not a whole number");
        assert_eq!(
            found[6],
            "7:5 `h` must be \"live\" or \"test\", not \"lve\": did you mean `live`?"
        );
        assert_eq!(found[7], "8:2 `g` must be a list, not a table");
    }

    #[test]
    fn an_unknown_field_names_the_nearest_known_and_a_missing_one_its_table() {
        let document = Document::parse("f.toml", "[listen]\nwbe = 1\ncolour = 2\n");
        let mut root = document.root();
        let mut listen = root.table("listen").unwrap();
        listen.required("web", "web = \"127.0.0.1:8700\"");
        listen.field("gate");
        listen.close();
        root.close();
        assert_eq!(
            problems(document),
            [
                "1:2 `web` of `listen` is missing: write web = \"127.0.0.1:8700\"",
                "2:1 unknown field `wbe`: did you mean `web`?",
                "3:1 unknown field `colour`: known are web, gate",
            ]
        );
    }
}
