//! The decision table, row by row: each case directly at the gate in every dialect, then through the
//! real nginx, where the client must see the same verdict, and the back end who asks and no key.

mod brands;
mod contract;
mod every;
mod example;
mod explained;
mod lab;
mod marketplace;
mod time;
mod whale;
mod wildcards;

use std::collections::BTreeMap;

use super::asked::{Asked, Way};
use super::verdict::{self, Denial, Verdict};
use crate::harness::{BackEnd, Client, Instance, Key, Nginx, Plugins, WORKSPACE};

/// The shipped products and two that use what those do not, behind one nginx.
struct World {
    gate: Client,
    front: Client,
    // Ends before the server that it asks.
    _nginx: Nginx,
    back_end: BackEnd,
    instance: Instance,
}

impl World {
    fn start() -> Self {
        let plugins = Plugins::shipped().and("lab", lab::LAB).and("sealed", lab::SEALED);
        Self::over(&plugins, &["whale", "brands", "lab", "sealed"], Nginx::start)
    }

    /// Those products, behind an nginx that `start` starts for some of them.
    fn over(
        plugins: &Plugins,
        products: &[&str],
        start: fn(&Instance, &BackEnd, &[&str]) -> Nginx,
    ) -> Self {
        let (instance, back_end) = (Instance::start(plugins), BackEnd::start());
        let nginx = start(&instance, &back_end, products);
        Self { gate: instance.client(), front: nginx.client(), _nginx: nginx, back_end, instance }
    }

    /// Holds every case, and names all that fail.
    fn check(&self, cases: Vec<Case>) {
        let mut failures = Vec::new();
        for case in cases {
            failures.extend(self.failure(&case).map(|failure| format!("{}: {failure}", case.name)));
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    fn failure(&self, case: &Case) -> Option<String> {
        let first = case.ways[0];
        let told = self.directly(&case.asked, first);
        if let Some(failure) = case.expected.failure(&told) {
            return Some(failure);
        }
        if let Some(failure) = explained::failure(&self.instance, case, &told) {
            return Some(failure);
        }
        let told = comparable(told, &case.asked);
        for way in &case.ways {
            let other = comparable(self.directly(&case.asked, *way), &case.asked);
            if other != told {
                return Some(format!("{first:?} says {told:?}, {way:?} says {other:?}"));
            }
        }
        if case.is_direct_only {
            return None;
        }
        let front = comparable(self.through_nginx(case), &case.asked);
        (front != told).then(|| format!("{first:?} says {told:?}, nginx lets through {front:?}"))
    }

    fn directly(&self, asked: &Asked, way: Way) -> Verdict {
        verdict::direct(way, asked.is_head(), &self.gate.send(&asked.put(way)))
    }

    fn through_nginx(&self, case: &Case) -> Verdict {
        self.back_end.take();
        let request = case.asked.itself();
        let answer = self.front.send(&request);
        let received = self.back_end.take();
        verdict::through(&request, &answer, &received, case.credentials)
    }
}

/// What every way must agree on: not the words for a dialect's headers, nor the body that an answer
/// to HEAD does not have.
fn comparable(verdict: Verdict, asked: &Asked) -> Verdict {
    match verdict.without_dialect() {
        Verdict::Denied(denial) if asked.is_head() => {
            Verdict::Denied(Denial { error: serde_json::Map::new(), ..denial })
        }
        other => other,
    }
}

/// One row.
struct Case {
    name: &'static str,
    asked: Asked,
    expected: Expected,
    /// The headers that must not reach the back end.
    credentials: &'static [&'static str],
    ways: Vec<Way>,
    is_direct_only: bool,
}

/// What is to come of it.
enum Expected {
    Pass(BTreeMap<String, String>),
    Denied { denial: Denial },
}

/// What a product's file says, as far as a case depends on it.
#[derive(Clone, Copy)]
struct Product {
    id: &'static str,
    host: &'static str,
    resource: Option<&'static str>,
    credentials: &'static [&'static str],
}

impl Product {
    fn ask(self, method: &str, target: &str) -> Asked {
        Asked::of(self.id, self.host, method, target)
    }

    /// A request that presents `secret` where this product looks first.
    fn present(self, secret: &str, method: &str, target: &str) -> Asked {
        let asked = self.ask(method, target);
        match self.credentials[0] {
            "authorization" => asked.bearer(secret),
            name => asked.header(name, secret),
        }
    }

    /// A case that passes as `identity` says.
    fn passes(self, name: &'static str, asked: Asked, identity: &Identity<'_>) -> Case {
        self.case(name, asked, Expected::Pass(identity.headers(self)))
    }

    /// A case that passes without a look at any key.
    fn is_open(self, name: &'static str, asked: Asked) -> Case {
        let nobody = Identity {
            key: "-",
            environment: "-",
            scopes: "-",
            ids: "-",
            workspace: "-",
            plan: "-",
        };
        self.passes(name, asked, &nobody)
    }

    /// A case that is denied by the row of `code`.
    fn denies(self, name: &'static str, asked: Asked, code: &str) -> Case {
        let (status, kind) = row(code);
        let mut error = serde_json::Map::new();
        error.insert("type".into(), kind.into());
        error.insert("code".into(), code.into());
        let challenge = matches!(status, 401 | 403).then(|| self.challenge(code));
        if status == 503 {
            error.insert("retry_after".into(), 5.into());
        }
        let retry_after = (status == 503).then(|| "5".to_owned());
        let denial = Denial { status, error, challenge, retry_after };
        self.case(name, asked, Expected::Denied { denial })
    }

    /// What a client is told to present; where a product takes part in OAuth, an app's way on too.
    fn challenge(self, code: &str) -> String {
        let bare = format!("Bearer realm=\"{}\"{}", self.id, challenge_of(code));
        let Some(scopes) = default_scopes(self.id) else { return bare };
        let scopes = match code {
            "missing_credential" | "invalid_key" => format!(", scope=\"{scopes}\""),
            _ => String::new(),
        };
        format!("{bare}{scopes}{METADATA}\"https://{}{WELL_KNOWN}\"", self.host)
    }

    fn case(self, name: &'static str, asked: Asked, expected: Expected) -> Case {
        let (credentials, ways) = (self.credentials, Way::ALL.to_vec());
        Case { name, asked, expected, credentials, ways, is_direct_only: false }
    }
}

/// The table: each code's status and type.
fn row(code: &str) -> (u16, &'static str) {
    match code {
        "invalid_request" | "ambiguous_credential" | "ambiguous_path" => {
            (400, "invalid_request_error")
        }
        "missing_credential" | "invalid_key" | "revoked_key" | "expired_key" => {
            (401, "authentication_error")
        }
        "https_required" | "ip_not_allowed" | "wrong_environment" | "route_not_declared"
        | "insufficient_scope" => (403, "permission_error"),
        "resource_mismatch" => (403, "the case says it"),
        "unavailable" => (503, "api_error"),
        _ => panic!("{code} is no row of the table"),
    }
}

/// Where the document about a resource is named, and where it lies.
const METADATA: &str = ", resource_metadata=";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The scopes that an app begins with, of the shipped products that take part in OAuth.
fn default_scopes(product: &str) -> Option<&'static str> {
    match product {
        "example" => {
            Some("read:users write:users read:products write:products read:orders write:orders")
        }
        "stores" => Some("read:store read:products read:categories"),
        _ => None,
    }
}

fn challenge_of(code: &str) -> &'static str {
    match code {
        "invalid_key" | "revoked_key" | "expired_key" => ", error=\"invalid_token\"",
        "insufficient_scope" => ", error=\"insufficient_scope\"",
        _ => "",
    }
}

impl Case {
    /// What the key would have needed.
    fn needing(mut self, scopes: &str) -> Self {
        if let Expected::Denied { denial } = &mut self.expected {
            denial.error.insert("required_scope".into(), scopes.into());
            let challenge = denial.challenge.take().unwrap();
            let (bare, metadata) =
                challenge.split_at(challenge.find(METADATA).unwrap_or(challenge.len()));
            denial.challenge = Some(format!("{bare}, scope=\"{scopes}\"{metadata}"));
        }
        self
    }

    /// The resource whose id is foreign, and the type that its product gives to that.
    fn mismatching(mut self, resource: &str, kind: &str) -> Self {
        if let Expected::Denied { denial } = &mut self.expected {
            denial.error.insert("resource".into(), resource.into());
            denial.error.insert("type".into(), kind.into());
        }
        self
    }

    /// No client of the tests' nginx can bring it about.
    fn direct(self) -> Self {
        Self { is_direct_only: true, ..self }
    }

    /// Only these ways can put it.
    fn by(self, ways: &[Way]) -> Self {
        Self { ways: ways.to_vec(), ..self }.direct()
    }

    /// No product was found that could challenge.
    fn without_challenge(mut self) -> Self {
        if let Expected::Denied { denial } = &mut self.expected {
            denial.challenge = None;
        }
        self
    }
}

impl Expected {
    fn failure(&self, told: &Verdict) -> Option<String> {
        let (expected, told) = match (self, told) {
            (Self::Pass(expected), Verdict::Pass(told)) => {
                (format!("{expected:?}"), format!("{told:?}"))
            }
            (Self::Denied { denial }, Verdict::Denied(told)) => {
                // The words are the product's own business; that there are some is held already.
                let mut told = told.clone();
                told.error.remove("message");
                if *denial == told {
                    return None;
                }
                (format!("{denial:?}"), format!("{told:?}"))
            }
            (Self::Pass(_), told) => ("a pass".to_owned(), format!("{told:?}")),
            (Self::Denied { denial }, told) => (format!("{denial:?}"), format!("{told:?}")),
        };
        (expected != told).then(|| format!("expected {expected}, told {told}"))
    }
}

/// Who asks, as the back end is told; what is the same for every key of the tests is left out.
struct Identity<'k> {
    key: &'k str,
    environment: &'k str,
    scopes: &'k str,
    ids: &'k str,
    workspace: &'k str,
    plan: &'k str,
}

/// A live key of the tests' workspace with these scopes, bound to these ids.
fn live<'k>(key: &'k str, scopes: &'k str, ids: &'k str) -> Identity<'k> {
    let (workspace, plan) = (WORKSPACE, "enterprise");
    Identity { key, environment: "live", scopes, ids, workspace, plan }
}

impl Identity<'_> {
    fn headers(&self, product: Product) -> BTreeMap<String, String> {
        let subject = match self.key {
            "-" => "-".to_owned(),
            key => format!("key:{key}"),
        };
        let headers = [
            ("subject", subject.as_str()),
            ("key", self.key),
            ("client", "-"),
            ("owner", "-"),
            ("workspace", self.workspace),
            ("product", product.id),
            ("plan", self.plan),
            ("environment", self.environment),
            ("scopes", self.scopes),
        ];
        let resource = product.resource.map(|resource| (resource, self.ids));
        let header = |(name, value): (&str, &str)| (format!("x-keystile-{name}"), value.to_owned());
        headers.into_iter().chain(resource).map(header).collect()
    }
}

/// A key, and its id as a text to compare with.
struct Named {
    key: Key,
    id: String,
}

impl From<Key> for Named {
    fn from(key: Key) -> Self {
        let id = key.id.to_string();
        Self { key, id }
    }
}

impl Named {
    fn secret(&self) -> &str {
        &self.key.secret
    }
}
