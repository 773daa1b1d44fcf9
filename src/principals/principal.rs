//! A key as its rows describe it, and where it stands in its life.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::{AllowedAddresses, Bound, Restrictions};
use crate::clock::{Span, Timestamp};
use crate::id::KeyId;
use crate::limits::{Limiter, Plans, SavedDay};
use crate::registry::{Bucket, Product};
use crate::usage::Tally;

/// How long a secret that has ended is still told from one that never was.
pub const ENDED_SECRET_KNOWN: Span = Span::days(90);

/// What a presented secret is worth, as the rows said at one moment.
pub struct Principal {
    /// The key's id.
    pub key: KeyId,
    /// The slug of the workspace that owns it.
    pub workspace: String,
    /// The workspace's plan.
    pub plan: String,
    /// The product that it is for.
    pub product: String,
    /// The id of its key type in that product.
    pub key_type: String,
    /// The member who owns it.
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
    /// The key compiled against its product's present manifest, made when first asked for.
    pub(super) bound: ArcSwapOption<Bound>,
}

/// What a look-up found.
#[derive(Clone)]
pub enum Found {
    /// The secret of a key, whatever its state; and what its buckets have used today, where the
    /// database was asked.
    Known(Arc<Principal>, Option<Spent>),
    /// Nothing: there is no such secret.
    Unknown,
    /// Rows that do not bear their own checksums: nothing can be decided by them.
    Damaged,
}

/// What the database has of the day, for the bucket that a key draws on.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// Of the key's own bucket.
    pub(super) by_key: SavedDay,
    /// Of its workspace's under the key's product.
    pub(super) by_workspace: SavedDay,
    /// The limiter's generation when the look-up began.
    pub(super) began: u64,
}

impl Spent {
    /// Makes the bucket that a key draws on known to the limiter.
    pub fn admit(&self, limiter: &Limiter, bound: &Bound) {
        let saved = match bound.bucket_of {
            Bucket::Key => self.by_key,
            Bucket::Workspace => self.by_workspace,
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

    /// What the key is worth under the product's present manifest and the present plans; `None`
    /// where the product is not its own, or its key type is gone. No two products have the same
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
