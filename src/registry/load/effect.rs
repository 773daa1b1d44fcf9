//! What a reload changed, for the log.

use std::collections::BTreeSet;

use serde::Serialize;

use super::claims::Versions;
use crate::registry::product::Product;
use crate::registry::route::Route;

/// What became of one product in a reload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The product.
    pub product: String,
    /// What became of it.
    pub kind: EffectKind,
    /// The scopes that are new, in byte order.
    pub scopes_added: Vec<String>,
    /// The scopes that are gone, in byte order.
    pub scopes_removed: Vec<String>,
    /// The scopes that have become admin-only, in byte order: wildcards lost them, and keys that
    /// hold them by name keep them.
    pub scopes_made_admin: Vec<String>,
    /// The resources that are gone, in byte order: keys that are bound to one pass nowhere.
    pub resources_removed: Vec<String>,
    /// The key types that are gone, or have another prefix, in byte order: their keys pass nowhere.
    pub key_types_removed: Vec<String>,
    /// The routes that are new, as `GET /path`, in byte order.
    pub routes_added: Vec<String>,
    /// The routes that are gone, as `GET /path`, in byte order.
    pub routes_removed: Vec<String>,
}

/// What became of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// It is new.
    Added,
    /// Its file says something else than before.
    Changed,
    /// Its file is gone.
    Removed,
}

/// What differs from `before` to `after`, by product.
pub(super) fn effects(before: &Versions, after: &Versions) -> Vec<Effect> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let effect = |id: &String| {
        let (old, new) = (before.get(id), after.get(id));
        let kind = match (old, new) {
            (Some(old), Some(new)) if old.text == new.text => return None,
            (Some(_), Some(_)) => EffectKind::Changed,
            (Some(_), None) => EffectKind::Removed,
            (None, _) => EffectKind::Added,
        };
        let (old, new) = (old.map(|v| v.product.as_ref()), new.map(|v| v.product.as_ref()));
        Some(Effect::between(id, kind, old, new))
    };
    ids.into_iter().filter_map(effect).collect()
}

impl Effect {
    fn between(id: &str, kind: EffectKind, old: Option<&Product>, new: Option<&Product>) -> Self {
        let (old_scopes, new_scopes) = (scopes(old), scopes(new));
        let (old_routes, new_routes) = (routes(old), routes(new));
        let (old_key_types, new_key_types) = (key_types(old), key_types(new));
        Self {
            product: id.to_owned(),
            kind,
            scopes_added: new_scopes.difference(&old_scopes).cloned().collect(),
            scopes_removed: old_scopes.difference(&new_scopes).cloned().collect(),
            scopes_made_admin: made_admin(old, new),
            resources_removed: resources(old).difference(&resources(new)).cloned().collect(),
            key_types_removed: old_key_types
                .difference(&new_key_types)
                .map(|(id, _)| (*id).to_owned())
                .collect(),
            routes_added: new_routes.difference(&old_routes).cloned().collect(),
            routes_removed: old_routes.difference(&new_routes).cloned().collect(),
        }
    }
}

fn scopes(product: Option<&Product>) -> BTreeSet<String> {
    let scopes = product.into_iter().flat_map(|product| product.scopes.iter());
    scopes.map(|scope| scope.name.to_string()).collect()
}

fn made_admin(old: Option<&Product>, new: Option<&Product>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let was_open = |name: &str| old.scopes.get(name).is_some_and(|scope| !scope.is_admin);
    let made = new.scopes.iter().filter(|scope| scope.is_admin && was_open(&scope.name));
    made.map(|scope| scope.name.to_string()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn resources(product: Option<&Product>) -> BTreeSet<String> {
    let resources = product.into_iter().flat_map(|product| &product.resources);
    resources.map(|resource| resource.name.clone()).collect()
}

/// The id and prefix of each key type.
fn key_types(product: Option<&Product>) -> BTreeSet<(&str, &str)> {
    let key_types = product.into_iter().flat_map(|product| &product.key_types);
    key_types.map(|key_type| (key_type.id.as_str(), key_type.prefix.as_str())).collect()
}

fn routes(product: Option<&Product>) -> BTreeSet<String> {
    let routes = product.into_iter().flat_map(|product| product.routes.iter());
    routes.map(Route::name).collect()
}
