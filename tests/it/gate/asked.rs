//! One request of a client, and the ways in which proxies ask about it.

use keystile::http::control::Question;

use crate::harness::Request;

/// Where tests ask from.
const HERE: &str = "127.0.0.1";

/// How a proxy asks about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `/verify/PRODUCT`
    Verify,
    /// `/verify`
    VerifyByHost,
    /// `/forward-auth/PRODUCT`
    ForwardAuth,
    /// `/forward-auth`
    ForwardAuthByHost,
    /// `/ext-authz/PRODUCT/…`
    ExtAuthz,
}

impl Way {
    pub(super) const ALL: [Self; 5] = [
        Self::Verify,
        Self::VerifyByHost,
        Self::ForwardAuth,
        Self::ForwardAuthByHost,
        Self::ExtAuthz,
    ];

    /// Those whose endpoint names the product.
    pub(super) const NAMED: [Self; 3] = [Self::Verify, Self::ForwardAuth, Self::ExtAuthz];

    /// Whether it is nginx's, which knows three statuses.
    pub(super) fn is_nginx(self) -> bool {
        matches!(self, Self::Verify | Self::VerifyByHost)
    }
}

/// One request of a client.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    product: String,
    method: String,
    target: Vec<u8>,
    host: Option<String>,
    proto: Option<String>,
    address: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Asked {
    /// A request for `product` that came to `host` by http from this machine.
    pub(super) fn of(product: &str, host: &str, method: &str, target: impl AsRef<[u8]>) -> Self {
        Self {
            product: product.to_owned(),
            method: method.to_owned(),
            target: target.as_ref().to_vec(),
            host: Some(host.to_owned()),
            proto: Some("http".to_owned()),
            address: Some(HERE.to_owned()),
            headers: Vec::new(),
        }
    }

    /// Adds a line of the client's own.
    pub(super) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(super) fn bearer(self, secret: &str) -> Self {
        self.header("Authorization", format!("Bearer {secret}"))
    }

    pub(super) fn product(mut self, product: &str) -> Self {
        product.clone_into(&mut self.product);
        self
    }

    pub(super) fn target(mut self, target: &str) -> Self {
        self.target = target.as_bytes().to_vec();
        self
    }

    pub(super) fn host(mut self, host: Option<&str>) -> Self {
        self.host = host.map(str::to_owned);
        self
    }

    pub(super) fn proto(mut self, proto: Option<&str>) -> Self {
        self.proto = proto.map(str::to_owned);
        self
    }

    pub(super) fn address(mut self, address: Option<&str>) -> Self {
        self.address = address.map(str::to_owned);
        self
    }

    pub(super) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// What a proxy sends to the gate.
    pub(super) fn put(&self, way: Way) -> Request {
        let product = &self.product;
        let request = match way {
            Way::Verify => self.described("X-Original-", &format!("/verify/{product}")),
            Way::VerifyByHost => self.described("X-Original-", "/verify"),
            Way::ForwardAuth => self.described("X-Forwarded-", &format!("/forward-auth/{product}")),
            Way::ForwardAuthByHost => self.described("X-Forwarded-", "/forward-auth"),
            Way::ExtAuthz => {
                let target = [format!("/ext-authz/{product}").as_bytes(), &self.target].concat();
                let host = self.host.as_deref().unwrap_or_default();
                let request = Request::new(&self.method, target).header("Host", host);
                let request = line(request, "X-Forwarded-Proto", self.proto.as_ref());
                line(request, "X-Forwarded-For", self.address.as_ref())
            }
        };
        self.with_own_headers(request)
    }

    /// The question of a proxy that describes the request in headers of one family.
    fn described(&self, family: &str, endpoint: &str) -> Request {
        let address = if family == "X-Original-" { "X-Real-IP" } else { "X-Forwarded-For" };
        let request = Request::new("GET", endpoint)
            .header("Host", "localhost")
            .header(&format!("{family}URI"), &self.target)
            .header(&format!("{family}Method"), &self.method);
        let request = line(request, &format!("{family}Host"), self.host.as_ref());
        let request = line(request, &format!("{family}Proto"), self.proto.as_ref());
        line(request, address, self.address.as_ref())
    }

    /// What `explain` is asked about it, its one credential in one of `places`; `Err` says why no
    /// command line can put it.
    pub(super) fn question(&self, places: &[&str]) -> Result<Question, &'static str> {
        let text = |bytes: &[u8], what| String::from_utf8(bytes.to_vec()).map_err(|_| what);
        let target = text(&self.target, "an argument is text")?;
        if !target.starts_with('/') {
            return Err("a URL's path begins with a slash");
        }
        let (proto, host) = (self.proto.as_deref().unwrap_or("http"), self.host.as_deref());
        if !["http", "https"].contains(&proto) {
            return Err("a URL's scheme is http or https");
        }
        let is_place = |name: &str| places.iter().any(|place| place.eq_ignore_ascii_case(name));
        let (credentials, others): (Vec<_>, Vec<_>) =
            self.headers.iter().partition(|(name, _)| is_place(name) || is_place_of_all(name));
        let key = match credentials[..] {
            [] => None,
            [(name, value)] if is_place(name) => {
                let value = text(value, "standard input is read as text")?;
                let is_bearer = name.eq_ignore_ascii_case("authorization");
                let bare = if is_bearer { value.strip_prefix("Bearer ") } else { Some(&*value) };
                Some(bare.ok_or("the scheme is written for it")?.to_owned())
            }
            [_] => return Err("a credential stands where the product lists it"),
            _ => return Err("one credential is read"),
        };
        let line = |(name, value): &(String, Vec<u8>)| {
            text(value, "an argument is text").map(|value| (name.clone(), value))
        };
        Ok(Question {
            method: self.method.clone(),
            url: host.map_or_else(|| target.clone(), |host| format!("{proto}://{host}{target}")),
            key: key.map(Into::into),
            key_id: None,
            product: Some(self.product.clone()),
            ip: self.address.as_deref().and_then(|address| address.parse().ok()),
            headers: others.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }

    /// The request itself, as its client sends it. Where it came from elsewhere or by https, it says
    /// so as a balancer would: an nginx that stands behind one believes it, any other does not.
    pub(super) fn itself(&self) -> Request {
        let request = Request::new(&self.method, &self.target)
            .header("Host", self.host.as_deref().unwrap_or_default());
        let (elsewhere, secure) = (
            self.address.as_ref().filter(|address| *address != HERE),
            self.proto.as_ref().filter(|proto| *proto != "http"),
        );
        let request = line(request, "X-Forwarded-For", elsewhere);
        self.with_own_headers(line(request, "X-Forwarded-Proto", secure))
    }

    fn with_own_headers(&self, request: Request) -> Request {
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// Whether any of the tests' products reads a secret there.
fn is_place_of_all(name: &str) -> bool {
    ["authorization", "x-api-key"].iter().any(|place| place.eq_ignore_ascii_case(name))
}

fn line(request: Request, name: &str, value: Option<&String>) -> Request {
    match value {
        Some(value) => request.header(name, value),
        None => request,
    }
}
