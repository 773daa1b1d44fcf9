//! How answers are printed: as they are with `--json`, else as text for people.

use std::io::{ErrorKind, Write as _};

use serde_json::Value;

use crate::error::{Error, Result};

/// Prints a line to standard output. A reader that has gone away is no fault of ours.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints the whole of what a command was asked for. A reader that has gone away had enough.
///
/// # Errors
/// `Unavailable` when it could not be written, as to a full disk.
pub(super) fn text(text: &str) -> Result<()> {
    match write(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::unavailable("the output could not be written").because(error))
        }
        _ => Ok(()),
    }
}

/// Prints an answer: `as_json`, or as `in_words` has it.
///
/// # Errors
/// `Unavailable` when it could not be written; and when nobody reads a secret that is shown once.
pub(super) fn answer(
    value: &Value,
    as_json: bool,
    in_words: impl FnOnce(&Value) -> String,
) -> Result<()> {
    let secrets = ["key", "client_secret", "registration_token"];
    let holds_secret = secrets.iter().any(|name| value.get(name).is_some());
    match write(&if as_json { value.to_string() } else { in_words(value) }) {
        Err(error) if holds_secret || error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::unavailable("it was carried out, but the answer could not be printed")
                .because(error))
        }
        _ => Ok(()),
    }
}

fn write(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush())
}

/// A value's text for people: lists with commas, maps as `name=value`, `-` for nothing.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "-".to_owned(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => "-".to_owned(),
        Value::Object(map) => {
            let entry = |(name, value): (&String, &Value)| format!("{name}={}", plain(value));
            map.iter().map(entry).collect::<Vec<_>>().join("; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// `name  value` lines for the fields that are there.
pub(super) fn fields(value: &Value, names: &[&str]) -> String {
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let shown = names.iter().filter(|name| !value[**name].is_null());
    let lines = shown.map(|name| format!("{name:width$}  {}\n", plain(&value[*name])));
    lines.collect()
}

/// A table with a heading, its columns as wide as they need to be.
pub(super) fn table(rows: &[Value], columns: &[&str]) -> String {
    let heading: Vec<String> = columns.iter().map(|column| column.to_uppercase()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|name| plain(&row[*name])).collect());
    let all: Vec<Vec<String>> = std::iter::once(heading).chain(cells).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns.len()).map(|it| width(it).unwrap_or(0)).collect();
    let padded = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    all.iter().map(padded).collect()
}
