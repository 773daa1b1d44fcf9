//! What a proxy asks about: one request of a client, as the contract headers describe it.

use std::borrow::Cow;
use std::net::IpAddr;

use super::contract::{Brought, Field};
use super::{Dialect, Headers, Refusal};
use crate::octets::Octets;
use crate::registry::normalised_host;

/// The longest request id that is passed on.
pub const REQUEST_ID_BYTES_MAX: usize = 128;

/// The shortest one: anything less is nobody's correlation id.
const REQUEST_ID_BYTES_MIN: usize = 8;

/// What a request id is made of.
const REQUEST_ID: Octets = Octets::alphanumeric_and(b"._-");

/// A question as it reached the gate.
pub struct Asked<'a> {
    /// Which headers describe the request.
    pub dialect: Dialect,
    /// The product that the endpoint names, if it names one.
    pub product: Option<&'a str>,
    /// The question's own method: the request's in Envoy's dialect.
    pub method: &'a str,
    /// The rest of the question's own target: the request's in Envoy's dialect.
    pub target: &'a [u8],
    /// Every header of the question.
    pub headers: Headers<'a>,
    request_id: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// A question about a product, where the endpoint names one; its own method and target; and its
    /// headers.
    #[must_use]
    pub fn new(
        (dialect, product): (Dialect, Option<&'a str>),
        (method, target): (&'a str, &'a [u8]),
        headers: Headers<'a>,
    ) -> Self {
        Self { dialect, product, method, target, headers, request_id: request_id(headers) }
    }

    /// A question of nginx: whatever it asks about stands in the headers.
    #[must_use]
    pub fn by_nginx(product: Option<&'a str>, headers: Headers<'a>) -> Self {
        Self::new((Dialect::Nginx, product), ("GET", b""), headers)
    }

    /// The request id that it brought, if it is one that may be passed on: `[A-Za-z0-9._-]{8,128}`.
    #[must_use]
    pub fn request_id(&self) -> Option<&'a str> {
        self.request_id
    }
}

fn request_id(headers: Headers<'_>) -> Option<&str> {
    let id = headers.single("x-request-id").ok()??;
    let is_short = (REQUEST_ID_BYTES_MIN..=REQUEST_ID_BYTES_MAX).contains(&id.len());
    text(Some(id).filter(|id| is_short && REQUEST_ID.has_all(id)))
}

/// A client's request.
pub struct Request<'a> {
    /// The product that the endpoint names, if it names one.
    pub product: Option<&'a str>,
    /// Its method, in upper case.
    pub method: &'a str,
    /// Its target, on the raw bytes.
    pub target: &'a [u8],
    /// Its host, as it came.
    host: Option<&'a [u8]>,
    /// Whether it came by https.
    pub is_https: bool,
    /// The client's address, as the proxy that asks has seen it.
    pub address: Option<IpAddr>,
    /// What tells that the same request was asked about before, where the proxy asks twice.
    pub asked_once: Option<&'a str>,
    /// Every header of the question, the client's among them.
    pub headers: Headers<'a>,
}

impl<'a> Request<'a> {
    /// Reads the contract headers.
    ///
    /// # Errors
    /// [`Refusal::InvalidRequest`] when one is missing, repeated or foreign, when a header would
    /// override what they say, or when the client brings one that only we may set.
    pub fn read(asked: &Asked<'a>) -> Result<Self, Refusal> {
        let contract = asked.dialect.contract();
        let brought = Brought::read(asked.headers, contract)?;
        let host = brought.get(Field::Host);
        if asked.product.is_none() && text(host).is_none() {
            return Err(missing(contract.name(Field::Host).unwrap_or_default()));
        }
        let method = match contract.name(Field::Method) {
            Some(name) => text(brought.get(Field::Method)).ok_or_else(|| missing(name))?,
            None => asked.method,
        };
        let target = match contract.name(Field::Uri) {
            Some(name) => brought.get(Field::Uri).ok_or_else(|| missing(name))?,
            None => asked.target,
        };
        if !is_method(method) {
            return Err(Refusal::invalid(
                "the method is not an upper-case word of 3 to 16 letters",
            ));
        }
        Ok(Self {
            product: asked.product,
            method,
            target,
            host,
            is_https: brought.get(Field::Proto).is_some_and(|it| it.eq_ignore_ascii_case(b"https")),
            address: text(brought.get(Field::Address)).and_then(last_hop),
            // nginx alone asks twice; from anybody else the id is the client's own word.
            asked_once: asked.request_id.filter(|_| asked.dialect == Dialect::Nginx),
            headers: asked.headers,
        })
    }

    /// Its host, normalised; `None` where it brought none, or what is none.
    #[must_use]
    pub fn host(&self) -> Option<Cow<'a, str>> {
        text(self.host).and_then(normalised_host)
    }

    /// Its host, whatever that is; empty where it brought none.
    #[must_use]
    pub(super) fn host_as_sent(&self) -> &'a [u8] {
        self.host.unwrap_or_default()
    }

    /// The method that a CORS preflight asks about
    /// ([Fetch §3.3](https://fetch.spec.whatwg.org/#cors-preflight-request)), if this is one.
    #[must_use]
    pub fn preflight_method(&self) -> Option<&'a str> {
        if self.method != "OPTIONS" || self.headers.single("origin").ok()?.is_none() {
            return None;
        }
        let method = text(self.headers.single("access-control-request-method").ok()?)?;
        is_method(method).then_some(method)
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid(format!("{name} is missing: the proxy must send it"))
}

fn text(value: Option<&[u8]>) -> Option<&str> {
    std::str::from_utf8(value?).ok()
}

fn is_method(method: &str) -> bool {
    (3..=16).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The address that the proxy itself has seen: the last of a list, and nearly always the only one. What
/// is not strictly an address is unknown.
fn last_hop(list: &str) -> Option<IpAddr> {
    let of_many = || list.rsplit(',').next()?.trim_matches([' ', '\t']).parse().ok();
    list.parse().ok().or_else(of_many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dialect: Dialect, lines: &[(&'static str, &'static str)]) -> Result<String, String> {
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let headers = Headers::over(&lines);
        let asked = Asked::new((dialect, Some("whale")), ("GET", b"/own"), headers);
        match Request::read(&asked) {
            Ok(request) => Ok(format!("{} {}", request.method, request.target.escape_ascii())),
            Err(refusal) => Err(refusal.message("Whale")),
        }
    }

    const URI: (&str, &str) = ("x-original-uri", "/v1");
    const METHOD: (&str, &str) = ("x-original-method", "POST");

    #[test]
    fn each_dialect_reads_its_own_headers() {
        assert_eq!(read(Dialect::Nginx, &[URI, METHOD]), Ok("POST /v1".into()));
        let forwarded = [("x-forwarded-uri", "/v2"), ("x-forwarded-method", "PUT")];
        assert_eq!(read(Dialect::Forwarded, &forwarded), Ok("PUT /v2".into()));
        assert_eq!(read(Dialect::Envoy, &[]), Ok("GET /own".into()));
    }

    #[test]
    fn what_the_contract_forbids_is_refused() {
        let cases: [&[(&str, &str)]; 13] = [
            &[METHOD],
            &[URI],
            &[URI, METHOD, URI],
            &[URI, METHOD, METHOD],
            &[URI, ("x-original-method", "get")],
            &[URI, ("x-original-method", "")],
            &[URI, METHOD, ("x-forwarded-uri", "/")],
            &[URI, METHOD, ("x-keystile-subject", "key:key_1")],
            &[URI, METHOD, ("x_keystile_subject", "key:key_1")],
            &[URI, METHOD, ("x.keystile.anything", "")],
            &[URI, METHOD, ("x-rewrite-url", "/admin")],
            &[URI, METHOD, ("x_http_method_override", "DELETE")],
            &[URI, METHOD, ("x-real-ip", "192.0.2.1"), ("x-real-ip", "192.0.2.2")],
        ];
        for lines in cases {
            assert!(read(Dialect::Nginx, lines).is_err(), "{lines:?}");
        }
        assert!(read(Dialect::Envoy, &[("x-forwarded-method", "GET")]).is_err());
        assert!(read(Dialect::Nginx, &[URI, METHOD, ("x-forwarded-for", "junk")]).is_ok());
    }

    #[test]
    fn the_address_is_the_last_hop_or_unknown() {
        assert_eq!(last_hop("198.51.100.1, 203.0.113.9"), "203.0.113.9".parse().ok());
        for unknown in
            ["", "unknown", "203.0.113.9:443", "[2001:db8::1]", "203.0.113.09", "1.2.3.4,"]
        {
            assert_eq!(last_hop(unknown), None, "{unknown}");
        }
    }
}
