//! The decision, step by step.

use std::sync::Arc;

use super::path::Path;
use super::target::{NamedList, Target};
use super::witness::{Step, Witness};
use super::{Asked, Lookup, Refusal, Request, Undecided, credential, said};
use crate::clock::Timestamp;
use crate::limits::{Ask, Drawn, Limiter, Outcome, Plans, Repeat, Standing};
use crate::principals::{Bound, Found, Identity, Life, Principal, Principals, Spent};
use crate::registry::{KeyType, Needs, PerKey, Product, Registry, Resource, Route};
use crate::secret::{self, SecretDigest};

/// Judges requests by one registry, the principals, and what they have used.
pub struct Verifier<'v> {
    /// The products, as they are in force for this request.
    pub registry: &'v Registry,
    /// Who presented secrets belong to.
    pub principals: &'v Principals,
    /// What they have used.
    pub limiter: &'v Limiter,
    /// The plans, as they are in force for this request.
    pub plans: &'v Arc<Plans>,
    /// Whether a request that passes is counted.
    pub counting: Counting,
}

/// Whether a request that passes is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// It is: somebody sent it.
    Counted,
    /// It is not: an operator asks what would become of it.
    Looked,
}

/// A request that may pass, and what its back end is told.
pub struct Pass<'v> {
    /// The product that it is for.
    pub product: &'v Arc<Product>,
    /// Who is asking, as the identity headers say it.
    pub identity: Identity,
    /// How the limits stand, where a key was asked for.
    pub standing: Option<Standing>,
}

/// A request that may not pass, or not yet.
#[derive(Debug)]
pub enum Stop<'v> {
    /// It may not. The product is there where it was found, for the words of the answer.
    Refused(Refusal, Option<&'v Arc<Product>>),
    /// Its key must be read from the database first, off this thread; then ask again.
    Cold(SecretDigest),
}

impl<'v> Verifier<'v> {
    /// Answers one question: may this request pass?
    ///
    /// The steps run in the order of the decision table; the first that fails is the answer. What
    /// the target is about is read before the credential, and judged after it. `witness` sees what
    /// each step compares.
    /// The limits come last, so that a refused request costs its caller nothing.
    /// Cost when warm: one digest, one cache probe, one route match, one bucket. No file is touched.
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
        let request = Request::read(asked).map_err(|refusal| Stop::Refused(refusal, None))?;
        witness.compare(Step::Product, || said::product(&request));
        let product = self
            .product(&request)
            .map_err(|undecided| Stop::Refused(Refusal::Unavailable(undecided), None))?;
        let path = Path::read(request.target);
        let segments = path.as_ref().map(Path::segments).unwrap_or_default();
        let target = match &path {
            Ok(path) => Target::read(&request, product, path, &segments),
            Err(ambiguous) => Target::ambiguous(*ambiguous),
        };
        let case = Case { request: &request, product, now };
        self.judge(&case, target, lookup, witness).map_err(|halt| match halt {
            Halt::Refused(refusal) => Stop::Refused(refusal, Some(product)),
            Halt::Cold(digest) => Stop::Cold(digest),
        })
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

    /// The steps from the credential on.
    fn judge(
        &self,
        case: &Case<'v, '_, '_>,
        target: Target<'_, '_>,
        lookup: Lookup,
        witness: &mut impl Witness,
    ) -> Result<Pass<'v>, Halt> {
        let Case { request, product, now } = *case;
        if target.is_open(product) {
            witness.compare(Step::Https, || said::https(product, request));
            check_https(request, product)?;
            witness.compare(Step::Route, || "it is open to everybody".to_owned());
            return Ok(Pass { product, identity: Identity::of_nobody(product), standing: None });
        }

        // Where nothing can be decided about the key, whatever else is wrong still comes first.
        let known = self.known(case, lookup, witness)?;
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
        check_resources(&known, named)?;
        let drawn = self.drawn(case, &known, route)?;
        witness.compare(Step::Limit, || {
            said::limits(&known.principal.plan, route.cost, &drawn.standing)
        });
        check_limits(&drawn)?;
        let identity = known.bound.identity.clone();
        Ok(Pass { product, identity, standing: Some(drawn.standing) })
    }

    /// What the limiter says, once everything else is good.
    fn drawn(&self, case: &Case<'v, '_, '_>, known: &Known, route: &Route) -> Result<Drawn, Halt> {
        let (request, bound) = (case.request, &known.bound);
        let ask = Ask {
            bucket: bound.bucket,
            allowance: bound.allowance.ok_or(Undecided::UnknownPlan)?,
            cost: route.cost,
            repeat: request.asked_once.map(|request_id| Repeat {
                request_id,
                key: known.principal.key,
                method: request.method,
                target: request.target,
            }),
        };
        if let Some(spent) = &known.spent {
            spent.admit(self.limiter, bound);
        }
        let drawn = match self.counting {
            Counting::Counted => self.limiter.draw(&ask, case.now),
            Counting::Looked => self.limiter.look(&ask, case.now),
        };
        drawn.ok_or_else(|| match known.digest {
            Some(digest) => Halt::Cold(digest),
            None => Undecided::LookUp("what it has used is not known".to_owned()).into(),
        })
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
            return self.known_by(found, product, None, None);
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
            Lookup::Warm => {
                let principal = self.principals.find(&digest).ok_or(Halt::Cold(digest))?;
                Found::Known(principal, None)
            }
            Lookup::Done(Ok(found)) | Lookup::Instead(found) => found,
            Lookup::Done(Err(fault)) => return Ok(Err(Undecided::LookUp(fault))),
        };
        witness.compare(Step::Key, || said::key(&found));
        self.known_by(found, product, Some(key_type), Some(digest))
    }

    /// What a look-up means for a product; `presented` is the key type that the secret's prefix
    /// names, and `digest` the secret's.
    fn known_by(
        &self,
        found: Found,
        product: &Product,
        presented: Option<&KeyType>,
        digest: Option<SecretDigest>,
    ) -> Result<Result<Known, Undecided>, Halt> {
        let (principal, spent) = match found {
            Found::Known(principal, spent) => (principal, spent),
            Found::Unknown => return Err(Refusal::InvalidKey.into()),
            Found::Damaged => return Ok(Err(Undecided::DamagedRow)),
        };
        let is_its_type = presented.is_none_or(|key_type| key_type.id == principal.key_type);
        if principal.product != product.id || !is_its_type {
            return Err(Refusal::InvalidKey.into());
        }
        let bound = principal.bound_to(product, self.plans).ok_or(Refusal::InvalidKey)?;
        Ok(Ok(Known { principal, bound, spent, digest }))
    }
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
    /// What it has used today, where it was just looked up.
    spent: Option<Spent>,
    /// The secret that was presented, by which it can be looked up.
    digest: Option<SecretDigest>,
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

fn check_limits(drawn: &Drawn) -> Result<(), Refusal> {
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
    match principal.restrictions.ids(&resource.name) {
        Some(ids) => ids.contains(id),
        None => resource.per_key == PerKey::Any,
    }
}
