//! What a token is asked for: one product, and some of its scopes.

use std::sync::Arc;

use super::clients::Client;
use super::{Code, Error, Result};
use crate::registry::{OAuth, Product, Registry};

/// One product, and some of its scopes.
pub(super) struct Target {
    pub(super) product: Arc<Product>,
    /// The product's names that the client has used (RFC 8707).
    pub(super) resources: Vec<String>,
    pub(super) scopes: Vec<String>,
}

/// Finds what a client asks for: the product that it names; else its own, where it is bound to one;
/// else the only one that has all the scopes.
///
/// # Errors
/// `InvalidTarget` and `InvalidScope`.
pub(super) fn find(
    registry: &Registry,
    client: &Client,
    (resources, scope): (&[&str], Option<&str>),
) -> Result<Target> {
    let asked = scope.map(scopes).transpose()?.unwrap_or_default();
    let (product, resources) = product(registry, client, resources, &asked)?;
    let oauth =
        product.oauth.as_ref().ok_or_else(|| target("the product takes no part in OAuth"))?;
    let scopes = if asked.is_empty() { defaults(client, oauth) } else { asked };
    if let Some(unknown) = scopes.iter().find(|name| !oauth.scopes.contains(name)) {
        let said = format!("applications may not ask for {unknown} here");
        return Err(Error::new(Code::InvalidScope, said));
    }
    Ok(Target { product, resources, scopes })
}

fn product(
    registry: &Registry,
    client: &Client,
    resources: &[&str],
    asked: &[String],
) -> Result<(Arc<Product>, Vec<String>)> {
    let named = named(registry, resources)?;
    let own = match client.product.as_deref() {
        None => None,
        Some(id) => {
            let known = registry.product(id);
            Some(known.ok_or_else(|| target("the client's product is gone"))?)
        }
    };
    match (named, own) {
        (Some((named, _)), Some(own)) if named.id != own.id => {
            Err(target("the client is bound to another product"))
        }
        (Some(named), _) => Ok(named),
        (None, Some(own)) => Ok((Arc::clone(own), Vec::new())),
        (None, None) => only(registry, asked).map(|product| (product, Vec::new())),
    }
}

/// The product that all `resources` are of, each in the product's own words.
fn named(registry: &Registry, resources: &[&str]) -> Result<Option<(Arc<Product>, Vec<String>)>> {
    let mut all: Option<(Arc<Product>, Vec<String>)> = None;
    for resource in resources {
        let found = registry.product_of_audience(resource);
        let (product, audience) = found.ok_or_else(|| target("there is no such resource here"))?;
        let (first, names) = all.get_or_insert_with(|| (Arc::clone(product), Vec::new()));
        if first.id != product.id {
            return Err(target("a token is for one product: ask for one at a time"));
        }
        if !names.iter().any(|name| name == audience.as_str()) {
            names.push(audience.as_str().to_owned());
        }
    }
    Ok(all)
}

/// The only product that has all the scopes.
fn only(registry: &Registry, asked: &[String]) -> Result<Arc<Product>> {
    let has_all = |oauth: &OAuth| asked.iter().all(|name| oauth.scopes.contains(name));
    let mut having =
        registry.products().filter(|product| product.oauth.as_ref().is_some_and(has_all));
    match (having.next(), having.next()) {
        (Some(only), None) => Ok(Arc::clone(only)),
        _ => Err(target("which API it is for cannot be told: name its resource")),
    }
}

/// What a client gets that names nothing.
fn defaults(client: &Client, oauth: &OAuth) -> Vec<String> {
    let own = client.scopes.iter().filter(|name| oauth.scopes.contains(name));
    let own: Vec<String> = own.cloned().collect();
    if own.is_empty() { oauth.default_scopes.clone() } else { own }
}

/// The names in a `scope` (RFC 6749 §3.3), each once.
///
/// # Errors
/// `InvalidScope` for what cannot be one.
pub(super) fn scopes(text: &str) -> Result<Vec<String>> {
    let is_plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let mut names: Vec<String> = Vec::new();
    for name in text.split(' ').filter(|name| !name.is_empty()) {
        if !name.bytes().all(is_plain) {
            return Err(Error::new(Code::InvalidScope, "scope is names with spaces between them"));
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn target(description: &'static str) -> Error {
    Error::new(Code::InvalidTarget, description)
}
