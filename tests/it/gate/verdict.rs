//! What an answer says, and what is true of every answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::asked::Way;
use crate::harness::back_end::Received;
use crate::harness::{Answer, Request};

/// What the gate says of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It passes, and the back end is told this.
    Pass(BTreeMap<String, String>),
    /// It does not.
    Denied(Denial),
}

/// A denial, without what differs from one asking to the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Denial {
    /// The true status.
    pub(super) status: u16,
    /// The fields of the body's `error`, but for `request_id`.
    pub(super) error: Map<String, Value>,
    pub(super) challenge: Option<String>,
    pub(super) retry_after: Option<String>,
}

impl Denial {
    pub(super) fn code(&self) -> &str {
        self.error.get("code").and_then(Value::as_str).unwrap_or_default()
    }
}

impl Verdict {
    /// The code of a denial, or `pass`.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Pass(_) => "pass",
            Self::Denied(denial) => denial.code(),
        }
    }

    /// The same, without words that name a dialect's headers.
    pub(super) fn without_dialect(mut self) -> Self {
        if let Self::Denied(denial) = &mut self
            && denial.code() == "invalid_request"
        {
            denial.error.remove("message");
        }
        self
    }
}

/// Headers of the gate that say nothing about who asks.
const NOT_IDENTITY: [&str; 3] = ["x-keystile-status", "x-keystile-code", "x-keystile-body"];

fn identity(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let is_identity = |name: &str| name.starts_with("x-keystile-") && !NOT_IDENTITY.contains(&name);
    let lines: Vec<_> = headers.iter().filter(|(name, _)| is_identity(name)).collect();
    let identity: BTreeMap<_, _> = lines.iter().map(|it| (it.0.clone(), it.1.clone())).collect();
    assert_eq!(identity.len(), lines.len(), "an identity header stands twice: {headers:?}");
    identity
}

/// Reads the gate's answer to a question that was put in `way`.
pub(super) fn direct(way: Way, is_head: bool, answer: &Answer) -> Verdict {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    for absent in ["set-cookie", "location"] {
        assert_eq!(answer.header(absent), None, "{answer:?}");
    }
    let id = answer.header("x-request-id").expect("every answer bears a request id");
    assert!((8..=128).contains(&id.len()), "{id}");
    for (name, value) in &answer.headers {
        assert!(value.len() < 4_096, "{name} has {} bytes", value.len());
    }
    if answer.status == 200 {
        return Verdict::Pass(pass(answer));
    }

    let status: u16 = answer.header("x-keystile-status").unwrap().parse().unwrap();
    let shown = match (way.is_nginx(), status) {
        (true, 401) => 401,
        (true, _) => 403,
        (false, status) => status,
    };
    assert_eq!(answer.status, shown, "{answer:?}");
    assert_eq!(answer.header("x-keystile-body").is_some(), way.is_nginx(), "{answer:?}");
    assert!(identity(&answer.headers).is_empty(), "a denial says who asks: {answer:?}");
    // Envoy asks with the request's own method: an answer to HEAD has no body.
    if way == Way::ExtAuthz && is_head {
        assert!(answer.body.is_empty());
        let code = answer.header("x-keystile-code").unwrap();
        let error = Map::from_iter([("code".to_owned(), Value::from(code))]);
        return denied(status, error, answer);
    }
    if way.is_nginx() {
        assert_eq!(answer.header("x-keystile-body"), Some(answer.text().as_str()));
    }
    let error = error(answer, id);
    assert_eq!(answer.header("x-keystile-code"), error["code"].as_str(), "{answer:?}");
    denied(status, error, answer)
}

fn pass(answer: &Answer) -> BTreeMap<String, String> {
    assert!(answer.body.is_empty(), "an allowing answer has no body: {answer:?}");
    for absent in ["x-keystile-status", "x-keystile-code", "x-keystile-body", "www-authenticate"] {
        assert_eq!(answer.header(absent), None, "{answer:?}");
    }
    let identity = identity(&answer.headers);
    for (name, value) in &identity {
        assert!(!value.is_empty(), "{name} is empty: proxies would drop it");
    }
    identity
}

/// The fields of a denial's body, its request id taken out.
fn error(answer: &Answer, request_id: &str) -> Map<String, Value> {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    assert!(answer.body.iter().all(is_plain), "one line of visible ASCII: {}", answer.text());
    let mut body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    let mut error = body["error"].take().as_object().cloned().expect("an error is an object");
    assert_eq!(error.remove("request_id"), Some(Value::from(request_id)), "{answer:?}");
    for field in ["type", "code", "message"] {
        let is_told = error[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_told, "{field} is missing: {error:?}");
    }
    error
}

fn denied(status: u16, error: Map<String, Value>, answer: &Answer) -> Verdict {
    let header = |name: &str| answer.header(name).map(str::to_owned);
    let (challenge, retry_after) = (header("www-authenticate"), header("retry-after"));
    Verdict::Denied(Denial { status, error, challenge, retry_after })
}

/// Reads what a client of a proxy got, and what the back end got.
pub(super) fn through(
    request: &Request,
    answer: &Answer,
    received: &[Received],
    credentials: &[&str],
) -> Verdict {
    for (name, _) in &answer.headers {
        assert!(!name.starts_with("x-keystile-"), "{name} reached the client: {answer:?}");
    }
    let id = answer.header("x-request-id").expect("the proxy gives every request an id");
    let [received] = received else {
        assert!(received.is_empty(), "two requests of one reached the back end: {received:?}");
        assert_ne!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        if request.method == "HEAD" {
            return denied(answer.status, Map::new(), answer);
        }
        return denied(answer.status, error(answer, id), answer);
    };
    assert_eq!(answer.status, 200, "the back end's own answer: {answer:?}");
    assert_eq!(received.method, request.method);
    assert_eq!(received.target.as_bytes(), request.target, "the target as it was judged");
    assert_eq!(received.header("x-request-id"), Some(id));
    for absent in credentials.iter().chain(&NOT_IDENTITY) {
        assert_eq!(received.header(absent), None, "{absent} reached the back end: {received:?}");
    }
    for (name, value) in &received.headers {
        assert!(!name.starts_with("x-original-"), "{name} reached the back end: {received:?}");
        assert!(!value.contains("_live_"), "a key reached the back end in {name}: {received:?}");
    }
    Verdict::Pass(identity(&received.headers))
}
