//! Kinds of things that a key can be bound to.

use super::pattern::Pattern;

/// The longest id of a resource, in bytes: a hundred of them go upstream in one header.
pub const RESOURCE_ID_BYTES_MAX: usize = 128;

/// A kind of thing that a key can be bound to, such as a store.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name: `[a-z][a-z0-9_]{0,31}`.
    pub name: String,
    /// What it is, in the words of the product; may be empty.
    pub description: String,
    /// How many ids a key is bound to.
    pub per_key: PerKey,
    /// The error type of an answer to a foreign id.
    pub mismatch: String,
    /// Where a request may name it.
    pub places: Vec<Place>,
    /// What an id looks like, wherever it stands.
    pub pattern: Pattern,
    /// The identity header that carries the ids upstream, in lower case: `x-keystile-store-id`.
    pub header: String,
}

/// How many ids of a resource a key is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerKey {
    /// Any number; none means all.
    Any,
    /// One or more.
    Some,
    /// Exactly one.
    One,
}

/// Where a request names a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The path parameter of this name.
    Path(String),
    /// The query field of this name.
    Query(String),
    /// The header of this name, in lower case.
    Header(String),
}

impl Resource {
    /// Whether `id` may be bound to a key: it has the pattern, and fits into a header that lists
    /// ids with commas.
    #[must_use]
    pub fn takes(&self, id: &str) -> bool {
        let is_listable = |c: char| c != ',' && !c.is_whitespace() && !c.is_control();
        id.len() <= RESOURCE_ID_BYTES_MAX && id.chars().all(is_listable) && self.pattern.matches(id)
    }

    /// Whether the path parameter `param` names it.
    #[must_use]
    pub fn is_named_by_param(&self, param: &str) -> bool {
        self.places.iter().any(|place| matches!(place, Place::Path(name) if name == param))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_fits_into_a_list_of_ids() {
        let resource = Resource {
            name: "store".into(),
            description: String::new(),
            per_key: PerKey::Any,
            mismatch: "store_mismatch_error".into(),
            places: vec![Place::Path("store".into())],
            pattern: Pattern::parse(".*").unwrap(),
            header: "x-keystile-store".into(),
        };
        assert!(resource.takes("st/1"));
        for id in ["a,b", "a b", "a\tb", "a\u{7f}", &"x".repeat(129)] {
            assert!(!resource.takes(id), "{id:?}");
        }
        assert!(resource.is_named_by_param("store") && !resource.is_named_by_param("other"));
    }
}
