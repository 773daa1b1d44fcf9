//! The decision, step by step.

use std::net::IpAddr;
use std::sync::Arc;

use super::path::Path;
use super::target::{NamedList, Target};
use super::witness::{Step, Witness};
use super::{Asked, Lookup, Refusal, Request, Undecided, credential, said};
use crate::clock::Timestamp;
use crate::principals::{Bound, Found, Identity, Life, Principal, Principals};
use crate::registry::{KeyType, Needs, PerKey, Product, Registry, Resource, Route};
use crate::secret::{self, SecretDigest};
use crate::usage::Tally;

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
    /// Who asked.
    pub caller: Caller,
    /// The route by which a known caller passes.
    route: Option<&'v Route>,
}

/// A request that may not pass, or not yet.
pub enum Stop<'v> {
    /// It may not.
    Refused {
        /// Which step failed.
        refusal: Refusal,
        /// The product where it was found, for the words of the answer.
        product: Option<&'v Arc<Product>>,
        /// Who asked.
        caller: Caller,
    },
    /// Its key must be read from the database first, off this thread; then ask again.
    Cold(SecretDigest),
}

/// Who asked, as far as that is known: what a verdict is counted for.
#[derive(Default)]
pub struct Caller {
    known: Option<Known>,
    /// The client's address, where the proxy has told it.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Where the requests of a known key are counted.
    #[must_use]
    pub fn tally(&self) -> Option<&Arc<Tally>> {
        self.known.as_ref().map(|known| &known.principal.tally)
    }
}

impl Pass<'_> {
    /// The scopes that it passes by: those that its route needs and the caller has.
    pub fn scopes(&self) -> impl Iterator<Item = &Arc<str>> {
        let by = self.route.zip(self.caller.known.as_ref());
        by.into_iter().flat_map(|(route, known)| route.counted.held_by(&known.bound.grant))
    }
}

impl<'v> Verifier<'v> {
    /// Answers one question: may this request pass?
    ///
    /// The steps run in the order of the decision table; the first that fails is the answer. What
    /// the target is about is read before the credential, and judged after it. `witness` sees what
    /// each step compares.
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
        witness: &mut impl Witness,
    ) -> Result<Pass<'v>, Stop<'v>> {
        witness.compare(Step::Contract, || said::contract(asked));
        let mut caller = Caller::default();
        let request = match Request::read(asked) {
            Ok(request) => request,
            Err(refusal) => return Err(Stop::Refused { refusal, product: None, caller }),
        };
        caller.address = request.address;
        witness.compare(Step::Product, || said::product(&request));
        let product = match self.product(&request) {
            Ok(product) => product,
            Err(undecided) => {
                let refusal = Refusal::Unavailable(undecided);
                return Err(Stop::Refused { refusal, product: None, caller });
            }
        };
        let path = Path::read(request.target);
        let segments = path.as_ref().map(Path::segments).unwrap_or_default();
        let target = match &path {
            Ok(path) => Target::read(&request, product, path, &segments),
            Err(ambiguous) => Target::ambiguous(*ambiguous),
        };
        let case = Case { request: &request, product, now };
        match self.judge(&case, target, lookup, (&mut caller.known, witness)) {
            Ok((identity, route)) => Ok(Pass { product, identity, caller, route }),
            Err(Halt::Refused(refusal)) => {
                Err(Stop::Refused { refusal, product: Some(product), caller })
            }
            Err(Halt::Cold(digest)) => Err(Stop::Cold(digest)),
        }
    }

    /// The product that a request is for.
    fn product(&self, request: &Request<'_>) -> Result<&'v Arc<Product>, Undecided> {
        self.product_of(request.product, request.host.as_deref())
    }

    /// The product of that id, or where none is named the host's, or the only one there is.
    ///
    /// # Errors
    /// [`Undecided`] where there is none.
    pub fn product_of(
        &self,
        id: Option<&str>,
        host: Option<&str>,
    ) -> Result<&'v Arc<Product>, Undecided> {
        if let Some(id) = id {
            let product = self.registry.product(id);
            return product.ok_or_else(|| Undecided::UnknownProduct(id.to_owned()));
        }
        host.and_then(|host| self.registry.product_of_host(host))
            .or_else(|| self.registry.only_product())
            .ok_or_else(|| Undecided::UnknownHost(host.unwrap_or_default().to_owned()))
    }

    /// The steps from the credential on; who is asking is left in `caller`, whatever comes of it.
    fn judge(
        &self,
        case: &Case<'v, '_, '_>,
        target: Target<'v, '_>,
        lookup: Lookup,
        (caller, witness): (&mut Option<Known>, &mut impl Witness),
    ) -> Result<(Identity, Option<&'v Route>), Halt> {
        let Case { request, product, now } = *case;
        if target.is_open(product) {
            witness.compare(Step::Https, || said::https(product, request));
            check_https(request, product)?;
            witness.compare(Step::Route, || "it is open to everybody".to_owned());
            return Ok((Identity::of_nobody(product), None));
        }

        // Where nothing can be decided about the key, whatever else is wrong still comes first.
        let known = self.known(case, lookup, witness)?.map(|known| &*caller.insert(known));
        if let Ok(known) = &known {
            witness.compare(Step::Life, || said::life(&known.principal, now));
            check_life(&known.principal, now)?;
        }
        witness.compare(Step::Https, || said::https(product, request));
        check_https(request, product)?;
        if let Ok(known) = &known {
            witness.compare(Step::Address, || said::address(&known.principal, request));
            check_address(request, &known.principal)?;
            witness.compare(Step::Host, || said::host(known.key_type(product), request));
            check_host(request, known.key_type(product))?;
        }
        witness.compare(Step::Path, || said::path(request));
        let (route, named) = target.readable()?;
        witness.compare(Step::Route, || said::route(product, route));
        let route = route.ok_or(Refusal::RouteNotDeclared)?;
        if known.is_err() {
            witness.compare(Step::Key, || "what is known of the key cannot be read".to_owned());
        }
        let known = known?;
        witness.compare(Step::Scope, || said::scope(product, route, &known.principal));
        check_scope(product, route, &known.bound)?;
        witness.compare(Step::Resource, || said::resources(&known.principal, &named));
        check_resources(known, named)?;
        // The plan's limits come here, last, so that a refused request costs its caller nothing.
        Ok((known.bound.identity.clone(), Some(route)))
    }

    /// Whose secret it is, if it is one of this product's.
    fn known(
        &self,
        case: &Case<'v, '_, '_>,
        lookup: Lookup,
        witness: &mut impl Witness,
    ) -> Result<Result<Known, Undecided>, Halt> {
        let Case { request, product, .. } = *case;
        if let Lookup::Instead(found) = lookup {
            witness
                .compare(Step::Credential, || "none: a key's id stands for its secret".to_owned());
            witness.compare(Step::Key, || said::key(&found));
            return known_by(found, product, None);
        }
        witness.compare(Step::Credential, || said::credential(product, request));
        let presented = credential::presented(&product.credentials, request.headers)?;
        let prefix = secret::prefix_of(presented);
        let Some(key_type) = prefix.and_then(|prefix| product.key_type_of_prefix(prefix)) else {
            witness.compare(Step::Key, || said::presented(product, prefix));
            return Err(Refusal::InvalidKey.into());
        };
        let digest = SecretDigest::of(presented);
        let found = match lookup {
            Lookup::Warm => Found::Known(self.principals.find(&digest).ok_or(Halt::Cold(digest))?),
            Lookup::Done(Ok(found)) | Lookup::Instead(found) => found,
            Lookup::Done(Err(fault)) => return Ok(Err(Undecided::LookUp(fault))),
        };
        witness.compare(Step::Key, || said::key(&found));
        known_by(found, product, Some(key_type))
    }
}

/// What a look-up means for a product; `presented` is the key type that the secret's prefix names.
fn known_by(
    found: Found,
    product: &Product,
    presented: Option<&KeyType>,
) -> Result<Result<Known, Undecided>, Halt> {
    let principal = match found {
        Found::Known(principal) => principal,
        Found::Unknown => return Err(Refusal::InvalidKey.into()),
        Found::Damaged => return Ok(Err(Undecided::DamagedRow)),
    };
    let is_its_type = presented.is_none_or(|key_type| key_type.id == principal.key_type);
    if principal.product != product.id || !is_its_type {
        return Err(Refusal::InvalidKey.into());
    }
    let bound = principal.bound_to(product).ok_or(Refusal::InvalidKey)?;
    Ok(Ok(Known { principal, bound }))
}

/// A request under the product that it is for.
struct Case<'v, 'r, 'a> {
    request: &'r Request<'a>,
    product: &'v Arc<Product>,
    now: Timestamp,
}

/// A principal, and what it is worth under the product's present manifest.
struct Known {
    principal: Arc<Principal>,
    bound: Arc<Bound>,
}

impl Known {
    fn key_type<'p>(&self, product: &'p Product) -> &'p KeyType {
        &product.key_types[self.bound.key_type]
    }
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

fn check_address(request: &Request<'_>, principal: &Principal) -> Result<(), Refusal> {
    let is_allowed = principal.allowed_addresses.allow(request.address);
    is_allowed.then_some(()).ok_or(Refusal::IpNotAllowed)
}

fn check_host(request: &Request<'_>, key_type: &KeyType) -> Result<(), Refusal> {
    let is_asked = |host: &String| request.host.as_deref() == Some(host);
    let is_good = key_type.hosts.is_empty() || key_type.hosts.iter().any(is_asked);
    is_good.then_some(()).ok_or(Refusal::WrongEnvironment)
}

fn check_scope(product: &Product, route: &Route, bound: &Bound) -> Result<(), Refusal> {
    if route.needs.is_met_by(&bound.grant) {
        return Ok(());
    }
    let Some(needed) = route.needs.scopes() else { return Ok(()) };
    let is_any_enough = matches!(route.needs, Needs::Any(_));
    let required = product.scopes.names(needed).collect::<Vec<_>>().join(" ");
    Err(Refusal::InsufficientScope { required, is_any_enough })
}

fn check_resources(known: &Known, named: NamedList<'_, '_>) -> Result<(), Refusal> {
    if let Some(lost) = &known.bound.lost_resource {
        let error_type = format!("{lost}_mismatch_error");
        return Err(Refusal::ResourceMismatch { resource: lost.clone(), error_type });
    }
    let foreign = named.into_iter().find(|(it, id)| !may_touch(&known.principal, it, id));
    match foreign {
        None => Ok(()),
        Some((resource, _)) => Err(Refusal::ResourceMismatch {
            resource: resource.name.clone(),
            error_type: resource.mismatch.clone(),
        }),
    }
}

/// Whether a key may touch an id. One without ids may touch any, unless the resource wants keys to
/// be bound: it was made before the product said so.
fn may_touch(principal: &Principal, resource: &Resource, id: &str) -> bool {
    match principal.restrictions.ids(&resource.name) {
        Some(ids) => ids.contains(id),
        None => resource.per_key == PerKey::Any,
    }
}
