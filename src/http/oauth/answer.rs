//! What a program is answered: JSON, never kept by anybody; and how each error reaches it.

use actix_http::header::{self, HeaderName, HeaderValue};
use actix_http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use crate::http::web::{PublicUrl, finish};
use crate::oauth::{Code, Error};

/// Seconds after which a client may try again where nothing else is known.
const RETRY_SECONDS: &str = "5";

/// Seconds after which one that tried too often may try again.
const SLOW_DOWN_SECONDS: &str = "60";

/// How long the description of this server may be kept, in seconds.
const METADATA_SECONDS: u32 = 300;

/// What every answer says.
const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-frame-options", "DENY"),
];

/// What a program is answered.
pub struct Answer {
    status: StatusCode,
    /// JSON, or nothing.
    body: String,
    headers: Vec<(HeaderName, String)>,
}

impl Answer {
    /// A JSON object.
    pub(super) fn json(status: StatusCode, members: &impl Serialize) -> Self {
        let body = serde_json::to_string(members).expect("what we say of ourselves is always JSON");
        Self { body, ..Self::done(status) }
    }

    /// Nothing but that it was done.
    pub(super) fn done(status: StatusCode) -> Self {
        let headers = vec![(header::CACHE_CONTROL, "no-store".to_owned())];
        Self { status, body: String::new(), headers }
    }

    /// The same, which may be kept for a while.
    pub(super) fn kept(mut self) -> Self {
        let age = format!("public, max-age={METADATA_SECONDS}");
        self.headers = vec![(header::CACHE_CONTROL, age)];
        self
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// How an error reaches a client: the one place where it is said.
    pub(super) fn of(error: &Error) -> Self {
        let answer = |status| Self::error(status, error.code(), error.description());
        match error.code() {
            Code::InvalidRequest
            | Code::InvalidGrant
            | Code::UnauthorizedClient
            | Code::UnsupportedGrantType
            | Code::UnsupportedResponseType
            | Code::InvalidScope
            | Code::InvalidTarget
            | Code::InvalidRedirectUri
            | Code::InvalidClientMetadata => answer(StatusCode::BAD_REQUEST),
            Code::InvalidClient => answer(StatusCode::UNAUTHORIZED)
                .with(header::WWW_AUTHENTICATE, "Basic realm=\"Keystile\""),
            Code::InvalidToken => answer(StatusCode::UNAUTHORIZED)
                .with(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
            Code::AccessDenied => answer(StatusCode::FORBIDDEN),
            Code::SlowDown => {
                answer(StatusCode::TOO_MANY_REQUESTS).with(header::RETRY_AFTER, SLOW_DOWN_SECONDS)
            }
            Code::TemporarilyUnavailable => {
                answer(StatusCode::SERVICE_UNAVAILABLE).with(header::RETRY_AFTER, RETRY_SECONDS)
            }
            Code::ServerError => answer(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// A refusal that has its own status.
    pub(super) fn refused(status: StatusCode, description: &str) -> Self {
        Self::error(status, Code::InvalidRequest, description)
    }

    fn error(status: StatusCode, code: Code, description: &str) -> Self {
        Self::json(status, &json!({ "error": code.as_str(), "error_description": description }))
    }

    /// As it is sent; `is_open` lets programs in a browser read it, whatever their site.
    pub(super) fn into_response(
        self,
        public: &PublicUrl,
        (request_id, is_open): (&str, bool),
    ) -> Response<Bytes> {
        let is_json = !self.body.is_empty();
        let mut response = Response::with_body(self.status, Bytes::from(self.body));
        let headers = response.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if is_json {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if is_open {
            let all = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all);
            let shown = HeaderValue::from_static("WWW-Authenticate, Retry-After, X-Request-Id");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
        }
        finish(headers, self.headers, (public, request_id));
        response
    }
}
