//! What a workspace is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The longest slug: it stands in URLs and in a header.
const SLUG_BYTES_MAX: usize = 64;

/// A workspace's name in URLs, commands and headers: `[a-z0-9][a-z0-9-]{0,63}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = BadSlug;

    fn from_str(text: &str) -> Result<Self, BadSlug> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_good = (1..=SLUG_BYTES_MAX).contains(&text.len())
            && text.bytes().all(is_plain)
            && !text.starts_with('-');
        is_good.then(|| Self(text.to_owned())).ok_or(BadSlug)
    }
}

impl TryFrom<String> for Slug {
    type Error = BadSlug;

    fn try_from(text: String) -> Result<Self, BadSlug> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`Slug`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a workspace's slug: 1 to 64 lower-case letters, digits and `-`, not beginning with `-`"
)]
pub struct BadSlug;

/// For each resource, the ids that a workspace owns.
pub type OwnedIds = BTreeMap<String, BTreeSet<String>>;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workspace {
    /// Its name in URLs, commands and headers.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The id of its plan.
    pub plan: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids of resources that it owns.
    pub resources: OwnedIds,
}
