//! A request of a browser, as it was read off the wire.

use std::net::IpAddr;

use actix_http::header::{self, HeaderName};
use actix_http::{HttpMessage as _, Method, Request};

use super::body::Unread;
use super::form::Form;
use super::route::Verb;

/// Whatever of a request anything depends on.
pub(super) struct Call {
    /// Its method; none where no page has any use for it.
    pub(super) verb: Option<Verb>,
    /// Its path, as it came.
    pub(super) path: String,
    /// What stands behind the first `?`.
    pub(super) query: String,
    pub(super) host: String,
    pub(super) origin: Option<String>,
    /// `Sec-Fetch-Site`: what the browser says of where the request began.
    pub(super) site: Option<String>,
    pub(super) cookies: String,
    pub(super) device: String,
    pub(super) content_type: String,
    pub(super) address: IpAddr,
    pub(super) form: Form,
    /// Why there is no form, where one was sent.
    pub(super) unread: Option<Unread>,
}

impl Call {
    pub(super) fn read(request: &Request, address: IpAddr) -> Self {
        let verb = match *request.method() {
            Method::GET | Method::HEAD => Some(Verb::Get),
            Method::POST => Some(Verb::Post),
            _ => None,
        };
        let text = |name: HeaderName| one(request, &name);
        Self {
            verb,
            path: request.path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            host: text(header::HOST).unwrap_or_default(),
            origin: text(header::ORIGIN),
            site: text(HeaderName::from_static("sec-fetch-site")),
            cookies: text(header::COOKIE).unwrap_or_default(),
            device: text(header::USER_AGENT).unwrap_or_default(),
            content_type: text(header::CONTENT_TYPE).unwrap_or_default(),
            address,
            form: Form::default(),
            unread: None,
        }
    }

    /// A parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    /// Its path for the log: a one-time link is a secret until it was followed.
    pub(super) fn logged_path(&self) -> &str {
        match &self.path {
            path if path.starts_with("/console/invitations/") => "/console/invitations/…",
            path if path.starts_with("/oauth/consent/") => "/oauth/consent/…",
            path => path,
        }
    }

    /// Its path and query.
    pub(super) fn target(&self) -> String {
        let Self { path, query, .. } = self;
        if query.is_empty() { path.clone() } else { format!("{path}?{query}") }
    }
}

/// The value of a header that stands once; one that stands twice may be read in two ways, and is
/// taken for none. Cookies alone may come in several lines.
fn one(request: &Request, name: &HeaderName) -> Option<String> {
    let mut values = request.headers().get_all(name).map(|value| value.to_str());
    let first = values.next()?.ok()?.to_owned();
    match (values.next(), name == header::COOKIE) {
        (None, _) => Some(first),
        (Some(Ok(second)), true) => {
            let rest = values.filter_map(Result::ok);
            Some(rest.fold(format!("{first}; {second}"), |all, more| format!("{all}; {more}")))
        }
        (Some(_), _) => None,
    }
}
