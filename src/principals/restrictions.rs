//! The ids of resources that one key may touch.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// For each resource, the ids that a key is bound to, in byte order. A resource that is not
/// listed is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Restrictions(BTreeMap<String, BTreeSet<String>>);

impl Restrictions {
    /// Binds the key to one more id.
    pub fn insert(&mut self, resource: String, id: String) {
        self.0.entry(resource).or_default().insert(id);
    }

    /// The ids of a resource; `None` where the key is not restricted.
    #[must_use]
    pub fn ids(&self, resource: &str) -> Option<&BTreeSet<String>> {
        self.0.get(resource)
    }

    /// Each restricted resource with its ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.0.iter().map(|(resource, ids)| (resource.as_str(), ids))
    }
}
