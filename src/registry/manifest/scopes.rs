//! The `[scopes]` table: a product's permissions.

use super::words;
use crate::registry::scope::{Scope, Scopes, check_name};
use crate::source::{Document, Entry, Table, Written};

/// All scopes of the file, in its order; `None` where it has no such table.
pub(super) fn read(root: &mut Table<'_>) -> Option<Scopes> {
    let example = "a table [scopes] with \"read:orders\" = \"What it permits\"";
    let table = root.required("scopes", example)?.table()?;
    let scopes = table.entries().iter().map(|entry| read_scope(table.document(), entry)).collect();
    Some(Scopes::new(scopes))
}

/// A scope with a problem is read all the same, so that the routes that need it are not at fault.
fn read_scope(document: &Document<'_>, entry: &Entry<'_>) -> Scope {
    let name = entry.name.value;
    if let Err(message) = check_name(name) {
        document.error(entry.name.at, message);
    }
    let is_wildcard = name == "*" || name.ends_with(":*");
    let (description, is_admin) = read_meaning(document, entry).unwrap_or_default();
    if is_wildcard && is_admin {
        let message = format!(
            "a wildcard covers no admin-only scope, so `{name}` cannot be one: take the grant out"
        );
        document.error(entry.name.at, message);
    }
    Scope { name: name.into(), description, is_admin, is_wildcard }
}

/// Notes that a scope is not declared, with the one that was probably meant.
pub(super) fn note_unknown(document: &Document<'_>, scopes: &Scopes, name: Written<&str>) {
    let hint = match scopes.nearest(name.value) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write it under [scopes] first".to_owned(),
    };
    document.error_of_absence(name.at, format!("unknown scope `{}`: {hint}", name.value));
}

fn read_meaning(document: &Document<'_>, entry: &Entry<'_>) -> Option<(String, bool)> {
    if entry.value.is_table() {
        let mut table = entry.value.table()?;
        let description = words::description(&mut table);
        let is_admin = table.choice("grant", &[("admin", true)]).is_some();
        table.close();
        return Some((description, is_admin));
    }
    if !entry.value.is_string() {
        return entry.value.wants("a text, or { description = \"…\", grant = \"admin\" }");
    }
    let text = entry.value.string()?;
    words::check_description(document, text.value, text.at);
    Some((text.value.to_owned(), false))
}
