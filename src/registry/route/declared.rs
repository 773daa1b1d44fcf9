//! One declared route, and a request that matched it.

use std::sync::Arc;

use super::path::Part;
use crate::registry::pattern::{Params, Pattern};
use crate::registry::scope::{Grant, ScopeSet, Scopes};
use crate::source::At;

/// A method and a path that a product declares, and what a caller needs for it.
#[derive(Clone, Debug)]
pub struct Route {
    /// An upper-case method, or `*` for GET, POST, PUT, PATCH, DELETE and OPTIONS.
    pub method: Arc<str>,
    /// The path as written, such as `/v1/stores/{store}`.
    pub path: String,
    /// What a caller needs.
    pub needs: Needs,
    /// The scopes that it needs, as they are counted.
    pub counted: CountedScopes,
    /// How many requests one counts for.
    pub cost: u32,
    /// Its path's parameters, in their order.
    pub params: Vec<Param>,
    /// Where it stands in its file.
    pub at: At,
}

/// A parameter of a route's path.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// Which segment it is, or is the first of, from 0.
    pub segment: usize,
    /// Whether it stands for all segments from there on.
    pub is_rest: bool,
    /// What each of its segments looks like.
    pub pattern: Pattern,
}

/// The scopes of a route, with their names at hand: counting a request copies no text.
#[derive(Clone, Debug, Default)]
pub struct CountedScopes(Box<[(usize, Arc<str>)]>);

impl CountedScopes {
    /// The scopes that `needs` names.
    #[must_use]
    pub fn of(needs: &Needs, scopes: &Scopes) -> Self {
        let named = needs.scopes().map(|set| scopes.indexed(set));
        let shared = |(index, name)| (index, Arc::clone(name));
        Self(named.into_iter().flatten().map(shared).collect())
    }

    /// Those that somebody with `grant` has: all of them, or of alternatives the ones that count.
    pub fn held_by<'s>(&'s self, grant: &'s Grant) -> impl Iterator<Item = &'s Arc<str>> {
        self.0.iter().filter(|(index, _)| grant.has(*index)).map(|(_, name)| name)
    }
}

/// What a caller needs for a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing, not even a key.
    Public,
    /// Any good key of the product.
    Authenticated,
    /// Every one of these scopes.
    All(ScopeSet),
    /// At least one of these scopes.
    Any(ScopeSet),
}

impl Needs {
    /// Whether somebody with a good key and `grant` may pass.
    #[must_use]
    pub fn is_met_by(&self, grant: &Grant) -> bool {
        match self {
            Self::Public | Self::Authenticated => true,
            Self::All(set) => grant.has_all(set),
            Self::Any(set) => grant.has_any(set),
        }
    }

    /// The scopes it names; [`Scopes::names`](crate::registry::Scopes::names) gives their names.
    #[must_use]
    pub fn scopes(&self) -> Option<&ScopeSet> {
        match self {
            Self::Public | Self::Authenticated => None,
            Self::All(set) | Self::Any(set) => Some(set),
        }
    }
}

impl Route {
    /// Its name for people and counters: `GET /v1/stores/{store}`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether every part of `segments` is as its parameter's pattern wants it.
    pub(super) fn takes(&self, segments: &[&str]) -> bool {
        self.params.iter().all(|param| {
            let end = if param.is_rest { segments.len() } else { param.segment + 1 };
            segments[param.segment..end].iter().all(|part| param.pattern.matches(part))
        })
    }
}

impl Param {
    /// The parameters of the path `parts`.
    #[must_use]
    pub fn of_path(parts: &[Part], patterns: &Params) -> Vec<Self> {
        let param = |(segment, part): (usize, &Part)| {
            let (name, is_rest) = match part {
                Part::Literal(_) => return None,
                Part::Param(name) => (name, false),
                Part::Rest(name) => (name, true),
            };
            Some(Self {
                name: name.as_str().into(),
                segment,
                is_rest,
                pattern: patterns.pattern(name),
            })
        };
        parts.iter().enumerate().filter_map(param).collect()
    }
}

/// A route that a request matched, with the request's own segments.
#[derive(Clone, Copy, Debug)]
pub struct Match<'r, 'p> {
    /// The route.
    pub route: &'r Route,
    /// The request's path, as it was asked for.
    pub segments: &'p [&'p str],
}

impl<'r, 'p> Match<'r, 'p> {
    /// What the path has for the parameter `name`; a `{*rest}` has no single value.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'p str> {
        self.params().find(|(param, _)| *param == name).map(|(_, value)| value)
    }

    /// The parameters that are one segment, with their values.
    pub fn params(&self) -> impl Iterator<Item = (&'r str, &'p str)> {
        let segments = self.segments;
        let single = self.route.params.iter().filter(|param| !param.is_rest);
        single.map(move |param| (&*param.name, segments[param.segment]))
    }
}
