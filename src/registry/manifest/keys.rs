//! The `[keys.*]` tables: the kinds of keys that a product hands out.

use super::{hosts, words};
use crate::registry::product::{Access, KeyType};
use crate::source::{At, Document, Entry, Table, Value};

/// How every credential of Keystile's own begins; a product's keys must not look like one.
const OWN_PREFIX: &str = "ks_";

/// The longest prefix, in bytes: one letter, twenty more characters, an underscore.
const PREFIX_BYTES_MAX: usize = 22;

/// All key types of the file, in its order.
pub(super) fn read(root: &mut Table<'_>, claims: &mut Vec<(String, At)>) -> Vec<KeyType> {
    let document = root.document();
    let example = "a table such as [keys.live] with prefix = \"sk_live_\"";
    let Some(table) = root.required("keys", example).and_then(|value| value.table()) else {
        return Vec::new();
    };
    let entries = table.entries();
    if entries.is_empty() {
        document.error_of_absence(
            table.at(),
            format!("a product has at least one kind of key: write {example}"),
        );
    }
    let mut key_types: Vec<KeyType> = Vec::new();
    for entry in &entries {
        if let Some((key_type, prefix_at)) = read_key_type(document, entry, claims) {
            let same = key_types.iter().find(|other| other.prefix == key_type.prefix);
            if let Some(other) = same {
                let message =
                    format!("[keys.{}] has this prefix already: choose another", other.id);
                document.error(prefix_at, message);
            }
            key_types.push(key_type);
        }
    }
    key_types
}

fn read_key_type(
    document: &Document<'_>,
    entry: &Entry<'_>,
    claims: &mut Vec<(String, At)>,
) -> Option<(KeyType, At)> {
    let id = entry.name.value;
    if !words::is_id(id, "-_") {
        let message =
            format!("`{id}` is no key type's name: write a letter and up to 31 of `a-z0-9_-`");
        document.error(entry.name.at, message);
    }
    let mut table = entry.value.table()?;
    let prefix = table.required("prefix", "prefix = \"sk_live_\"").and_then(|value| value.string());
    if let Some(Err(message)) = prefix.map(|prefix| check_prefix(prefix.value)) {
        document.error(prefix?.at, message);
    }
    let environment = table.field("environment").and_then(|value| environment(document, &value));
    let description = words::description(&mut table);
    let rate = table.fraction("rate").map_or(1.0, |written| written.value);
    let hosts = hosts::read(&mut table, claims);
    let access = table.choice("access", &[("scoped", Access::Scoped), ("full", Access::Full)]);
    table.close();

    let environment = environment.unwrap_or_else(|| id.to_owned());
    let access = access.map_or(Access::Scoped, |written| written.value);
    let (id, prefix_text) = (id.to_owned(), prefix?.value.to_owned());
    let key_type =
        KeyType { id, prefix: prefix_text, environment, description, rate, hosts, access };
    Some((key_type, prefix?.at))
}

fn check_prefix(prefix: &str) -> Result<(), String> {
    if prefix.starts_with(OWN_PREFIX) {
        return Err(format!("`{OWN_PREFIX}` begins Keystile's own secrets: choose another prefix"));
    }
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_good = prefix.starts_with(|c: char| c.is_ascii_lowercase())
        && prefix.ends_with('_')
        && prefix.chars().all(is_inner)
        && prefix.len() <= PREFIX_BYTES_MAX;
    if is_good {
        return Ok(());
    }
    Err(format!(
        "`{prefix}` is no prefix: write a lower-case letter, up to 20 more, digits and `_`, and a \
         final `_`, such as \"sk_live_\""
    ))
}

/// It goes upstream in a header, where `-` means that there is none.
fn environment(document: &Document<'_>, value: &Value<'_>) -> Option<String> {
    let written = value.string()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let is_good = written.value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && written.value.chars().all(is_plain)
        && written.value.len() <= 32;
    if !is_good {
        document.error(
            written.at,
            "an environment is one word of up to 32 of `A-Za-z0-9_.-`, such as \"test\"",
        );
    }
    Some(written.value.to_owned())
}
