//! A first request that a key can make.

use crate::http::console::views::keys::created::Example;
use crate::keys::Key;
use crate::registry::{Access, Credential, KeyType, Needs, Product, Route};

/// What stands for the host of a product whose file names none.
const NO_HOST: &str = "YOUR-API.example";

/// A request that passes with the key, once its host answers.
pub(super) struct Call<'p> {
    url: String,
    method: &'p str,
    credential: &'p Credential,
}

impl<'p> Call<'p> {
    /// The request that needs least to be filled in, one of a scope where there is one; `None` where the key opens no route.
    pub(super) fn of(product: &'p Product, key: &Key) -> Option<Self> {
        let key_type = product.key_type(&key.key_type)?;
        let grant = match key_type.access {
            Access::Full => product.scopes.grant_full(),
            Access::Scoped => product.scopes.grant(key.scopes.iter().map(String::as_str)),
        };
        let is_open =
            |route: &&Route| route.needs != Needs::Public && route.needs.is_met_by(&grant);
        let unknown = |route: &Route| {
            let params = route.params.iter().filter(|param| id_of(key, &param.name).is_none());
            params.count()
        };
        let open = product.routes.iter().filter(is_open);
        let rank = |it: &&Route| {
            (&*it.method != "GET", unknown(it), it.needs == Needs::Authenticated, it.path.len())
        };
        let route = open.min_by_key(rank)?;
        Some(Self {
            url: format!("https://{}{}", host(product, key_type), path(route, key)),
            method: if &*route.method == "*" { "GET" } else { &route.method },
            credential: product.credentials.first()?,
        })
    }

    pub(super) fn example(&self) -> Example<'_> {
        Example { url: &self.url, method: self.method, credential: self.credential }
    }
}

/// Where keys of this type are good.
fn host<'p>(product: &'p Product, key_type: &'p KeyType) -> &'p str {
    key_type.hosts.iter().chain(&product.hosts).next().map_or(NO_HOST, String::as_str)
}

/// The one id that a key may name for a parameter of a path.
fn id_of<'k>(key: &'k Key, param: &str) -> Option<&'k str> {
    key.restrictions.ids(param)?.iter().next().map(String::as_str)
}

/// The path with the key's own ids in it; what else is to be filled in stands in capitals.
fn path(route: &Route, key: &Key) -> String {
    let mut path = route.path.clone();
    for param in &route.params {
        let written = if param.is_rest { "{*" } else { "{" };
        let value =
            id_of(key, &param.name).map_or_else(|| param.name.to_uppercase(), str::to_owned);
        path = path.replace(&format!("{written}{}}}", param.name), &value);
    }
    path
}
