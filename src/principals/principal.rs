//! A key, or an app's access token, as its rows describe it, and where it stands in its life.

use std::sync::Arc;

use super::Bound;
use super::rights::{Holder, InForce, Rights, Shared};
use crate::clock::{Span, Timestamp};
use crate::limits::{BucketId, Limiter, Place, Plans, SavedDay};
use crate::registry::{Bucket, Product};
use crate::secret::SecretDigest;
use crate::usage::{Account, Tallied, Tally};

/// How long a secret that has ended is still told from one that never was.
pub const ENDED_SECRET_KNOWN: Span = Span::days(90);

/// What a presented secret is worth, as the rows said at one moment. What the gate reads of it for each
/// request is small, so that many stay near the processor.
pub struct Principal {
    /// What it may do, and for whom; others that may the same have the same.
    pub(super) shared: Arc<Shared>,
    /// Where its requests are counted: on the account of the key, or of what the app was granted.
    pub tally: Tally,
    /// Where its bucket was last found.
    pub bucket_place: Place,
    /// Boxed, since most have none.
    pub(super) ends: Option<Box<Ends>>,
}

/// When a credential ends, or has ended.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// It ends by itself.
    pub(super) expiry: Option<Timestamp>,
    /// Its key was revoked.
    pub(super) revocation: Option<Timestamp>,
    /// The secret is one that a rotation has ended, or will.
    pub(super) secret_end: Option<Timestamp>,
}

impl Ends {
    /// Them, where there is any.
    pub(super) fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
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
    pub fn admit(&self, limiter: &Limiter, bound: &Bound, bucket: &BucketId) {
        let saved = match bound.bucket_of {
            Bucket::Key => self.of_own,
            Bucket::Workspace => self.of_workspace,
        };
        limiter.admit(bucket, saved, self.began);
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

impl Tallied for Principal {
    fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Principal {
    /// What it may do, and for whom.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.shared.rights
    }

    /// The digest of its secret.
    pub(super) fn digest(&self) -> &SecretDigest {
        &self.tally.secret
    }

    /// Whether it is an app's.
    #[must_use]
    pub fn is_app(&self) -> bool {
        matches!(self.rights().holder, Holder::App { .. })
    }

    /// The bucket that it draws on where its workspace does not share one.
    pub(super) fn own_bucket(&self) -> BucketId {
        match &self.tally.account {
            Account::Key(key) => BucketId::of_key(*key),
            Account::Grant(..) => self.rights().bucket_of_app(),
        }
    }

    /// Where the secret stands at `now`.
    #[must_use]
    pub fn life(&self, now: Timestamp) -> Life {
        let Some(ends) = &self.ends else { return Life::Live };
        let has_passed = |at: Timestamp| at <= now;
        if ends.secret_end.is_some_and(|end| has_passed(end.plus(ENDED_SECRET_KNOWN))) {
            Life::Forgotten
        } else if ends.revocation.is_some() || ends.secret_end.is_some_and(has_passed) {
            Life::Revoked
        } else if ends.expiry.is_some_and(has_passed) {
            Life::Expired
        } else {
            Life::Live
        }
    }

    /// What its [rights](Principal::rights) are worth under the product's present manifest and the
    /// present plans; `None` where the product is not its own, its key type is gone, or apps are let in
    /// no more.
    #[must_use]
    pub fn bound_to(&self, product: &Product, plans: &Arc<Plans>) -> Option<InForce> {
        self.shared.bound_to(product, plans)
    }
}
