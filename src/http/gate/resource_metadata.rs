//! `/resource-metadata/PRODUCT[/PATH]`: what an app has to know before it can ask for a token
//! ([RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3)).
//!
//! The proxy serves it on the product's own host under the well-known path, whose rest is PATH, and
//! says which host that is. A resource that no plugin file names is described to nobody: else any
//! back end could pass for a protected one.

use actix_http::StatusCode;
use serde_json::json;

use super::gate::Gate;
use super::head::Head;
use super::reply::Reply;
use crate::registry::normalised_host;
use crate::verify::Headers;

/// How long a client may keep the document.
const KEPT: &str = "max-age=60";

/// Answers for the resource under `path` of a product's host.
pub(super) fn describe(
    gate: &Gate,
    head: &Head<'_>,
    (product, path): (&str, &str),
    reply: &mut Reply,
) {
    let registry = gate.registry.load();
    let now = gate.clock.now();
    let found = registry.product(product).and_then(|product| {
        let host = forwarded_host(Headers::over(&head.lines)).ok()?;
        let oauth = product.oauth.as_ref()?;
        Some((product, oauth, oauth.audience_of(host.as_deref(), path)?))
    });
    let Some((product, oauth, audience)) = found else {
        reply.begin(StatusCode::NOT_FOUND, now);
        open(reply);
        return reply.end();
    };
    // A browser asks first whether it may ask with the header that names the protocol's version.
    if head.method == "OPTIONS" {
        reply.begin(StatusCode::NO_CONTENT, now);
        open(reply);
        return reply.end();
    }
    let document = json!({
        "resource": audience.as_str(),
        "resource_name": product.name,
        "authorization_servers": [gate.issuer],
        "scopes_supported": oauth.default_scopes,
        "bearer_methods_supported": ["header"],
    });
    reply.begin(StatusCode::OK, now);
    open(reply);
    reply.line("content-type", "application/json");
    reply.line("cache-control", KEPT);
    reply.json(&document);
    reply.end();
}

/// Any page may read what is said here: it is the same for everybody.
fn open(reply: &mut Reply) {
    reply.line("access-control-allow-origin", "*");
    reply.line("access-control-allow-methods", "GET");
    reply.line("access-control-allow-headers", "*");
}

/// A host that is said twice, or is none.
struct Unclear;

/// The host that the client asked, where the proxy says it.
fn forwarded_host(headers: Headers<'_>) -> Result<Option<String>, Unclear> {
    let mut said = ["x-original-host", "x-forwarded-host"].map(|name| headers.lines(name));
    let mut said = said.iter_mut().flatten();
    match (said.next(), said.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => {
            let host = std::str::from_utf8(host).ok().and_then(normalised_host);
            host.map(|host| Some(host.into_owned())).ok_or(Unclear)
        }
        (Some(_), Some(_)) => Err(Unclear),
    }
}
