//! A plan's numbers, and the table of plans.

use std::collections::BTreeMap;

use serde::Serialize;

/// The largest number that a limit takes.
pub const NUMBER_MAX: u32 = 4_000_000_000;

/// A named row of limits. An absent number means no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What people see.
    pub name: String,
    /// Requests in any 60 seconds.
    pub per_minute: Option<u32>,
    /// Requests in a calendar day, UTC.
    pub per_day: Option<u32>,
    /// Live keys of one workspace for one product.
    pub max_keys: Option<u32>,
}

/// The plans by their ids, as `[plans.*]` names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plans(BTreeMap<String, Plan>);

impl Plans {
    /// The plans of a settings file; `None` when it lists none.
    #[must_use]
    pub fn new(plans: BTreeMap<String, Plan>) -> Option<Self> {
        (!plans.is_empty()).then_some(Self(plans))
    }

    /// The plan of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Plan> {
        self.0.get(id)
    }

    /// Every plan's id, in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Default for Plans {
    /// The built-in three, in force where `config.toml` has no `[plans]`.
    fn default() -> Self {
        let plan = |name: &str, per_minute, per_day, max_keys| Plan {
            name: name.into(),
            per_minute: Some(per_minute),
            per_day,
            max_keys: Some(max_keys),
        };
        Self(BTreeMap::from([
            ("free".into(), plan("Free", 60, Some(1_000), 3)),
            ("pro".into(), plan("Pro", 600, Some(50_000), 20)),
            ("enterprise".into(), plan("Enterprise", 6_000, None, 200)),
        ]))
    }
}
