//! Verdicts as HTTP: statuses, headers and bodies of each dialect.

use actix_http::StatusCode;
use serde::Serialize;

use super::challenge::challenge;
use super::rate;
use super::reply::Reply;
use crate::clock::Timestamp;
use crate::id::{self, KeyId};
use crate::limits::Standing;
use crate::principals::{KEY, RATE_POLICY, SUBJECT};
use crate::registry::Product;
use crate::verify::{Asked, Dialect, Pass, Refusal};

/// Seconds after which a client may ask again when we could not decide.
const RETRY_SECONDS: u32 = 5;

/// A denial's body fits into a header: the longest that is sent, under 4 KiB.
const BODY_BYTES_MAX: usize = 4_000;

/// 200 with an empty body and every identity header, `-` where there is nothing to say.
pub(super) fn pass(reply: &mut Reply, pass: &Pass<'_>, (request_id, now): (&str, Timestamp)) {
    reply.begin(StatusCode::OK, now);
    let (key, identity) = pass.identity();
    if let Some(key) = key.map(KeyId::to_text) {
        reply.text(SUBJECT).text(": key:").id(&key).text("\r\n");
        reply.text(KEY).text(": ").id(&key).text("\r\n");
    }
    reply.lines(identity.lines());
    if let Some(standing) = &pass.standing {
        rate::tell(reply, standing);
    }
    common(reply, request_id);
    reply.end();
}

/// 500: a fault of ours. No proxy lets it pass.
pub(super) fn fault(reply: &mut Reply, now: Timestamp) {
    let request_id = id::request_id();
    tracing::error!(%request_id, "a request was not answered, by a fault of ours");
    reply.begin(StatusCode::INTERNAL_SERVER_ERROR, now);
    common(reply, &request_id);
    reply.end();
}

/// A denial in a dialect's shape.
pub(super) fn refusal(
    reply: &mut Reply,
    (refusal, product): (&Refusal, Option<&Product>),
    asked: &Asked<'_>,
    (request_id, now): (&str, Timestamp),
) {
    let status = status(refusal);
    let shown = match asked.dialect {
        Dialect::Nginx if status != StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        Dialect::Nginx | Dialect::Forwarded | Dialect::Envoy => status,
    };
    reply.begin(shown, now);
    common(reply, request_id);
    reply.line("content-type", "application/json");
    reply.line("x-keystile-status", status.as_str());
    reply.line("x-keystile-code", refusal.code());
    if let Some(seconds) = retry_after(refusal) {
        reply.text("retry-after: ").number(seconds).text("\r\n");
    }
    if let Some(standing) = standing(refusal) {
        if let Some(policy) = standing.allowance().policy() {
            reply.line(RATE_POLICY, &policy);
        }
        rate::tell(reply, standing);
    }
    let is_challenged = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    if let Some(product) = product.filter(|_| is_challenged) {
        reply.line("www-authenticate", &challenge(refusal, product, asked));
    }
    tell(reply, (refusal, product), request_id);
    if asked.dialect == Dialect::Nginx {
        reply.line_of_body("x-keystile-body");
    }
    reply.end();
}

/// What every verdict says.
fn common(reply: &mut Reply, request_id: &str) {
    reply.line("x-request-id", request_id);
    reply.text("cache-control: no-store\r\n");
}

/// The status that a refusal means, whatever the dialect shows.
#[must_use]
pub fn status_of(refusal: &Refusal) -> u16 {
    status(refusal).as_u16()
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::InvalidRequest(_) | Refusal::AmbiguousCredential | Refusal::AmbiguousPath(_) => {
            StatusCode::BAD_REQUEST
        }
        Refusal::MissingCredential
        | Refusal::InvalidKey
        | Refusal::InvalidToken
        | Refusal::RevokedKey
        | Refusal::ExpiredKey => StatusCode::UNAUTHORIZED,
        Refusal::HttpsRequired
        | Refusal::IpNotAllowed
        | Refusal::WrongEnvironment
        | Refusal::RouteNotDeclared
        | Refusal::InsufficientScope { .. }
        | Refusal::ResourceMismatch { .. } => StatusCode::FORBIDDEN,
        Refusal::RateLimited { .. } | Refusal::QuotaExceeded { .. } => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Seconds after which the same request can pass, where waiting helps.
fn retry_after(refusal: &Refusal) -> Option<u32> {
    match refusal {
        Refusal::RateLimited { retry_after, .. } => *retry_after,
        Refusal::QuotaExceeded { retry_after, .. } => Some(*retry_after),
        Refusal::Unavailable(_) => Some(RETRY_SECONDS),
        _ => None,
    }
}

/// How the windows stand, where they were asked.
fn standing(refusal: &Refusal) -> Option<&Standing> {
    match refusal {
        Refusal::RateLimited { standing, .. } | Refusal::QuotaExceeded { standing, .. } => {
            Some(standing)
        }
        _ => None,
    }
}

/// What the words of an answer call the API.
#[must_use]
pub fn name_of(product: Option<&Product>) -> &str {
    product.map_or("this API's", |product| &product.name)
}

/// What a key would have needed, where that can be named: the answer's field, and its value.
#[must_use]
pub fn missed_by(refusal: &Refusal) -> Option<(&'static str, &str)> {
    match refusal {
        Refusal::InsufficientScope { required, .. } => Some(("required_scope", required)),
        Refusal::ResourceMismatch { resource, .. } => Some(("resource", resource)),
        _ => None,
    }
}

/// The body of a denial.
#[derive(Serialize)]
struct Denial<'a> {
    error: Said<'a>,
}

#[derive(Clone, Copy, Serialize)]
struct Said<'a> {
    r#type: &'a str,
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

/// The body, short enough for a header.
fn tell(reply: &mut Reply, (refusal, product): (&Refusal, Option<&Product>), request_id: &str) {
    let message = refusal.message(name_of(product));
    let (kind, code) = (refusal.error_type(), refusal.code());
    let missed = |name| missed_by(refusal).filter(|(field, _)| *field == name).map(|it| it.1);
    let whole = Said {
        r#type: kind,
        code,
        message: &message,
        request_id,
        required_scope: missed("required_scope"),
        resource: missed("resource"),
        retry_after: retry_after(refusal),
    };
    if reply.json(&Denial { error: whole }) > BODY_BYTES_MAX {
        let (required_scope, resource, retry_after) = (None, None, None);
        let short = Said { message: code, required_scope, resource, retry_after, ..whole };
        reply.json(&Denial { error: short });
    }
}
