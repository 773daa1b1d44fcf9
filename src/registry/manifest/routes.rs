//! The `[routes]` table: what is open, and to whom.

use super::resources::Declared;
use super::scopes::note_unknown;
use crate::limits::NUMBER_MAX;
use crate::registry::pattern::Params;
use crate::registry::resource::Resource;
use crate::registry::route::{
    CountedScopes, Needs, Param, Part, Route, Routes, check_method, parse_path,
};
use crate::registry::scope::Scopes;
use crate::source::{Document, Entry, Table, Value, Written};

/// What the file has said before its routes.
pub(super) struct Known<'a> {
    /// `None` where it has no `[scopes]`: then no route is blamed for a scope that is unknown.
    pub(super) scopes: Option<&'a Scopes>,
    pub(super) patterns: &'a Params,
    pub(super) resources: &'a [Declared],
}

/// All routes of the file; `None` where it has no such table.
pub(super) fn read(root: &mut Table<'_>, known: &Known<'_>) -> Option<Routes> {
    let document = root.document();
    let example = "a table [routes] with \"GET /v1/orders\" = \"read:orders\"";
    let table = root.required("routes", example)?.table()?;
    let mut routes = Routes::default();
    for entry in table.entries() {
        let needs = read_needs(document, &entry.value, known);
        let Some((method, path, parts)) = read_name(document, entry.name) else { continue };
        // A route whose needs are wrong still takes its place, so that a second one is found.
        let (needs, cost) = needs.unwrap_or((Needs::Authenticated, 1));
        let params = read_params(document, &entry, &parts, known);
        let at = entry.name.at;
        let counted = known.scopes.map(|scopes| CountedScopes::of(&needs, scopes));
        let counted = counted.unwrap_or_default();
        let (method, path) = (method.into(), path.to_owned());
        let route = Route { method, path, needs, counted, cost, params, at };
        if let Err(first) = routes.add(route, &parts) {
            let message = format!("`{}` is the same route: keep one of the two", first.name());
            document.error(at, message);
        }
    }
    Some(routes)
}

fn read_name<'n>(
    document: &Document<'_>,
    name: Written<&'n str>,
) -> Option<(&'n str, &'n str, Vec<Part>)> {
    let Some((method, path)) = name.value.split_once(' ') else {
        let message = format!(
            "`{}` is no route: write a method and a path, such as \"GET /v1/orders\"",
            name.value
        );
        document.error(name.at, message);
        return None;
    };
    let method_check = check_method(method);
    let path_parts = parse_path(path);
    if let Err(message) = &method_check {
        document.error(name.at, message.as_str());
    }
    if let Err(message) = &path_parts {
        document.error(name.at, message.as_str());
    }
    method_check.ok()?;
    Some((method, path, path_parts.ok()?))
}

fn read_params(
    document: &Document<'_>,
    entry: &Entry<'_>,
    parts: &[Part],
    known: &Known<'_>,
) -> Vec<Param> {
    let params = Param::of_path(parts, known.patterns);
    let resources: Vec<&Resource> =
        known.resources.iter().map(|declared| &declared.resource).collect();
    for param in params.iter().filter(|param| param.is_rest) {
        if let Some(resource) = resources.iter().find(|r| r.is_named_by_param(&param.name)) {
            let message = format!(
                "`{{*{0}}}` is many segments, and one `{1}` is one: name the rest otherwise",
                param.name, resource.name
            );
            document.error(entry.name.at, message);
        }
    }
    params
}

/// What a route needs, and its cost.
fn read_needs(
    document: &Document<'_>,
    value: &Value<'_>,
    known: &Known<'_>,
) -> Option<(Needs, u32)> {
    if value.is_table() {
        return read_long_form(document, value, known);
    }
    Some((read_short_form(document, value, known)?, 1))
}

/// `"scope"`, `"public"`, `"authenticated"`, or a list of scopes that are all needed.
fn read_short_form(document: &Document<'_>, value: &Value<'_>, known: &Known<'_>) -> Option<Needs> {
    if value.is_list() {
        return Some(Needs::All(known.scopes?.set(read_list(document, value, known)?)));
    }
    if !value.is_string() {
        return value.wants("a scope, a list of scopes, \"public\" or \"authenticated\"");
    }
    let word = value.string()?;
    match word.value {
        "public" => Some(Needs::Public),
        "authenticated" => Some(Needs::Authenticated),
        _ => Some(Needs::All(known.scopes?.set([read_scope(document, word, known)?]))),
    }
}

/// `{ scope = …, cost = 10 }` or `{ any = […], cost = 10 }`.
fn read_long_form(
    document: &Document<'_>,
    value: &Value<'_>,
    known: &Known<'_>,
) -> Option<(Needs, u32)> {
    let mut table = value.table()?;
    let scope = table.field("scope");
    let any = table.field("any");
    let cost = table.whole("cost", 1..=u64::from(NUMBER_MAX));
    let at = table.at();
    table.close();

    let needs = match (scope, any) {
        (Some(scope), None) => read_short_form(document, &scope, known),
        (None, Some(any)) => read_list(document, &any, known)
            .and_then(|list| Some(Needs::Any(known.scopes?.set(list)))),
        (Some(_), Some(any)) => {
            document
                .error(any.at(), "`scope` needs all and `any` one of several: keep one of the two");
            None
        }
        (None, None) => {
            let message = "what the route needs is missing: write scope = \"…\" or any = [\"…\"]";
            document.error_of_absence(at, message);
            None
        }
    };
    if let (Some(Needs::Public), Some(cost)) = (&needs, cost) {
        document.warn(cost.at, "a public route is not counted, so it costs nothing");
    }
    Some((needs?, cost.and_then(|cost| u32::try_from(cost.value).ok()).unwrap_or(1)))
}

/// A list of scopes; an empty one would be met by everybody or by nobody, and nobody knows which.
fn read_list<'d>(
    document: &Document<'_>,
    value: &Value<'d>,
    known: &Known<'_>,
) -> Option<Vec<&'d str>> {
    let list = value.strings()?;
    if list.value.is_empty() {
        document.error(
            list.at,
            "the list is empty: name a scope, or write \"authenticated\" instead of the list",
        );
        return None;
    }
    let read: Vec<_> = list.value.iter().map(|scope| read_scope(document, *scope, known)).collect();
    read.into_iter().collect()
}

fn read_scope<'d>(
    document: &Document<'_>,
    name: Written<&'d str>,
    known: &Known<'_>,
) -> Option<&'d str> {
    let scopes = known.scopes?;
    match scopes.get(name.value) {
        Some(scope) if scope.is_wildcard => {
            let message = format!(
                "a route cannot need the wildcard `{}`: name the scope that it stands for",
                name.value
            );
            document.error(name.at, message);
            None
        }
        Some(_) => Some(name.value),
        None if matches!(name.value, "public" | "authenticated") => {
            document.error(name.at, format!("\"{}\" stands alone, not in a list", name.value));
            None
        }
        None => {
            note_unknown(document, scopes, name);
            None
        }
    }
}
