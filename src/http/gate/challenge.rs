//! What a refused client is told to present: `WWW-Authenticate`
//! ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
//!
//! There is no `error` where no credential was sent, nor for a refusal that a better one would not
//! change. Where a product takes part in OAuth, the challenge leads an app on: to the document that
//! says who gives tokens ([RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)), and to
//! the scopes that it is to ask for.

use std::fmt::Write as _;

use crate::registry::{Needs, OAuth, Product, covers};
use crate::verify::{Asked, Path, Refusal, Request};

/// Scopes that a challenge names, in bytes: more of them are in the body, or nowhere.
const SCOPE_BYTES_MAX: usize = 2_000;

/// What was asked for, as far as it can be read.
struct Wanted<'a> {
    request: Option<&'a Request<'a>>,
    segments: Option<&'a [&'a str]>,
}

/// The challenge of a refusal that is answered with 401 or 403.
pub(super) fn challenge(refusal: &Refusal, product: &Product, asked: &Asked<'_>) -> String {
    // What was asked for matters to apps alone.
    let request = product.oauth.as_ref().and_then(|_| Request::read(asked).ok());
    let path = request.as_ref().and_then(|request| Path::read(request.target).ok());
    let segments = path.as_ref().map(Path::segments);
    let wanted = Wanted { request: request.as_ref(), segments: segments.as_deref() };
    let mut challenge = format!("Bearer realm=\"{}\"", product.id);
    let mut add = |name: &str, value: &str| {
        write!(challenge, ", {name}=\"{value}\"").expect("writing to a string cannot fail");
    };
    if let Some(error) = error(refusal) {
        add("error", error);
    }
    if let Some(scope) = scope(refusal, product, &wanted).filter(|it| it.len() <= SCOPE_BYTES_MAX) {
        add("scope", &scope);
    }
    if let Some(oauth) = &product.oauth {
        add("resource_metadata", &metadata_url(oauth, &wanted));
    }
    challenge
}

fn error(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::InvalidKey | Refusal::InvalidToken | Refusal::RevokedKey | Refusal::ExpiredKey => {
            Some("invalid_token")
        }
        Refusal::InsufficientScope { .. } => Some("insufficient_scope"),
        Refusal::InvalidRequest(_)
        | Refusal::MissingCredential
        | Refusal::AmbiguousCredential
        | Refusal::HttpsRequired
        | Refusal::IpNotAllowed
        | Refusal::WrongEnvironment
        | Refusal::AmbiguousPath(_)
        | Refusal::RouteNotDeclared
        | Refusal::ResourceMismatch { .. }
        | Refusal::RateLimited { .. }
        | Refusal::QuotaExceeded { .. }
        | Refusal::Unavailable(_) => None,
    }
}

/// What to ask for, so that this request would pass.
fn scope(refusal: &Refusal, product: &Product, wanted: &Wanted<'_>) -> Option<String> {
    match (refusal, &product.oauth) {
        (Refusal::InsufficientScope { required, is_any_enough }, Some(oauth)) => {
            Some(askable(required, *is_any_enough, oauth))
        }
        (Refusal::InsufficientScope { required, .. }, None) => Some(required.clone()),
        (Refusal::MissingCredential | Refusal::InvalidToken | Refusal::InvalidKey, Some(oauth)) => {
            Some(first(oauth, product, wanted))
        }
        _ => None,
    }
}

/// What everybody begins with, and whatever the route needs beside that an app can ask for: clients
/// take what is named here for all that this request needs.
fn first(oauth: &OAuth, product: &Product, wanted: &Wanted<'_>) -> String {
    let begun_with = |name: &str| oauth.default_scopes.iter().any(|own| covers(own, name));
    let mut scopes: Vec<&str> = oauth.default_scopes.iter().map(String::as_str).collect();
    let (required, is_any_enough) = required(product, wanted).unwrap_or_default();
    let is_met = is_any_enough && required.split(' ').any(begun_with);
    let more = if is_met { String::new() } else { askable(&required, is_any_enough, oauth) };
    let is_offered = |name: &&str| oauth.scopes.iter().any(|offered| offered == name);
    scopes.extend(more.split(' ').filter(|name| !begun_with(name)).filter(is_offered));
    scopes.join(" ")
}

/// The scopes that the request's route needs, where one is declared, and whether one is enough.
fn required(product: &Product, wanted: &Wanted<'_>) -> Option<(String, bool)> {
    let (request, segments) = (wanted.request?, wanted.segments?);
    let needs = &product.routes.find(request.method, segments)?.route.needs;
    let names: Vec<&str> = product.scopes.names(needs.scopes()?).collect();
    Some((names.join(" "), matches!(needs, Needs::Any(_))))
}

/// The required scopes as an app can ask for them: where only a wildcard over one is offered, that;
/// and where one of them is enough, the first that is offered.
fn askable(required: &str, is_any_enough: bool, oauth: &OAuth) -> String {
    let offered = |name: &str| {
        let by_name = oauth.scopes.iter().find(|offered| *offered == name);
        by_name.or_else(|| oauth.scopes.iter().find(|offered| covers(offered, name)))
    };
    let mut named: Vec<&str> = Vec::new();
    for name in required.split(' ') {
        match offered(name) {
            Some(offered) if is_any_enough => return offered.clone(),
            Some(offered) if named.contains(&offered.as_str()) => {}
            Some(offered) => named.push(offered),
            None => named.push(name),
        }
    }
    named.truncate(if is_any_enough { 1 } else { usize::MAX });
    named.join(" ")
}

/// Where the document about the resource lies that was asked for.
fn metadata_url(oauth: &OAuth, wanted: &Wanted<'_>) -> String {
    let host = wanted.request.and_then(Request::host);
    let segments = wanted.segments.unwrap_or_default();
    let path = segments.iter().fold(String::new(), |path, segment| path + "/" + segment);
    oauth.audience_at(host.as_deref(), &path).metadata_url()
}
