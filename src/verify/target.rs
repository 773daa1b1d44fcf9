//! What a request is about: its path, the route that it matches, and the resources that it names.
//!
//! These are read before any credential, since where that stands and whether one is needed depends
//! on them; what they find wrong is reported at its own place in the decision.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::headers::is_read_as;
use super::path::{AmbiguousPath, Path};
use super::{Headers, Refusal, Request, query};
use crate::registry::{Match, Needs, Place, Preflight, Product, Resource, Route};

/// A resource that a request names, and the id that it names.
pub(super) type Named<'p, 't> = (&'p Resource, Cow<'t, str>);

/// Products have one kind of resource or two; more of them cost an allocation.
pub(super) type NamedList<'p, 't> = SmallVec<[Named<'p, 't>; 2]>;

/// A request's target under one product.
pub(super) struct Target<'p, 't> {
    route: Result<Option<&'p Route>, AmbiguousPath>,
    named: Result<NamedList<'p, 't>, AmbiguousPath>,
    is_preflight_declared: bool,
}

impl<'p, 't> Target<'p, 't> {
    /// Reads what `request` is about; `segments` are those of its `path`.
    pub(super) fn read<'a: 't>(
        request: &Request<'a>,
        product: &'p Product,
        path: &Path<'a>,
        segments: &'t [&'t str],
    ) -> Self {
        let matched = product.routes.find(request.method, segments);
        let is_preflight_declared = request
            .preflight_method()
            .is_some_and(|method| product.routes.find(method, segments).is_some());
        let named = named(product, path, request.headers, matched.as_ref());
        Self { route: Ok(matched.map(|matched| matched.route)), named, is_preflight_declared }
    }

    /// A target that can be read in more than one way.
    pub(super) fn ambiguous(reason: AmbiguousPath) -> Self {
        Self { route: Err(reason), named: Err(reason), is_preflight_declared: false }
    }

    /// Whether it is open to everybody: a public route, or a preflight that the product answers.
    pub(super) fn is_open(&self, product: &Product) -> bool {
        let is_public =
            matches!(self.route, Ok(Some(route)) if matches!(route.needs, Needs::Public));
        is_public || (product.preflight == Preflight::Allow && self.is_preflight_declared)
    }

    /// The route, if one is declared, and the resources that the request names.
    ///
    /// # Errors
    /// [`Refusal::AmbiguousPath`] for a target that can be read in more than one way.
    pub(super) fn readable(self) -> Result<(Option<&'p Route>, NamedList<'p, 't>), Refusal> {
        Ok((self.route?, self.named?))
    }
}

impl From<AmbiguousPath> for Refusal {
    fn from(reason: AmbiguousPath) -> Self {
        Self::AmbiguousPath(reason)
    }
}

/// The id of each resource that is named anywhere; every place that names one must agree.
fn named<'p, 't, 'a: 't>(
    product: &'p Product,
    path: &Path<'a>,
    headers: Headers<'a>,
    matched: Option<&Match<'p, 't>>,
) -> Result<NamedList<'p, 't>, AmbiguousPath> {
    let mut named = NamedList::new();
    for resource in &product.resources {
        let mut agreed: Option<Cow<'_, str>> = None;
        for place in &resource.places {
            let id = match place {
                Place::Path(param) => matched.and_then(|it| it.param(param)).map(Cow::Borrowed),
                Place::Query(name) => in_query(resource, path, name)?,
                Place::Header(name) => in_header(resource, headers, name)?,
            };
            match (&agreed, id) {
                (Some(agreed), Some(id)) if *agreed != id => {
                    return Err(AmbiguousPath("two places name a resource and do not agree"));
                }
                (None, Some(id)) => agreed = Some(id),
                _ => {}
            }
        }
        named.extend(agreed.map(|id| (resource, id)));
    }
    Ok(named)
}

fn in_query<'a>(
    resource: &Resource,
    path: &Path<'a>,
    name: &str,
) -> Result<Option<Cow<'a, str>>, AmbiguousPath> {
    let Some(query) = path.query() else { return Ok(None) };
    match query::parameter(query, name)? {
        Some(id) if !resource.pattern.matches(&id) => {
            Err(AmbiguousPath("a resource's value in the query is not one of its ids"))
        }
        id => Ok(id),
    }
}

fn in_header<'a>(
    resource: &Resource,
    headers: Headers<'a>,
    name: &str,
) -> Result<Option<Cow<'a, str>>, AmbiguousPath> {
    if headers.names().any(|other| other != name && is_read_as(other, name)) {
        return Err(AmbiguousPath("a header may be read as a resource's"));
    }
    let single = headers.single(name);
    let value = single.map_err(|_| AmbiguousPath("a resource's header stands more than once"))?;
    let Some(value) = value else { return Ok(None) };
    match std::str::from_utf8(value) {
        Ok(id) if !id.contains(',') && resource.pattern.matches(id) => Ok(Some(id.into())),
        _ => Err(AmbiguousPath("a resource's header does not hold one of its ids")),
    }
}
