//! Verdicts as HTTP: statuses, headers and bodies of each dialect.

use std::sync::LazyLock;

use actix_http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_http::{Response, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use super::rate;
use crate::limits::Standing;
use crate::principals::Identity;
use crate::registry::Product;
use crate::verify::{Dialect, Pass, Refusal};

/// Seconds after which a client may ask again when we could not decide.
const RETRY_SECONDS: u32 = 5;

/// A denial's body fits into a header: the longest that is sent, under 4 KiB.
const BODY_BYTES_MAX: usize = 4_000;

/// Scopes that a challenge names: more of them are in the body, or nowhere.
const SCOPE_BYTES_MAX: usize = 2_000;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const STATUS: HeaderName = HeaderName::from_static("x-keystile-status");
const CODE: HeaderName = HeaderName::from_static("x-keystile-code");
const BODY: HeaderName = HeaderName::from_static("x-keystile-body");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

static IDENTITY: LazyLock<[HeaderName; Identity::NAMES.len()]> =
    LazyLock::new(|| Identity::NAMES.map(HeaderName::from_static));

/// 200 with an empty body and every identity header, `-` where there is nothing to say.
pub(super) fn pass(pass: &Pass<'_>, request_id: &str) -> Response<Bytes> {
    let mut response = Response::with_body(StatusCode::OK, Bytes::new());
    let headers = response.headers_mut();
    let resources = pass
        .product
        .resources
        .iter()
        .filter_map(|resource| HeaderName::from_bytes(resource.header.as_bytes()).ok());
    for (name, value) in IDENTITY.iter().cloned().chain(resources).zip(pass.identity.values()) {
        match HeaderValue::from_maybe_shared(value) {
            Ok(value) => headers.insert(name, value),
            // An identity that cannot be told whole is not told at all: the request does not pass.
            Err(_) => return internal_fault(),
        };
    }
    if let Some(standing) = &pass.standing {
        rate::tell(headers, standing);
    }
    common(headers, request_id);
    response
}

fn internal_fault() -> Response<Bytes> {
    Response::with_body(StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
}

/// A denial in a dialect's shape.
pub(super) fn refusal(
    refusal: &Refusal,
    product: Option<&Product>,
    dialect: Dialect,
    request_id: &str,
) -> Response<Bytes> {
    let status = status(refusal);
    let shown = match dialect {
        Dialect::Nginx if status != StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        Dialect::Nginx | Dialect::Forwarded | Dialect::Envoy => status,
    };
    let body = body(refusal, product, request_id);
    let mut response = Response::with_body(shown, Bytes::new());
    let headers = response.headers_mut();
    common(headers, request_id);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(STATUS, HeaderValue::from(status.as_u16()));
    headers.insert(CODE, HeaderValue::from_static(refusal.code()));
    if let Some(seconds) = retry_after(refusal) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(standing) = standing(refusal) {
        rate::tell(headers, standing);
    }
    if let Some(challenge) = product.and_then(|product| challenge(refusal, status, product)) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if dialect == Dialect::Nginx
        && let Ok(line) = HeaderValue::from_str(&body)
    {
        headers.insert(BODY, line);
    }
    response.set_body(body.into())
}

fn common(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CACHE_CONTROL, NO_STORE);
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

/// The challenge of [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): no `error`
/// where no credential was sent, nor for a refusal that a better token would not change.
fn challenge(refusal: &Refusal, status: StatusCode, product: &Product) -> Option<HeaderValue> {
    if status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN {
        return None;
    }
    let realm = &product.id;
    let text = match refusal {
        Refusal::InvalidKey | Refusal::RevokedKey | Refusal::ExpiredKey => {
            format!("Bearer realm=\"{realm}\", error=\"invalid_token\"")
        }
        Refusal::InsufficientScope { required, .. } if required.len() <= SCOPE_BYTES_MAX => {
            format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{required}\"")
        }
        Refusal::InsufficientScope { .. } => {
            format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\"")
        }
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
        | Refusal::Unavailable(_) => format!("Bearer realm=\"{realm}\""),
    };
    HeaderValue::try_from(text).ok()
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

/// The body: one line of visible ASCII, so that it fits into a header as well.
fn body(refusal: &Refusal, product: Option<&Product>, request_id: &str) -> String {
    let mut error = json!({
        "type": refusal.error_type(),
        "code": refusal.code(),
        "message": refusal.message(name_of(product)),
        "request_id": request_id,
    });
    if let Some((field, value)) = missed_by(refusal) {
        error[field] = json!(value);
    }
    if let Some(seconds) = retry_after(refusal) {
        error["retry_after"] = json!(seconds);
    }
    let body = ascii(&json!({ "error": error }));
    if body.len() <= BODY_BYTES_MAX {
        return body;
    }
    let (kind, code) = (refusal.error_type(), refusal.code());
    ascii(&json!({ "error": {
        "type": kind, "code": code, "message": code, "request_id": request_id,
    } }))
}

/// JSON in which every character beyond visible ASCII is escaped.
fn ascii(value: &Value) -> String {
    use std::fmt::Write as _;

    let text = value.to_string();
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if (' '..='~').contains(&character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(escaped, "\\u{unit:04x}").expect("writing to a string cannot fail");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_visible_ascii_and_still_the_same_json() {
        let value = json!({ "error": { "message": "Wälfisch 🐋 \u{7f} \n" } });
        let text = ascii(&value);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
