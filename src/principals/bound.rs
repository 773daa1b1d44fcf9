//! Rights compiled against one version of their product: scopes as a set, identity as bytes.

use std::sync::Arc;

use super::Principal;
use super::identity::{self, Identity, RATE_POLICY};
use super::rights::{Holder, Rights};
use crate::limits::{Allowance, BucketId, Plans};
use crate::registry::{Access, Bucket, Grant, Product};

/// Rights under one version of their product's manifest.
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
    /// The bucket that this is, unless it is each key's own.
    shared_bucket: Option<BucketId>,
    /// How much it may use; `None` where the workspace's plan is not among the plans, and nothing
    /// can be decided.
    pub allowance: Option<Allowance>,
    /// What the back end is told.
    pub identity: Identity,
}

impl Bound {
    pub(super) fn new(rights: &Rights, product: &Product, plans: &Arc<Plans>) -> Option<Self> {
        let place = match &rights.holder {
            Holder::Key { key_type, .. } => {
                Some(product.key_types.iter().position(|it| it.id == *key_type)?)
            }
            Holder::App { .. } => product.oauth.as_ref().map(|_| None)?,
        };
        let key_type = place.map(|place| &product.key_types[place]);
        let held = rights.scopes.iter().map(String::as_str);
        let grant = match key_type.map(|it| it.access) {
            Some(Access::Full) => product.scopes.grant_full(),
            Some(Access::Scoped) => product.scopes.grant(held),
            // Nobody can consent to what only an operator may give, even if it was open then.
            None => product.scopes.grant(held.filter(|name| !identity::is_admin(product, name))),
        };
        let mut bound_to = rights.restrictions.iter().map(|(resource, _)| resource);
        let lost_resource = bound_to.find(|it| product.resource(it).is_none()).map(str::to_owned);
        let shared_bucket = match (product.bucket, &rights.holder) {
            (Bucket::Workspace, _) => Some(BucketId::of_workspace(&rights.workspace, &product.id)),
            (Bucket::Key, Holder::App { .. }) => Some(rights.bucket_of_app()),
            (Bucket::Key, Holder::Key { .. }) => None,
        };
        let allowance = product
            .allowance(plans, &rights.plan)
            .map(|whole| key_type.map_or(whole, |key_type| whole.at_rate(key_type.rate)));
        let policy = allowance.and_then(|allowance| allowance.policy());
        let identity = Identity::of(rights, product, key_type).and(RATE_POLICY, policy);
        Some(Self {
            version: product.version,
            plans: Arc::clone(plans),
            key_type: place,
            grant,
            lost_resource,
            bucket_of: product.bucket,
            shared_bucket,
            allowance,
            identity,
        })
    }

    /// The bucket that one who has these rights draws on.
    #[must_use]
    pub fn bucket(&self, principal: &Principal) -> BucketId {
        self.shared_bucket.unwrap_or_else(|| principal.own_bucket())
    }
}
