//! What each step of a decision compares, in words for those who ask why; never a secret.

use super::target::Named;
use super::{Asked, Request};
use crate::clock::Timestamp;
use crate::limits::{Standing, Window};
use crate::principals::{Found, Holder, Principal, Rights};
use crate::registry::{Access, Credential, KeyType, Needs, Product, Route};

pub(super) fn contract(asked: &Asked<'_>) -> String {
    format!("{} header lines in the dialect of {:?}", asked.headers.names().count(), asked.dialect)
}

pub(super) fn product(request: &Request<'_>) -> String {
    match (request.product, request.host()) {
        (Some(id), _) => format!("the product `{id}`, by name"),
        (None, Some(host)) => format!("the product of the host {host}, or the only one"),
        (None, None) => "no host: the only product".to_owned(),
    }
}

pub(super) fn credential(product: &Product, request: &Request<'_>) -> String {
    let places: Vec<&str> = product.credentials.iter().map(Credential::header).collect();
    let lines: usize = places.iter().map(|name| request.headers.lines(name).count()).sum();
    let tokens = if product.oauth.is_some() { "; apps' tokens in authorization" } else { "" };
    format!("one credential in {}: {lines} header lines there{tokens}", places.join(" or "))
}

pub(super) fn presented(product: &Product, prefix: Option<&str>) -> String {
    let prefixes: Vec<&str> = product.key_types.iter().map(|it| it.prefix.as_str()).collect();
    match prefix {
        Some(prefix) => {
            format!("prefix {prefix}; keys of {} have {}", product.id, prefixes.join(", "))
        }
        None => "not the shape or checksum of a secret".to_owned(),
    }
}

pub(super) fn key(found: &Found) -> String {
    match found {
        Found::Known(principal, _) => {
            let Rights { workspace, product, holder, .. } = principal.rights();
            let id = &principal.tally.account;
            match holder {
                Holder::Key { key_type } => {
                    format!("{id} of workspace {workspace}, product {product}, type {key_type}")
                }
                Holder::App { client, .. } => format!(
                    "a token of {client} by {id}, for workspace {workspace}, product {product}"
                ),
            }
        }
        Found::Unknown => "no such key or token".to_owned(),
        Found::Damaged => "a row that does not bear its checksum".to_owned(),
    }
}

pub(super) fn life(principal: &Principal, now: Timestamp) -> String {
    format!("at {now} it is {:?}", principal.life(now))
}

pub(super) fn https(product: &Product, request: &Request<'_>) -> String {
    let asks = if product.is_https_required { "asks" } else { "does not ask" };
    let came = if request.is_https { "by https" } else { "not by https" };
    format!("the product {asks} for https; it came {came}")
}

pub(super) fn address(principal: &Principal, request: &Request<'_>) -> String {
    let client = request.address.map_or("unknown".to_owned(), |address| address.to_string());
    format!("client {client}; it allows {}", principal.rights().allowed_addresses)
}

pub(super) fn host(key_type: Option<&KeyType>, request: &Request<'_>) -> String {
    let Some(key_type) = key_type else { return "tokens are good on every host".to_owned() };
    let good = if key_type.hosts.is_empty() { "any".into() } else { key_type.hosts.join(", ") };
    let host = request.host().unwrap_or("none".into());
    format!("host {host}; `{}` keys are good on {good}", key_type.id)
}

pub(super) fn path(request: &Request<'_>) -> String {
    format!("{} {}", request.method, request.target.escape_ascii())
}

pub(super) fn route(product: &Product, route: Option<&Route>) -> String {
    match route {
        Some(route) => route.name(),
        None => format!("none of the {} routes of {}", product.routes.len(), product.id),
    }
}

pub(super) fn scope(product: &Product, route: &Route, principal: &Principal) -> String {
    let names = |set| product.scopes.names(set).collect::<Vec<_>>();
    let needs = match &route.needs {
        Needs::Public | Needs::Authenticated => "no scope".to_owned(),
        Needs::All(set) => names(set).join(" and "),
        Needs::Any(set) => names(set).join(" or "),
    };
    let access = match &principal.rights().holder {
        Holder::Key { key_type, .. } => product.key_type(key_type).map(|key_type| key_type.access),
        Holder::App { .. } => None,
    };
    let held = match (access, principal.rights().scopes.join(", ")) {
        (Some(Access::Full), _) => "full access".to_owned(),
        (_, held) if held.is_empty() => "none".to_owned(),
        (_, held) => held,
    };
    format!("the route needs {needs}; held: {held}")
}

pub(super) fn resources(principal: &Principal, named: &[Named<'_, '_>]) -> String {
    if named.is_empty() {
        let bound: Vec<&str> =
            principal.rights().restrictions.iter().map(|(resource, _)| resource).collect();
        let bound = if bound.is_empty() { "no resource".to_owned() } else { bound.join(", ") };
        return format!("the request names no resource; bound to {bound}");
    }
    let one = |(resource, id): &Named<'_, '_>| {
        let ids = principal.rights().restrictions.ids(&resource.name);
        let bound = ids.map_or("any".to_owned(), |ids| {
            ids.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        });
        format!("{}={id}; bound to {bound}", resource.name)
    };
    named.iter().map(one).collect::<Vec<_>>().join("; ")
}

pub(super) fn limits(plan: &str, cost: u32, standing: &Standing) -> String {
    let window = |name: &str, window: Option<Window>| match window {
        Some(Window { limit, remaining, .. }) => {
            format!("{remaining} of {limit} left in the {name}")
        }
        None => format!("no limit in the {name}"),
    };
    let (minute, day) = (window("minute", standing.minute), window("day", standing.day));
    format!("it counts for {cost}; plan {plan}: {minute}, {day}")
}
