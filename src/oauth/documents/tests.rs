//! Documents by https, from a host with an authority of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Agent, Error};

use super::fetch::{DOCUMENT_BYTES_MAX, Fetched, agent, agent_of, fetch};

const URL: &str = "https://app.example/client.json";

const JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

/// Finds every name at one address: what a look-up in DNS would answer.
#[derive(Debug)]
struct At(SocketAddr);

impl Resolver for At {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut found = self.empty();
        found.push(self.0);
        Ok(found)
    }
}

/// An authority that nobody knows but who is told.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate<'static>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut terms = CertificateParams::new(Vec::new()).unwrap();
        terms.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = Certificate::from_der(terms.self_signed(&key).unwrap().der()).to_owned();
        Self { issuer: Issuer::new(terms, key), certificate }
    }

    /// A server's side of TLS, for a host of this name.
    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let terms = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let chain = vec![terms.signed_by(&key, &self.issuer).unwrap().der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(chain, key).unwrap())
    }

    fn agent(&self, host: &Host) -> Agent {
        agent_of(
            RootCerts::new_with_certs(std::slice::from_ref(&self.certificate)),
            At(host.address),
        )
    }
}

/// Somebody's host: it answers each request with the same bytes.
struct Host {
    address: SocketAddr,
    /// Requests that it has read.
    asked: Arc<AtomicU32>,
}

impl Host {
    fn start(tls: Arc<ServerConfig>, answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<AtomicU32>::default());
        let counted = Arc::clone(&asked);
        // It ends with the tests' process.
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                serve(stream, &tls, &answer, &counted);
            }
        });
        Self { address, asked }
    }

    fn times_asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Answers one request, if it comes; then waits until the other side has gone.
fn serve(stream: TcpStream, tls: &Arc<ServerConfig>, answer: &str, asked: &AtomicU32) {
    let Ok(connection) = ServerConnection::new(Arc::clone(tls)) else { return };
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if !stream.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            return;
        }
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let _ = stream.get_mut().write_all(answer.as_bytes());
    if answer.contains("Connection: close") {
        stream.get_mut().conn.send_close_notify();
        let _ = stream.get_mut().flush();
    }
    let _ = stream.read_to_end(&mut Vec::new());
}

/// What is fetched from a host that answers so, and how often it was asked.
fn answered(answer: &str) -> (Result<Fetched, String>, u32) {
    let authority = Authority::new();
    let host = Host::start(authority.server("app.example"), answer.to_owned());
    (fetch(&authority.agent(&host), URL), host.times_asked())
}

#[test]
fn a_document_comes_by_https_from_a_host_that_an_authority_vouches_for() {
    let (fetched, times) = answered(&format!("{JSON}\r\n{{}}"));
    assert_eq!((fetched.unwrap().body.as_slice(), times), (b"{}".as_slice(), 1));
}

#[test]
fn an_authority_that_nobody_knows_vouches_for_nothing() {
    let authority = Authority::new();
    let answer = format!("{JSON}\r\n{{}}");
    let host = Host::start(authority.server("app.example"), answer);
    for agent in [Authority::new().agent(&host), agent_of(RootCerts::WebPki, At(host.address))] {
        assert!(fetch(&agent, URL).is_err_and(|said| said.contains("invalid peer certificate")));
    }
    assert_eq!(host.times_asked(), 0, "it is not even asked");
}

#[test]
fn a_host_speaks_for_its_own_name_alone() {
    let authority = Authority::new();
    for name in ["other.example", "www.app.example", "*.app.example", "app.example.evil.example"] {
        let host = Host::start(authority.server(name), format!("{JSON}\r\n{{}}"));
        let fetched = fetch(&authority.agent(&host), URL);
        assert!(fetched.is_err_and(|said| said.contains("not valid for name")), "{name}");
        assert_eq!(host.times_asked(), 0, "{name} is not even asked");
    }
}

#[test]
fn no_redirect_is_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let (fetched, times) =
            answered(&format!("HTTP/1.1 {status}\r\nLocation: {URL}\r\nContent-Length: 0\r\n\r\n"));
        assert!(fetched.is_err_and(|said| said.contains(&status[..3])), "{status}");
        assert_eq!(times, 1, "{status}");
    }
}

#[test]
fn a_document_has_five_kilobytes_however_long_it_says_it_is() {
    let bytes_max = usize::try_from(DOCUMENT_BYTES_MAX).unwrap();
    let (fits, long) = ("x".repeat(bytes_max), "x".repeat(bytes_max + 1));
    let (fetched, _) = answered(&format!("{JSON}Content-Length: {bytes_max}\r\n\r\n{fits}"));
    assert_eq!(fetched.unwrap().body.len(), bytes_max);
    let chunked =
        format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    for body in
        [format!("Content-Length: {}\r\n\r\n{long}", long.len()), format!("\r\n{long}"), chunked]
    {
        let (fetched, times) = answered(&format!("{JSON}{body}"));
        assert!(fetched.is_err(), "{}", &body[..20]);
        assert_eq!(times, 1);
    }
    let (fetched, _) = answered(&format!("{JSON}X-Long: {}\r\n\r\n{{}}", "x".repeat(64 * 1024)));
    assert!(fetched.is_err(), "nor has its head any length");
}

#[test]
fn a_host_that_says_nothing_or_stops_is_waited_for_a_short_time() {
    for answer in
        ["", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"]
    {
        let (fetched, times) = answered(answer);
        assert!(fetched.is_err_and(|said| said.contains("timeout")), "{answer}");
        assert_eq!(times, 1);
    }
}

#[test]
fn what_is_asked_in_earnest_believes_the_usual_authorities_and_finds_nobody_here() {
    let fetched = fetch(&agent(), "https://localhost/client.json");
    assert!(fetched.is_err_and(|said| said.contains("host not found")));
}
