//! The `[resources.*]` tables: what a key can be bound to, and where a request names it.

use super::{headers, words};
use crate::registry::pattern::Pattern;
use crate::registry::product::Credential;
use crate::registry::resource::{PerKey, Place, Resource};
use crate::registry::route::{Routes, check_param_name};
use crate::source::{At, Document, Entry, Table, Written};

/// Names that are taken: each would be an identity header of ours, or a part of a request.
const RESERVED: [&str; 13] = [
    "subject",
    "key",
    "owner",
    "client",
    "workspace",
    "product",
    "plan",
    "environment",
    "scopes",
    "status",
    "code",
    "body",
    "request",
];

/// The longest name of a query field, in characters.
const QUERY_CHARS_MAX: usize = 64;

/// A resource with the places of what it says.
pub(super) struct Declared {
    pub(super) resource: Resource,
    name_at: At,
    /// Where each of the resource's places is written; its name, for the default.
    places_at: Vec<At>,
}

/// All resources of the file, in its order. Their patterns are those of `[params]`, read later.
pub(super) fn read(root: &mut Table<'_>, credentials: &[Credential]) -> Vec<Declared> {
    let document = root.document();
    let entries = root.table("resources").map(|table| table.entries()).unwrap_or_default();
    entries.iter().filter_map(|entry| read_resource(document, entry, credentials)).collect()
}

fn read_resource(
    document: &Document<'_>,
    entry: &Entry<'_>,
    credentials: &[Credential],
) -> Option<Declared> {
    let Written { value: name, at: name_at } = entry.name;
    check_name(document, entry.name);
    let mut table = entry.value.table()?;
    let description = words::description(&mut table);
    let counts = [("any", PerKey::Any), ("some", PerKey::Some), ("one", PerKey::One)];
    let per_key = table.choice("per_key", &counts).map_or(PerKey::Any, |written| written.value);
    let mismatch = table.string("mismatch");
    if let Some(written) = mismatch {
        check_mismatch(document, written);
    }
    let from = table.strings("from");
    table.close();

    let (places, places_at) = match from {
        Some(list) => read_places(document, &list, credentials),
        None => (vec![Place::Path(name.to_owned())], vec![name_at]),
    };
    let mismatch =
        mismatch.map_or_else(|| format!("{name}_mismatch_error"), |w| w.value.to_owned());
    let header = format!("x-keystile-{}", name.replace('_', "-"));
    let (name, pattern) = (name.to_owned(), Pattern::default());
    let resource = Resource { name, description, per_key, mismatch, places, pattern, header };
    Some(Declared { resource, name_at, places_at })
}

fn check_name(document: &Document<'_>, name: Written<&str>) {
    if RESERVED.contains(&name.value) {
        let message =
            format!("`{}` is a word of Keystile's own headers: choose another name", name.value);
        document.error(name.at, message);
    } else if !words::is_id(name.value, "_") {
        let message = format!(
            "`{}` is no resource's name: write a letter and up to 31 of `a-z0-9_`",
            name.value
        );
        document.error(name.at, message);
    }
}

/// It is the `type` of an error, which programs compare.
fn check_mismatch(document: &Document<'_>, mismatch: Written<&str>) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !(1..=64).contains(&mismatch.value.len()) || !mismatch.value.chars().all(is_plain) {
        let message = "an error type is one word of up to 64 of `A-Za-z0-9_.-`, such as \
                       \"store_mismatch_error\"";
        document.error(mismatch.at, message);
    }
}

fn read_places(
    document: &Document<'_>,
    list: &Written<Vec<Written<&str>>>,
    credentials: &[Credential],
) -> (Vec<Place>, Vec<At>) {
    if list.value.is_empty() {
        let message = "a request must name it somewhere: write \"path:store\", \"query:store\" or \
                       \"header:x-store\"";
        document.error(list.at, message);
    }
    let (mut places, mut places_at) = (Vec::new(), Vec::new());
    for written in &list.value {
        match read_place(written.value, credentials) {
            Ok(place) if places.contains(&place) => {
                document.error(
                    written.at,
                    format!("`{}` is listed twice: take one out", written.value),
                );
            }
            Ok(place) => {
                places.push(place);
                places_at.push(written.at);
            }
            Err(message) => document.error(written.at, message),
        }
    }
    (places, places_at)
}

fn read_place(written: &str, credentials: &[Credential]) -> Result<Place, String> {
    match written.split_once(':') {
        Some(("path", name)) => {
            check_param_name(name)?;
            Ok(Place::Path(name.to_owned()))
        }
        Some(("query", name)) => {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            if !(1..=QUERY_CHARS_MAX).contains(&name.len()) || !name.chars().all(is_plain) {
                return Err(format!(
                    "`{name}` is no query field's name: write letters, digits, `_`, `.` and `-`"
                ));
            }
            Ok(Place::Query(name.to_owned()))
        }
        Some(("header", name)) => {
            let header = headers::check(name)?;
            let is_secret =
                |place: &Credential| matches!(place, Credential::Header(h) if *h == header);
            if header == "authorization" || credentials.iter().any(is_secret) {
                return Err(format!("`{name}` carries the secret: name another header"));
            }
            Ok(Place::Header(header))
        }
        _ => Err(format!(
            "`{written}` is no place: write \"path:PARAM\", \"query:NAME\" or \"header:NAME\""
        )),
    }
}

/// A resource that no request can name restricts nothing, which its writer would not notice.
pub(super) fn check_places(document: &Document<'_>, declared: &[Declared], routes: &Routes) {
    for Declared { resource, name_at, places_at } in declared {
        let is_dead = |place: &Place| match place {
            Place::Path(param) => !has_param(routes, param),
            Place::Query(_) | Place::Header(_) => false,
        };
        let name = &resource.name;
        if !resource.places.is_empty() && resource.places.iter().all(is_dead) {
            let message = format!(
                "no route can name a `{name}`: write {{{name}}} into a route, or say with `from` \
                 where a request names it"
            );
            document.error_of_absence(*name_at, message);
            continue;
        }
        for (place, at) in resource.places.iter().zip(places_at).filter(|(place, _)| is_dead(place))
        {
            if let Place::Path(param) = place {
                document.warn(*at, format!("no route has a parameter {{{param}}}"));
            }
        }
    }
}

fn has_param(routes: &Routes, name: &str) -> bool {
    routes
        .iter()
        .flat_map(|route| &route.params)
        .any(|param| !param.is_rest && *param.name == *name)
}
