//! The decision, step by step.

use std::sync::Arc;

use super::path::Path;
use super::target::{NamedList, Target};
use super::{Asked, Refusal, Request, Undecided, credential};
use crate::clock::Timestamp;
use crate::principals::{Bound, Found, Identity, Life, Principal, Principals};
use crate::registry::{Needs, Product, Registry, Route};
use crate::secret::{self, SecretDigest};

/// Judges requests by one registry and the principals.
pub struct Verifier<'v> {
    /// The products, as they are in force for this request.
    pub registry: &'v Registry,
    /// Who presented secrets belong to.
    pub principals: &'v Principals,
}

/// A request that may pass, and what its back end is told.
pub struct Pass<'v> {
    /// The product that it is for.
    pub product: &'v Arc<Product>,
    /// Who is asking, as the identity headers say it.
    pub identity: Identity,
}

/// A request that may not pass, or not yet.
#[derive(Debug)]
pub enum Stop<'v> {
    /// It may not. The product is there where it was found, for the words of the answer.
    Refused(Refusal, Option<&'v Arc<Product>>),
    /// Its key must be read from the database first, off this thread; then ask again.
    Cold(SecretDigest),
}

/// What the caller knows already about the presented secret.
pub enum Lookup {
    /// Nothing: what is in memory decides.
    Warm,
    /// What a look-up found, after [`Stop::Cold`].
    Done(Result<Found, String>),
}

impl<'v> Verifier<'v> {
    /// Answers one question: may this request pass?
    ///
    /// The steps run in the order of the decision table; the first that fails is the answer. What
    /// the target is about is read before the credential, and judged after it.
    /// Cost when warm: one digest, one cache probe, one route match. Nothing is written.
    ///
    /// # Errors
    /// [`Stop::Refused`] names the step that failed; only [`Refusal::Unavailable`] is our own
    /// fault. [`Stop::Cold`] asks for a look-up.
    pub fn verify(
        &self,
        asked: &Asked<'_>,
        lookup: Lookup,
        now: Timestamp,
    ) -> Result<Pass<'v>, Stop<'v>> {
        let request = Request::read(asked).map_err(|refusal| Stop::Refused(refusal, None))?;
        let product = self
            .product(&request)
            .map_err(|undecided| Stop::Refused(Refusal::Unavailable(undecided), None))?;
        let path = Path::read(request.target);
        let segments = path.as_ref().map(Path::segments).unwrap_or_default();
        let target = match &path {
            Ok(path) => Target::read(&request, product, path, &segments),
            Err(ambiguous) => Target::ambiguous(*ambiguous),
        };
        self.judge(&request, product, target, lookup, now).map_err(|stop| match stop {
            Halt::Refused(refusal) => Stop::Refused(refusal, Some(product)),
            Halt::Cold(digest) => Stop::Cold(digest),
        })
    }

    /// The product that a request is for.
    fn product(&self, request: &Request<'_>) -> Result<&'v Arc<Product>, Undecided> {
        if let Some(id) = request.product {
            let product = self.registry.product(id);
            return product.ok_or_else(|| Undecided::UnknownProduct(id.to_owned()));
        }
        let host = request.host.as_deref();
        host.and_then(|host| self.registry.product_of_host(host))
            .or_else(|| self.registry.only_product())
            .ok_or_else(|| Undecided::UnknownHost(host.unwrap_or_default().to_owned()))
    }

    /// The steps from the credential on.
    fn judge(
        &self,
        request: &Request<'_>,
        product: &'v Arc<Product>,
        target: Target<'_, '_>,
        lookup: Lookup,
        now: Timestamp,
    ) -> Result<Pass<'v>, Halt> {
        if target.is_open(product) {
            check_https(request, product)?;
            return Ok(Pass { product, identity: Identity::of_nobody(product) });
        }

        let presented = credential::presented(&product.credentials, request.headers)?;
        // Where nothing can be decided about the key, whatever else is wrong still comes first.
        let known = self.known(product, presented, lookup)?;
        if let Ok(known) = &known {
            check_life(&known.principal, now)?;
        }
        check_https(request, product)?;
        if let Ok(known) = &known {
            check_origin(request, product, known)?;
        }
        let (route, named) = target.declared()?;
        let known = known?;
        check_scope(product, route, &known.bound)?;
        check_resources(&known.principal, named)?;
        // The plan's limits come here, last, so that a refused request costs its caller nothing.
        Ok(Pass { product, identity: known.bound.identity.clone() })
    }

    /// Whose secret it is, if it is one of this product's.
    fn known(
        &self,
        product: &Product,
        presented: &[u8],
        lookup: Lookup,
    ) -> Result<Result<Known, Undecided>, Halt> {
        let prefix = secret::prefix_of(presented).ok_or(Refusal::InvalidKey)?;
        let key_type = product.key_type_of_prefix(prefix).ok_or(Refusal::InvalidKey)?;
        let digest = SecretDigest::of(presented);
        let principal = match lookup {
            Lookup::Warm => self.principals.find(&digest).ok_or(Halt::Cold(digest))?,
            Lookup::Done(Ok(Found::Known(principal))) => principal,
            Lookup::Done(Ok(Found::Unknown)) => return Err(Refusal::InvalidKey.into()),
            Lookup::Done(Ok(Found::Damaged)) => return Ok(Err(Undecided::DamagedRow)),
            Lookup::Done(Err(fault)) => return Ok(Err(Undecided::LookUp(fault))),
        };
        if principal.product != product.id || principal.key_type != key_type.id {
            return Err(Refusal::InvalidKey.into());
        }
        let bound = principal.bound_to(product).ok_or(Refusal::InvalidKey)?;
        Ok(Ok(Known { principal, bound }))
    }
}

/// A principal, and what it is worth under the product's present manifest.
struct Known {
    principal: Arc<Principal>,
    bound: Arc<Bound>,
}

/// Why the steps ended before they allowed.
enum Halt {
    Refused(Refusal),
    Cold(SecretDigest),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Undecided> for Halt {
    fn from(undecided: Undecided) -> Self {
        Self::Refused(Refusal::Unavailable(undecided))
    }
}

fn check_life(principal: &Principal, now: Timestamp) -> Result<(), Refusal> {
    match principal.life(now) {
        Life::Live => Ok(()),
        Life::Revoked => Err(Refusal::RevokedKey),
        Life::Expired => Err(Refusal::ExpiredKey),
        Life::Forgotten => Err(Refusal::InvalidKey),
    }
}

fn check_https(request: &Request<'_>, product: &Product) -> Result<(), Refusal> {
    let is_good = request.is_https || !product.is_https_required;
    is_good.then_some(()).ok_or(Refusal::HttpsRequired)
}

fn check_origin(request: &Request<'_>, product: &Product, known: &Known) -> Result<(), Refusal> {
    if !known.principal.allowed_addresses.allow(request.address) {
        return Err(Refusal::IpNotAllowed);
    }
    let hosts = &product.key_types[known.bound.key_type].hosts;
    let is_here = |host: &str| hosts.iter().any(|known| known == host);
    if !hosts.is_empty() && !request.host.as_deref().is_some_and(is_here) {
        return Err(Refusal::WrongEnvironment);
    }
    Ok(())
}

fn check_scope(product: &Product, route: &Route, bound: &Bound) -> Result<(), Refusal> {
    if route.needs.is_met_by(&bound.grant) {
        return Ok(());
    }
    let (needed, is_any_enough) = match &route.needs {
        Needs::Public | Needs::Authenticated => return Ok(()),
        Needs::All(scopes) => (scopes, false),
        Needs::Any(scopes) => (scopes, true),
    };
    let required = product.scopes.names(needed).collect::<Vec<_>>().join(" ");
    Err(Refusal::InsufficientScope { required, is_any_enough })
}

fn check_resources(principal: &Principal, named: NamedList<'_, '_>) -> Result<(), Refusal> {
    let foreign = named.into_iter().find(|(it, id)| !principal.restrictions.allow(&it.name, id));
    match foreign {
        None => Ok(()),
        Some((resource, _)) => Err(Refusal::ResourceMismatch {
            resource: resource.name.clone(),
            error_type: resource.mismatch.clone(),
        }),
    }
}
