//! What is answered, and the headers that every answer has.

use actix_http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_http::{Response, StatusCode};
use bytes::Bytes;
use maud::Markup;

use super::public_url::PublicUrl;
use crate::http::ui::assets::Asset;

/// What a page may load and where it may send forms: our own things, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// The same for a page whose form leads to another site in the end.
const POLICY_TO_ANYWHERE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What every answer says. `no-referrer` would make Chromium send `Origin: null` with each form.
const ALWAYS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// What is answered to a browser.
#[derive(Default)]
pub struct Reply {
    /// Whether its form may lead to another site: Chromium applies `form-action` to wherever the answer
    /// to the form sends the browser.
    leads_anywhere: bool,
    /// Whether whoever has opened it in a window of its own may see when that is over.
    keeps_opener: bool,
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Bytes,
}

impl Reply {
    /// The same, as the answer to somebody who has to wait for so many seconds.
    #[must_use]
    pub fn too_many(self, seconds: u64) -> Self {
        self.status(StatusCode::TOO_MANY_REQUESTS).with(header::RETRY_AFTER, seconds.to_string())
    }

    /// A page.
    #[must_use]
    pub fn page(status: StatusCode, page: Markup) -> Self {
        Self::uncached(status, page.into_string().into())
            .with(header::CONTENT_TYPE, "text/html; charset=utf-8")
    }

    /// A file that is kept under `name`.
    #[must_use]
    pub fn download(name: &str, media_type: &str, content: String) -> Self {
        Self::uncached(StatusCode::OK, content.into())
            .with(header::CONTENT_TYPE, media_type)
            .with(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
    }

    /// On to another page of ours: the answer to a form that did what it was to do.
    #[must_use]
    pub fn see_other(path: &str) -> Self {
        Self::uncached(StatusCode::SEE_OTHER, Bytes::new()).with(header::LOCATION, path)
    }

    /// A file that stays as it is under its URL.
    #[must_use]
    pub fn asset(asset: &'static Asset) -> Self {
        let (status, body) = (StatusCode::OK, Bytes::from_static(&asset.content));
        Self { status, headers: Vec::new(), body, ..Self::default() }
            .with(header::CONTENT_TYPE, asset.media_type)
            .with(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
    }

    fn uncached(status: StatusCode, body: Bytes) -> Self {
        Self { status, headers: Vec::new(), body, ..Self::default() }
            .with(header::CACHE_CONTROL, "no-store")
    }

    /// The same, with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same, whose form may lead to another site.
    #[must_use]
    pub fn to_anywhere(mut self) -> Self {
        self.leads_anywhere = true;
        self
    }

    /// The same, for a window that an app has opened.
    #[must_use]
    pub fn for_opener(mut self) -> Self {
        self.keeps_opener = true;
        self
    }

    /// The same, with one more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As it is sent.
    pub(super) fn into_response(self, public: &PublicUrl, request_id: &str) -> Response<Bytes> {
        let mut response = Response::with_body(self.status, self.body);
        let headers = response.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if self.leads_anywhere {
            let policy = HeaderValue::from_static(POLICY_TO_ANYWHERE);
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.keeps_opener {
            let name = HeaderName::from_static("cross-origin-opener-policy");
            headers.insert(name, HeaderValue::from_static("unsafe-none"));
        }
        finish(headers, self.headers, (public, request_id));
        response
    }
}

/// Adds an answer's own headers, and what every answer of this listener says of its request and of TLS.
pub(in crate::http) fn finish(
    headers: &mut HeaderMap,
    own: Vec<(HeaderName, String)>,
    (public, request_id): (&PublicUrl, &str),
) {
    if public.is_https() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    let id = (HeaderName::from_static("x-request-id"), request_id.to_owned());
    for (name, value) in own.into_iter().chain([id]) {
        // What cannot stand in a header was never ours to send.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    }
}
