//! The decision, step by step.

use std::net::IpAddr;
use std::sync::Arc;

use super::path::Path;
use super::target::Target;
use super::witness::{Step, Witness};
use super::{Asked, Lookup, Refusal, Request, Undecided, checks, credential, said};
use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::limits::{Ask, Drawn, Limiter, Plans, Repeat, Standing};
use crate::oauth::tokens::ACCESS_PREFIX;
use crate::principals::{Found, Identity, InForce, Presented, Principal, Principals, Spent};
use crate::registry::{KeyType, Product, Registry, Route};
use crate::secret::{self, SecretDigest};
use crate::usage::Account;

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
    /// How the limits stand, where a key was asked for.
    pub standing: Option<Standing>,
    /// Who asked.
    pub caller: Caller,
    /// The route by which a known caller passes.
    route: Option<&'v Route>,
    /// What is said where no key was asked for; elsewhere it is one that cannot be told.
    nobody: Identity,
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
    /// What it presents must be read from the database first, off this thread; then ask again.
    Cold(Presented),
}

/// Who asked, as far as that is known: what a verdict is counted for.
#[derive(Default)]
pub struct Caller {
    known: Option<Known>,
    /// The client's address, where the proxy has told it.
    pub address: Option<IpAddr>,
    /// Whether the limiter gave this answer to the same request before, and it is counted already.
    pub is_repeat: bool,
}

impl Caller {
    /// Whose requests these are, where it is known.
    #[must_use]
    pub fn principal(&self) -> Option<&Arc<Principal>> {
        self.known.as_ref().map(|known| &known.principal)
    }
}

impl Pass<'_> {
    /// Who is asking, as the identity headers say it; and the key, where they do not name it.
    #[must_use]
    pub fn identity(&self) -> (Option<KeyId>, &Identity) {
        let Some((_, known)) = self.route.zip(self.caller.known.as_ref()) else {
            return (None, &self.nobody);
        };
        let key = match &known.principal.tally.account {
            Account::Key(key) => Some(*key),
            Account::Grant(..) => None,
        };
        (key, &known.bound.identity)
    }

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
        match self.judge(&case, target, lookup, (&mut caller, witness)) {
            Ok(Granted { nobody, route, drawn }) => {
                let standing = drawn.map(|drawn| drawn.standing);
                Ok(Pass { product, standing, caller, route, nobody })
            }
            Err(Halt::Refused(refusal)) => {
                Err(Stop::Refused { refusal, product: Some(product), caller })
            }
            Err(Halt::Cold(presented)) => Err(Stop::Cold(presented)),
        }
    }

    /// The product that a request is for.
    fn product(&self, request: &Request<'_>) -> Result<&'v Arc<Product>, Undecided> {
        // A host is read only where it decides.
        let host = if request.product.is_none() { request.host() } else { None };
        let found = self.product_of(request.product, host.as_deref());
        found.ok_or_else(|| match request.product {
            Some(id) => Undecided::unknown_product(id),
            None => Undecided::unknown_host(request.host_as_sent()),
        })
    }

    /// The product of that id, or where none is named the host's, or the only one there is.
    #[must_use]
    pub fn product_of(&self, id: Option<&str>, host: Option<&str>) -> Option<&'v Arc<Product>> {
        if let Some(id) = id {
            return self.registry.product(id);
        }
        host.and_then(|host| self.registry.product_of_host(host))
            .or_else(|| self.registry.only_product())
    }

    /// The steps from the credential on; who is asking is left in `caller`, whatever comes of it.
    fn judge(
        &self,
        case: &Case<'v, '_, '_>,
        target: Target<'v, '_>,
        lookup: Lookup,
        (caller, witness): (&mut Caller, &mut impl Witness),
    ) -> Result<Granted<'v>, Halt> {
        let Case { request, product, now } = *case;
        if target.is_open(product) {
            witness.compare(Step::Https, || said::https(product, request));
            checks::https(request, product)?;
            witness.compare(Step::Route, || "it is open to everybody".to_owned());
            return Ok(Granted { nobody: Identity::of_nobody(product), route: None, drawn: None });
        }

        // Where nothing can be decided about the key, whatever else is wrong still comes first.
        let found = self.known(case, lookup, witness)?;
        let found = found.map(|(known, looked_up)| (&*caller.known.insert(known), looked_up));
        let known = found.as_ref().map(|(known, _)| known);
        if let Ok(known) = known {
            witness.compare(Step::Life, || said::life(&known.principal, now));
            checks::life(&known.principal, now)?;
        }
        witness.compare(Step::Https, || said::https(product, request));
        checks::https(request, product)?;
        if let Ok(known) = known {
            witness.compare(Step::Address, || said::address(&known.principal, request));
            checks::address(request, &known.principal)?;
            let key_type = known.key_type(product);
            witness.compare(Step::Host, || said::host(key_type, request));
            checks::host(request, key_type)?;
        }
        witness.compare(Step::Path, || said::path(request));
        let (route, named) = target.readable()?;
        witness.compare(Step::Route, || said::route(product, route));
        let route = route.ok_or(Refusal::RouteNotDeclared)?;
        if known.is_err() {
            witness.compare(Step::Key, || "what is known of the key cannot be read".to_owned());
        }
        let (known, looked_up) = found?;
        witness.compare(Step::Scope, || said::scope(product, route, &known.principal));
        checks::scope(product, route, &known.bound)?;
        witness.compare(Step::Resource, || said::resources(&known.principal, &named));
        checks::resources((&known.principal, &known.bound), named)?;
        let drawn = self.drawn(case, (known, looked_up), route)?;
        caller.is_repeat = drawn.is_repeat;
        witness.compare(Step::Limit, || {
            said::limits(&known.principal.rights().plan, route.cost, &drawn.standing)
        });
        checks::limits(&drawn)?;
        Ok(Granted { nobody: Identity::default(), route: Some(route), drawn: Some(drawn) })
    }

    /// What the limiter says, once everything else is good.
    fn drawn(
        &self,
        case: &Case<'v, '_, '_>,
        (known, looked_up): (&Known, LookedUp),
        route: &Route,
    ) -> Result<Drawn, Halt> {
        let request = case.request;
        let ask = Ask {
            bucket: known.bound.bucket(&known.principal),
            place: &known.principal.bucket_place,
            allowance: known.bound.allowance.ok_or(Undecided::UnknownPlan)?,
            cost: route.cost,
            repeat: request.asked_once.map(|request_id| Repeat {
                request_id,
                caller: known.principal.tally.account.to_bytes(),
                method: request.method,
                target: request.target,
            }),
        };
        if let Some(spent) = &looked_up.spent {
            spent.admit(self.limiter, &known.bound, &ask.bucket);
        }
        let drawn = match self.counting {
            Counting::Counted => self.limiter.draw(&ask, case.now),
            Counting::Looked => self.limiter.look(&ask, case.now),
        };
        drawn.ok_or_else(|| match looked_up.presented {
            Some(presented) => Halt::Cold(presented),
            None => Undecided::LookUp("what it has used is not known".to_owned()).into(),
        })
    }

    /// Whose secret it is, if it is one of this product's.
    fn known(
        &self,
        case: &Case<'v, '_, '_>,
        lookup: Lookup,
        witness: &mut impl Witness,
    ) -> Result<Result<(Known, LookedUp), Undecided>, Halt> {
        let Case { request, product, .. } = *case;
        if let Lookup::Instead(found) = lookup {
            witness
                .compare(Step::Credential, || "none: a key's id stands for its secret".to_owned());
            witness.compare(Step::Key, || said::key(&found));
            return self.known_by(found, product, None, None);
        }
        witness.compare(Step::Credential, || said::credential(product, request));
        let (secret, is_bearer) = credential::presented(product, request.headers)?;
        let prefix = secret::prefix_of(secret);
        let key_type = prefix.and_then(|prefix| product.key_type_of_prefix(prefix));
        let presented = match key_type {
            Some(_) => Presented::Key(SecretDigest::of(secret)),
            None if is_bearer && product.oauth.is_some() && prefix == Some(ACCESS_PREFIX) => {
                Presented::Token(SecretDigest::of(secret))
            }
            None => {
                witness.compare(Step::Key, || said::presented(product, prefix));
                return Err(Refusal::InvalidKey.into());
            }
        };
        let found = match lookup {
            Lookup::Warm => {
                let principal = self.principals.find(presented.digest());
                Found::Known(principal.ok_or(Halt::Cold(presented))?, None)
            }
            Lookup::Done(Ok(found)) | Lookup::Instead(found) => found,
            Lookup::Done(Err(fault)) => return Ok(Err(Undecided::LookUp(fault))),
        };
        witness.compare(Step::Key, || said::key(&found));
        self.known_by(found, product, key_type, Some(presented))
    }

    /// What a look-up means for a product; `named` is the key type that the prefix of `presented`
    /// names.
    fn known_by(
        &self,
        found: Found,
        product: &Product,
        named: Option<&KeyType>,
        presented: Option<Presented>,
    ) -> Result<Result<(Known, LookedUp), Undecided>, Halt> {
        let invalid = || match presented {
            Some(Presented::Token(_)) => Refusal::InvalidToken,
            Some(Presented::Key(_)) | None => Refusal::InvalidKey,
        };
        let (principal, spent) = match found {
            Found::Known(principal, spent) => (principal, spent),
            Found::Unknown => return Err(invalid().into()),
            Found::Damaged => return Ok(Err(Undecided::DamagedRow)),
        };
        let bound = principal.bound_to(product, self.plans).ok_or_else(invalid)?;
        let known = Known { principal, bound };
        let own = known.key_type(product).map(|key_type| &key_type.id);
        if presented.is_some() && own != named.map(|named| &named.id) {
            return Err(invalid().into());
        }
        Ok(Ok((known, LookedUp { spent, presented })))
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
    bound: InForce,
}

/// How a principal was found.
#[derive(Clone, Copy)]
struct LookedUp {
    /// What it has used today, where it was just looked up.
    spent: Option<Spent>,
    /// What was presented, by which it can be looked up.
    presented: Option<Presented>,
}

impl Known {
    /// An app's token has none.
    fn key_type<'p>(&self, product: &'p Product) -> Option<&'p KeyType> {
        self.bound.key_type.map(|place| &product.key_types[place])
    }
}

/// What the steps end in where they allow.
struct Granted<'v> {
    nobody: Identity,
    route: Option<&'v Route>,
    drawn: Option<Drawn>,
}

/// Why the steps ended before they allowed.
enum Halt {
    Refused(Refusal),
    Cold(Presented),
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
