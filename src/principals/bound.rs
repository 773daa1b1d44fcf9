//! A principal compiled against one version of its product: scopes as a set, identity as bytes.

use std::sync::Arc;

use super::{Holder, Principal};
use crate::limits::{Allowance, BucketId, Plans};
use crate::registry::{Access, Bucket, Grant, KeyType, PerKey, Product};

/// What stands where a principal has nothing to say: proxies pass an absent header on as the
/// client sent it, and an empty one is dropped.
const NOTHING: &str = "-";

/// What stands where a principal is not restricted.
const EVERYTHING: &str = "*";

/// A principal under one version of its product's manifest.
pub struct Bound {
    /// The product's version that it was compiled against.
    pub version: u64,
    /// The plans that it was compiled against.
    pub plans: Arc<Plans>,
    /// The place of its key type in the product's list; an app has none.
    pub key_type: Option<usize>,
    /// The scopes that it has.
    pub grant: Grant,
    /// A resource that the key is bound to and the product no longer has: nothing can hold that
    /// bound any more, so nothing passes.
    pub lost_resource: Option<String>,
    /// Whose quota it draws on.
    pub bucket_of: Bucket,
    /// The bucket that this is.
    pub bucket: BucketId,
    /// How much it may use; `None` where the workspace's plan is not among the plans, and nothing
    /// can be decided.
    pub allowance: Option<Allowance>,
    /// What the back end is told.
    pub identity: Identity,
}

impl Bound {
    pub(super) fn new(
        principal: &Principal,
        product: &Product,
        plans: &Arc<Plans>,
    ) -> Option<Self> {
        let place = match &principal.holder {
            Holder::Key { key_type, .. } => {
                Some(product.key_types.iter().position(|it| it.id == *key_type)?)
            }
            Holder::App { .. } => product.oauth.as_ref().map(|_| None)?,
        };
        let key_type = place.map(|place| &product.key_types[place]);
        let held = principal.scopes.iter().map(String::as_str);
        let grant = match key_type.map(|it| it.access) {
            Some(Access::Full) => product.scopes.grant_full(),
            Some(Access::Scoped) => product.scopes.grant(held),
            // Nobody can consent to what only an operator may give, even if it was open then.
            None => product.scopes.grant(held.filter(|name| !is_admin(product, name))),
        };
        let mut bound_to = principal.restrictions.iter().map(|(resource, _)| resource);
        let lost_resource = bound_to.find(|it| product.resource(it).is_none()).map(str::to_owned);
        let bucket = match product.bucket {
            Bucket::Key => principal.own_bucket(),
            Bucket::Workspace => BucketId::of_workspace(&principal.workspace, &product.id),
        };
        let allowance = product
            .allowance(plans, &principal.plan)
            .map(|whole| key_type.map_or(whole, |key_type| whole.at_rate(key_type.rate)));
        let policy = allowance.and_then(|allowance| allowance.policy());
        let identity = Identity::of(principal, product, key_type).and(RATE_POLICY, policy);
        Some(Self {
            version: product.version,
            plans: Arc::clone(plans),
            key_type: place,
            grant,
            lost_resource,
            bucket_of: product.bucket,
            bucket,
            allowance,
            identity,
        })
    }
}

/// What a back end is told of who asks, and a caller of what they may use: the lines of the identity
/// headers and of the policy, as they are sent. They are the same for every request of a key, so they
/// are written once.
#[derive(Clone, Debug, Default)]
pub struct Identity(Option<Arc<str>>);

/// The header that tells a caller what the windows of their limits are.
pub const RATE_POLICY: &str = "ratelimit-policy";

/// The headers that every product has; those of its resources come behind them.
const NAMES: [&str; 9] = [
    "x-keystile-subject",
    "x-keystile-key",
    "x-keystile-client",
    "x-keystile-owner",
    "x-keystile-workspace",
    "x-keystile-product",
    "x-keystile-plan",
    "x-keystile-environment",
    "x-keystile-scopes",
];

impl Identity {
    /// Of a request that passes without a credential.
    #[must_use]
    pub fn of_nobody(product: &Product) -> Self {
        let known = NAMES.map(|name| match name {
            "x-keystile-product" => product.id.as_str(),
            _ => NOTHING,
        });
        Self::said(product, known.into_iter().chain(product.resources.iter().map(|_| NOTHING)))
    }

    fn of(principal: &Principal, product: &Product, key_type: Option<&KeyType>) -> Self {
        let owner = principal.owner.as_deref();
        let (subject, key, client) = match &principal.holder {
            Holder::Key { id, .. } => (format!("key:{id}"), id.to_string(), NOTHING),
            Holder::App { client, .. } => {
                let service = || format!("client:{client}");
                let subject = owner.map_or_else(service, |owner| format!("user:{owner}"));
                (subject, NOTHING.to_owned(), client.as_str())
            }
        };
        let scopes = scopes_shown(principal, product, key_type);
        let resources: Vec<String> = product
            .resources
            .iter()
            .map(|resource| match (principal.restrictions.ids(&resource.name), resource.per_key) {
                (Some(ids), _) => ids.iter().map(String::as_str).collect::<Vec<_>>().join(","),
                (None, PerKey::Any) => EVERYTHING.to_owned(),
                (None, PerKey::Some | PerKey::One) => NOTHING.to_owned(),
            })
            .collect();
        let known = [
            subject.as_str(),
            &key,
            client,
            owner.unwrap_or(NOTHING),
            &principal.workspace,
            &product.id,
            &principal.plan,
            key_type.map_or(NOTHING, |key_type| &key_type.environment),
            &scopes,
        ];
        Self::said(product, known.into_iter().chain(resources.iter().map(String::as_str)))
    }

    /// The same with one more line, where there is a value for it.
    fn and(self, name: &str, value: Option<String>) -> Self {
        let (Some(lines), Some(value)) = (&self.0, value) else { return self };
        Self(Some(format!("{lines}{name}: {value}\r\n").into()))
    }

    /// The values of [`NAMES`] and of the product's resources, in their order.
    fn said<'v>(product: &Product, values: impl Iterator<Item = &'v str>) -> Self {
        let resources = product.resources.iter().map(|resource| resource.header.as_str());
        let mut lines = String::with_capacity(512);
        for (name, value) in NAMES.into_iter().chain(resources).zip(values) {
            if value.bytes().any(|byte| byte.is_ascii_control()) {
                return Self(None);
            }
            for part in [name, ": ", value, "\r\n"] {
                lines.push_str(part);
            }
        }
        Self(Some(lines.into()))
    }

    /// The lines, each with its end. `None` where a value is none that a header can hold: an identity
    /// that cannot be told whole is not told at all.
    #[must_use]
    pub fn lines(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The scopes as the back end sees them: as held, those gone from the registry left out.
fn scopes_shown(principal: &Principal, product: &Product, key_type: Option<&KeyType>) -> String {
    if key_type.is_some_and(|key_type| key_type.access == Access::Full) {
        return EVERYTHING.to_owned();
    }
    let is_shown = |name: &&str| {
        let is_known = product.scopes.get(name).is_some();
        is_known && (key_type.is_some() || !is_admin(product, name))
    };
    let known: Vec<&str> = principal.scopes.iter().map(String::as_str).filter(is_shown).collect();
    if known.is_empty() { NOTHING.to_owned() } else { known.join(" ") }
}

fn is_admin(product: &Product, scope: &str) -> bool {
    product.scopes.get(scope).is_some_and(|scope| scope.is_admin)
}
