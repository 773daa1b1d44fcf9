//! An API that somebody protects, compiled from its file and never changed.

use std::collections::{BTreeMap, BTreeSet};

use super::oauth::OAuth;
use super::resource::Resource;
use super::route::Routes;
use super::scope::Scopes;
use crate::clock::Span;
use crate::limits::{Allowance, Plans};
use crate::source::At;

/// An API that somebody protects: one file of the plugin folder.
#[derive(Clone, Debug)]
pub struct Product {
    /// Which reading of its file this is: no two products of one process have the same.
    pub version: u64,
    /// The stem of its file: `[a-z][a-z0-9-]{0,31}`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is; may be empty.
    pub description: String,
    /// Its own hosts, normalised. Those of its key types are with them.
    pub hosts: Vec<String>,
    /// Where a secret may stand; at least one place.
    pub credentials: Vec<Credential>,
    /// What becomes of a CORS preflight.
    pub preflight: Preflight,
    /// Whether a request that did not come by https is refused.
    pub is_https_required: bool,
    /// What a quota is counted for.
    pub bucket: Bucket,
    /// How long a revocation may be undone; zero is never.
    pub undo: Span,
    /// The kinds of keys that it hands out, in the order of its file; at least one.
    pub key_types: Vec<KeyType>,
    /// What its keys can be bound to, in the order of its file.
    pub resources: Vec<Resource>,
    /// Its permissions.
    pub scopes: Scopes,
    /// What is declared, and so open to a caller who may.
    pub routes: Routes,
    /// What applications may ask for; `None` where it takes no part in OAuth.
    pub oauth: Option<OAuth>,
    /// Its own numbers for a plan, by the plan's id.
    pub plans: BTreeMap<String, PlanOverride>,
}

/// Where a secret may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer SECRET`.
    Authorization,
    /// The whole value of a header of this name, in lower case.
    Header(String),
}

/// What becomes of a CORS preflight for a declared route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preflight {
    /// It is judged as any other request.
    Deny,
    /// It passes without a credential.
    Allow,
}

/// What a quota is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// Each key has its own.
    Key,
    /// All keys and tokens of a workspace share one.
    Workspace,
}

/// A kind of key that a product hands out.
#[derive(Clone, Debug)]
pub struct KeyType {
    /// Its name, such as `live`.
    pub id: String,
    /// What its secrets begin with: all that is before their last 32 characters.
    pub prefix: String,
    /// The environment that goes upstream, such as `test`.
    pub environment: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The fraction of the plan's limits that it runs at: above 0 and at most 1.
    pub rate: f64,
    /// The only hosts where it is good, normalised; none means all.
    pub hosts: Vec<String>,
    /// Which scopes its keys have.
    pub access: Access,
}

/// Which scopes the keys of a type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Those chosen, at least one.
    Scoped,
    /// All that are not admin-only; there are none to choose.
    Full,
}

/// A product's own numbers for a plan, from 1 to 4,000,000,000. One left out is the plan's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanOverride {
    /// Requests in any 60 seconds.
    pub per_minute: Option<u32>,
    /// Requests in a day of UTC.
    pub per_day: Option<u32>,
    /// Live keys of one workspace.
    pub max_keys: Option<u32>,
    /// Where the plan is named in the product's file.
    pub at: At,
}

impl Credential {
    /// The header that it stands in, in lower case.
    #[must_use]
    pub fn header(&self) -> &str {
        match self {
            Self::Authorization => "authorization",
            Self::Header(name) => name,
        }
    }
}

impl Product {
    /// The key type `id`.
    #[must_use]
    pub fn key_type(&self, id: &str) -> Option<&KeyType> {
        self.key_types.iter().find(|key_type| key_type.id == id)
    }

    /// The key type whose secrets begin with exactly `prefix`.
    #[must_use]
    pub fn key_type_of_prefix(&self, prefix: &str) -> Option<&KeyType> {
        self.key_types.iter().find(|key_type| key_type.prefix == prefix)
    }

    /// The resource `name`.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    /// What a plan allows here, before a key type's rate: the product's own numbers, and the plan's
    /// where it has none. `None` for an unknown plan.
    #[must_use]
    pub fn allowance(&self, plans: &Plans, plan: &str) -> Option<Allowance> {
        let (plan, own) = (plans.get(plan)?, self.plan_override(plan));
        let per_minute = own.per_minute.or(plan.per_minute);
        Some(Allowance { per_minute, per_day: own.per_day.or(plan.per_day) })
    }

    /// How many keys a workspace may have here on a plan; `None` for no limit.
    #[must_use]
    pub fn keys_max(&self, plans: &Plans, plan: &str) -> Option<u32> {
        let of_plan = || plans.get(plan).and_then(|plan| plan.max_keys);
        self.plan_override(plan).max_keys.or_else(of_plan)
    }

    fn plan_override(&self, plan: &str) -> PlanOverride {
        self.plans.get(plan).copied().unwrap_or_default()
    }

    /// Every host that leads to it, its own and its key types', each once, in byte order.
    pub fn all_hosts(&self) -> impl Iterator<Item = &str> {
        let of_types = self.key_types.iter().flat_map(|key_type| &key_type.hosts);
        let all: BTreeSet<&str> = self.hosts.iter().chain(of_types).map(String::as_str).collect();
        all.into_iter()
    }
}
