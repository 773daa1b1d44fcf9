//! The `[oauth]` table: what applications may ask for.

use super::scopes::note_unknown;
use crate::registry::oauth::{Audience, OAuth};
use crate::registry::scope::Scopes;
use crate::source::{At, Table, Value, Written};

/// Identifiers of one product.
const AUDIENCES_MAX: usize = 20;

/// What the table says; `None` where there is none, or it has an error. Each audience is added to
/// `claims`, for the other files' sake.
pub(super) fn read(
    root: &mut Table<'_>,
    hosts: &[String],
    scopes: Option<&Scopes>,
    claims: &mut Vec<(String, At)>,
) -> Option<OAuth> {
    let mut table = root.table("oauth")?;
    let audiences = read_audiences(&mut table, hosts, claims);
    let offered = read_scopes(&mut table, "scopes", scopes);
    let default = read_scopes(&mut table, "default_scopes", scopes);
    let (at, document) = (table.at(), table.document());
    table.close();

    let scopes = scopes?;
    let is_chosen = offered.is_some();
    let offered = offered.map_or_else(|| open_scopes(scopes), names);
    if offered.is_empty() && !is_chosen {
        let message = "there is no scope that an application could ask for: write one under \
                       [scopes], or take [oauth] out";
        document.error_of_absence(at, message);
    }
    for scope in default.iter().flatten().filter(|it| !offered.contains(&it.value.to_owned())) {
        let message = format!("`{}` is not among those that applications may ask for", scope.value);
        document.error(scope.at, format!("{message}: add it to `scopes`"));
    }
    let default_scopes = default.map_or_else(|| offered.clone(), names);
    Some(OAuth { audiences, scopes: offered, default_scopes })
}

/// What is written under `resource`, one or a list; else the first host by https.
fn read_audiences(
    table: &mut Table<'_>,
    hosts: &[String],
    claims: &mut Vec<(String, At)>,
) -> Vec<Audience> {
    let document = table.document();
    let Some(value) = table.field("resource") else {
        return default_audience(table, hosts, claims);
    };
    let written = if value.is_list() {
        let list = value.list().unwrap_or_default();
        if list.is_empty() || list.len() > AUDIENCES_MAX {
            let message = format!("write one `resource`, or a list of up to {AUDIENCES_MAX}");
            document.error(value.at(), message);
        }
        list.iter().filter_map(Value::string).collect()
    } else {
        Vec::from_iter(value.string())
    };
    let mut audiences: Vec<Audience> = Vec::new();
    for Written { value, at } in written {
        match Audience::parse(value) {
            Ok(audience) if audiences.iter().any(|it| it.is(value)) => {
                let message = format!("`{}` is listed twice: take one out", audience.as_str());
                document.warn(at, message);
            }
            Ok(audience) => {
                claims.push((audience.bare().to_owned(), at));
                audiences.push(audience);
            }
            Err(message) => document.error(at, message),
        }
    }
    audiences
}

fn default_audience(
    table: &Table<'_>,
    hosts: &[String],
    claims: &mut Vec<(String, At)>,
) -> Vec<Audience> {
    let audience = hosts.first().and_then(|host| Audience::parse(&format!("https://{host}")).ok());
    if let Some(audience) = &audience {
        claims.push((audience.bare().to_owned(), table.at()));
    } else {
        let message = "`resource` of `oauth` is missing, and there is no host to make it of: write \
                       resource = \"https://api.example.com\"";
        table.document().error_of_absence(table.at(), message);
    }
    audience.into_iter().collect()
}

/// The scopes of a list, each known and open to applications; `None` where there is no list.
fn read_scopes<'d>(
    table: &mut Table<'d>,
    name: &'static str,
    known: Option<&Scopes>,
) -> Option<Vec<Written<&'d str>>> {
    let (document, list) = (table.document(), table.strings(name)?);
    if list.value.is_empty() {
        document.error(list.at, format!("the list is empty: name a scope, or leave `{name}` out"));
    }
    let mut scopes: Vec<Written<&str>> = Vec::new();
    for written in list.value {
        match known.and_then(|known| known.get(written.value)) {
            None => {
                if let Some(known) = known {
                    note_unknown(document, known, written);
                }
            }
            Some(scope) if scope.is_admin => {
                let message = format!("`{}` is given by operators alone", written.value);
                document.error(written.at, format!("{message}: no application may ask for it"));
            }
            Some(_) if scopes.iter().any(|it| it.value == written.value) => {
                let message = format!("`{}` is listed twice: take one out", written.value);
                document.warn(written.at, message);
            }
            Some(_) => scopes.push(written),
        }
    }
    Some(scopes)
}

fn open_scopes(scopes: &Scopes) -> Vec<String> {
    let is_open = |scope: &&crate::registry::Scope| !scope.is_wildcard && !scope.is_admin;
    scopes.iter().filter(is_open).map(|scope| scope.name.to_string()).collect()
}

fn names(written: Vec<Written<&str>>) -> Vec<String> {
    written.into_iter().map(|it| it.value.to_owned()).collect()
}
