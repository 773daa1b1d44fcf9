//! One request for a document, within bounds.

use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::address::is_public;
use crate::clock::Span;

/// A document is a few hundred bytes.
pub(super) const DOCUMENT_BYTES_MAX: u64 = 5 * 1024;

/// Bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// From the name's look-up to the last byte. Somebody waits before their browser.
const WITHIN: Duration = Duration::from_millis(2_500);

/// How long a document is kept: what its host says, between these; the middle one where it says
/// nothing.
const KEPT_MIN: Span = Span::seconds(60);
const KEPT_USUAL: Span = Span::seconds(300);
const KEPT_MAX: Span = Span::days(1);

/// A document as it came.
pub(super) struct Fetched {
    pub(super) body: Vec<u8>,
    /// How long it may be kept.
    pub(super) kept: Span,
}

/// Asks for documents: no proxy of the environment, no redirect, no connection kept.
pub(super) fn agent() -> Agent {
    agent_of(RootCerts::WebPki, EverybodysAddresses::default())
}

/// The same with other authorities and another way to find a host: tests have hosts of their own.
pub(super) fn agent_of(authorities: RootCerts, addresses: impl Resolver) -> Agent {
    let tls = TlsConfig::builder().root_certs(authorities).build();
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(WITHIN))
        .max_idle_connections(0)
        .max_response_header_size(HEAD_BYTES_MAX)
        .user_agent("keystile")
        .accept("application/json")
        .build();
    Agent::with_parts(config, DefaultConnector::default(), addresses)
}

/// The document at `url`, which is a good one; else why it cannot be used. A document by http lies on
/// this machine, which only a setting for development allows.
pub(super) fn fetch(agent: &Agent, url: &str) -> Result<Fetched, String> {
    let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
    if answer.status() != 200 {
        return Err(format!("its host answers {}", answer.status()));
    }
    if !is_json(answer.headers()) {
        return Err("it is not said to be JSON".to_owned());
    }
    let kept = kept(answer.headers());
    // Where the limit is reached, the reader does not look whether there is more.
    let body = answer.body_mut().with_config().limit(DOCUMENT_BYTES_MAX + 1).read_to_vec();
    Ok(Fetched { body: body.map_err(|error| error.to_string())?, kept })
}

/// Resolves names, and answers with addresses that are everybody's or not at all. What it answers is
/// what is connected to: the name is not looked up again.
#[derive(Debug, Default)]
struct EverybodysAddresses(DefaultResolver);

impl Resolver for EverybodysAddresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let is_secure = uri.scheme_str() == Some("https");
        let is_allowed = |ip: std::net::IpAddr| {
            if is_secure { is_public(ip) } else { ip.is_loopback() }
        };
        // One that is not is enough: a name with both is made to deceive.
        if found.iter().all(|address| is_allowed(address.ip())) {
            Ok(found)
        } else {
            Err(Error::HostNotFound)
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// `Cache-Control` ([RFC 9111 §5.2.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2)), between
/// our own bounds.
fn kept(headers: &HeaderMap) -> Span {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let said: Vec<String> = lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    if said.iter().any(|directive| matches!(directive.as_str(), "no-store" | "no-cache")) {
        return KEPT_MIN;
    }
    let age = said.iter().find_map(|directive| directive.strip_prefix("max-age="));
    let age = age.and_then(|seconds| seconds.trim_matches('"').parse().ok());
    age.map_or(KEPT_USUAL, Span::seconds).clamp(KEPT_MIN, KEPT_MAX)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn no_spelling_of_this_machine_is_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in [
            "127.0.0.1",
            "localhost",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
        ] {
            let url = format!("https://{host}:{port}/client.json");
            assert!(fetch(&agent(), &url).is_err(), "{url}");
            assert!(listener.accept().is_err(), "{url} was connected to");
        }
    }

    #[test]
    fn a_document_is_kept_as_long_as_its_host_says_within_bounds() {
        let kept_by = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CACHE_CONTROL, said.parse().unwrap());
            kept(&headers)
        };
        assert_eq!(kept(&HeaderMap::new()), KEPT_USUAL);
        for (said, expected) in [
            ("max-age=600", Span::seconds(600)),
            ("public, Max-Age=600", Span::seconds(600)),
            ("max-age=0", KEPT_MIN),
            ("no-store", KEPT_MIN),
            ("max-age=600, no-cache", KEPT_MIN),
            ("max-age=99999999", KEPT_MAX),
            ("max-age=x", KEPT_USUAL),
        ] {
            assert_eq!(kept_by(said), expected, "{said}");
        }
    }

    #[test]
    fn only_json_is_a_document() {
        let is_good = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            is_json(&headers)
        };
        assert!(is_good("application/json") && is_good("Application/JSON; charset=utf-8"));
        assert!(is_good("application/oauth-client+json"));
        assert!(!is_good("text/html") && !is_good("text/plain") && !is_good("application/jsonx"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
