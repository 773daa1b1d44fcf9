//! A key, or an app's access token, as its rows describe it, and where it stands in its life.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::{AllowedAddresses, Bound, Restrictions};
use crate::clock::{Span, Timestamp};
use crate::id::{GrantId, KeyId};
use crate::limits::{BucketId, Limiter, Plans, SavedDay};
use crate::registry::{Bucket, Product};
use crate::secret::SecretDigest;
use crate::usage::Tally;

/// How long a secret that has ended is still told from one that never was.
pub const ENDED_SECRET_KNOWN: Span = Span::days(90);

/// What a presented secret is worth, as the rows said at one moment.
pub struct Principal {
    /// Whose secret it is.
    pub holder: Holder,
    /// The slug of the workspace that owns it.
    pub workspace: String,
    /// The workspace's plan.
    pub plan: String,
    /// The product that it is for.
    pub product: String,
    /// The member who owns the key, or has let the app in.
    pub owner: Option<String>,
    /// The scopes that it holds, as they were given; none for a full-access key.
    pub scopes: Vec<String>,
    /// The ids that it is bound to.
    pub restrictions: Restrictions,
    /// The addresses from which it may be used.
    pub allowed_addresses: AllowedAddresses,
    /// Where its requests are counted.
    pub tally: Arc<Tally>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) secret_ends_at: Option<Timestamp>,
    /// It compiled against its product's present manifest, made when first asked for.
    pub(super) bound: ArcSwapOption<Bound>,
}

/// Whose secret it is.
pub enum Holder {
    /// A key's.
    Key {
        /// The key.
        id: KeyId,
        /// The id of its key type in its product.
        key_type: String,
    },
    /// An app's: an access token.
    App {
        /// What it was granted.
        grant: GrantId,
        /// The client.
        client: String,
        /// Whether an operator has made it, so that it has a quota of its own.
        has_own_quota: bool,
    },
}

/// A secret that somebody presents, by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// What is to be a key's.
    Key(SecretDigest),
    /// What is to be an access token.
    Token(SecretDigest),
}

impl Presented {
    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &SecretDigest {
        match self {
            Self::Key(digest) | Self::Token(digest) => digest,
        }
    }
}

/// What a look-up found.
#[derive(Clone)]
pub enum Found {
    /// The secret of a key or an app, whatever its state; and what its buckets have used today, where the
    /// database was asked.
    Known(Arc<Principal>, Option<Spent>),
    /// Nothing: there is no such secret.
    Unknown,
    /// Rows that do not bear their own checksums: nothing can be decided by them.
    Damaged,
}

/// What the database has of the day, for the bucket that a key or an app draws on.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// Of its own bucket.
    pub(super) of_own: SavedDay,
    /// Of its workspace's under its product.
    pub(super) of_workspace: SavedDay,
    /// The limiter's generation when the look-up began.
    pub(super) began: u64,
}

impl Spent {
    /// Makes the bucket that is drawn on known to the limiter.
    pub fn admit(&self, limiter: &Limiter, bound: &Bound) {
        let saved = match bound.bucket_of {
            Bucket::Key => self.of_own,
            Bucket::Workspace => self.of_workspace,
        };
        limiter.admit(&bound.bucket, saved, self.began);
    }
}

/// Where a presented secret stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is good.
    Live,
    /// Its key was revoked, or the secret itself was ended by a rotation.
    Revoked,
    /// Its key has expired.
    Expired,
    /// It was ended so long ago that it counts as never known.
    Forgotten,
}

impl Principal {
    /// Whether it is an app's.
    #[must_use]
    pub fn is_app(&self) -> bool {
        matches!(self.holder, Holder::App { .. })
    }

    /// The id of the key, or of what the app was granted, as bytes.
    #[must_use]
    pub fn holder_bytes(&self) -> [u8; 16] {
        match &self.holder {
            Holder::Key { id, .. } => id.to_bytes(),
            Holder::App { grant, .. } => grant.to_bytes(),
        }
    }

    /// The bucket that it draws on where its workspace does not share one.
    pub(super) fn own_bucket(&self) -> BucketId {
        match &self.holder {
            Holder::Key { id, .. } => BucketId::of_key(*id),
            Holder::App { client, has_own_quota, .. } => {
                let client = has_own_quota.then_some(client.as_str());
                BucketId::of_app(client, &self.workspace, &self.product)
            }
        }
    }

    /// Where the secret stands at `now`.
    #[must_use]
    pub fn life(&self, now: Timestamp) -> Life {
        let has_passed = |at: Timestamp| at <= now;
        if self.secret_ends_at.is_some_and(|end| has_passed(end.plus(ENDED_SECRET_KNOWN))) {
            Life::Forgotten
        } else if self.revoked_at.is_some() || self.secret_ends_at.is_some_and(has_passed) {
            Life::Revoked
        } else if self.expires_at.is_some_and(has_passed) {
            Life::Expired
        } else {
            Life::Live
        }
    }

    /// What it is worth under the product's present manifest and the present plans; `None` where the
    /// product is not its own, its key type is gone, or apps are let in no more. No two products have the same
    /// version, so that one that was compiled for this version is this product's.
    #[must_use]
    pub fn bound_to(&self, product: &Product, plans: &Arc<Plans>) -> Option<Arc<Bound>> {
        if let Some(bound) = self.bound.load_full()
            && bound.version == product.version
            && Arc::ptr_eq(&bound.plans, plans)
        {
            return Some(bound);
        }
        if self.product != product.id {
            return None;
        }
        let bound = Arc::new(Bound::new(self, product, plans)?);
        self.bound.store(Some(Arc::clone(&bound)));
        Some(bound)
    }
}
