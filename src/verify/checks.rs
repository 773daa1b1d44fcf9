//! What each step of the decision holds a request against, as rules of their own.

use super::target::NamedList;
use super::{Refusal, Request};
use crate::clock::Timestamp;
use crate::limits::{Drawn, Outcome};
use crate::principals::{Bound, Life, Principal};
use crate::registry::{KeyType, Needs, PerKey, Product, Resource, Route};

pub(super) fn life(principal: &Principal, now: Timestamp) -> Result<(), Refusal> {
    match principal.life(now) {
        Life::Live => Ok(()),
        Life::Revoked | Life::Expired | Life::Forgotten if principal.is_app() => {
            Err(Refusal::InvalidToken)
        }
        Life::Revoked => Err(Refusal::RevokedKey),
        Life::Expired => Err(Refusal::ExpiredKey),
        Life::Forgotten => Err(Refusal::InvalidKey),
    }
}

pub(super) fn https(request: &Request<'_>, product: &Product) -> Result<(), Refusal> {
    let is_good = request.is_https || !product.is_https_required;
    is_good.then_some(()).ok_or(Refusal::HttpsRequired)
}

pub(super) fn address(request: &Request<'_>, principal: &Principal) -> Result<(), Refusal> {
    let is_allowed = principal.rights().allowed_addresses.allow(request.address);
    is_allowed.then_some(()).ok_or(Refusal::IpNotAllowed)
}

/// Key types alone are good on some hosts and not on others.
pub(super) fn host(request: &Request<'_>, key_type: Option<&KeyType>) -> Result<(), Refusal> {
    let Some(key_type) = key_type else { return Ok(()) };
    if key_type.hosts.is_empty() {
        return Ok(());
    }
    let is_good = request.host().is_some_and(|host| key_type.hosts.iter().any(|it| *it == host));
    is_good.then_some(()).ok_or(Refusal::WrongEnvironment)
}

pub(super) fn scope(product: &Product, route: &Route, bound: &Bound) -> Result<(), Refusal> {
    if route.needs.is_met_by(&bound.grant) {
        return Ok(());
    }
    let Some(needed) = route.needs.scopes() else { return Ok(()) };
    let is_any_enough = matches!(route.needs, Needs::Any(_));
    let required = product.scopes.names(needed).collect::<Vec<_>>().join(" ");
    Err(Refusal::InsufficientScope { required, is_any_enough })
}

pub(super) fn resources(
    (principal, bound): (&Principal, &Bound),
    named: NamedList<'_, '_>,
) -> Result<(), Refusal> {
    if let Some(lost) = &bound.lost_resource {
        let error_type = format!("{lost}_mismatch_error");
        return Err(Refusal::ResourceMismatch { resource: lost.clone(), error_type });
    }
    let foreign = named.into_iter().find(|(it, id)| !may_touch(principal, it, id));
    match foreign {
        None => Ok(()),
        Some((resource, _)) => Err(Refusal::ResourceMismatch {
            resource: resource.name.clone(),
            error_type: resource.mismatch.clone(),
        }),
    }
}

pub(super) fn limits(drawn: &Drawn) -> Result<(), Refusal> {
    let standing = drawn.standing;
    match drawn.outcome {
        Outcome::Within => Ok(()),
        Outcome::RateLimited { retry_after } => Err(Refusal::RateLimited { retry_after, standing }),
        Outcome::QuotaExceeded { retry_after } => {
            Err(Refusal::QuotaExceeded { retry_after, standing })
        }
    }
}

/// Whether a key may touch an id. One without ids may touch any, unless the resource wants keys to
/// be bound: it was made before the product said so.
fn may_touch(principal: &Principal, resource: &Resource, id: &str) -> bool {
    match principal.rights().restrictions.ids(&resource.name) {
        Some(ids) => ids.contains(id),
        None => resource.per_key == PerKey::Any,
    }
}
