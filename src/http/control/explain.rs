//! `explain`: the gate's own decision about a request that nobody sent, with what each step
//! compared.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::command::Question;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::gate::{missed_by, name_of, status_of};
use crate::http::in_force::InForce;
use crate::keys::{Giver, Key};
use crate::oauth::tokens::ACCESS_PREFIX;
use crate::principals::{Found, Presented};
use crate::registry::{Credential, Product, Registry, normalised_host};
use crate::verify::{
    Asked, Counting, HeaderLine, Headers, Lookup, Pass, Refusal, Seen, Stop, Verifier,
};

/// A step, and how it went.
#[derive(Serialize)]
struct Judged {
    outcome: &'static str,
    #[serde(flatten)]
    seen: Seen,
}

/// Judges the request that a question describes, as nginx would put it.
///
/// # Errors
/// `Invalid` for a URL that is none; `NotFound` for an unknown key id; as the store's.
pub(in crate::http) fn explain(app: &App, question: &Question) -> Result<Value> {
    let in_force = InForce::of(app);
    let verifier = Verifier {
        registry: &in_force.registry,
        principals: &app.principals,
        limiter: &app.limiter,
        plans: &in_force.plans,
        counting: Counting::Looked,
    };
    let url = Url::parse(&question.url)?;
    let keys = in_force.keys(app, Giver::Operator);
    let key = question.key_id.map(|id| keys.show(id, app.clock.now())).transpose()?;
    let instead = key.as_ref().map(|key| worth(app, key)).transpose()?;
    // A key's own product, where neither a name nor a host says another.
    let own = key.filter(|_| url.host.is_none()).map(|key| key.product);
    let product = question.product.clone().or(own);
    refuse_secrets(question, &in_force.registry)?;
    let lines = lines(question, &url, &verifier);
    let lines: Vec<HeaderLine<'_>> =
        lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let asked = Asked::by_nginx(product.as_deref(), Headers::over(&lines));
    let mut seen: Vec<Seen> = Vec::new();
    let lookup = instead.map_or(Lookup::Warm, Lookup::Instead);
    let mut verdict = verifier.verify(&asked, lookup, app.clock.now(), &mut seen);
    if let Err(Stop::Cold(presented)) = verdict {
        seen.clear();
        let found = app.principals.load(&presented).map_err(|fault| fault.to_string());
        verdict = verifier.verify(&asked, Lookup::Done(found), app.clock.now(), &mut seen);
    }
    told(&verdict, seen)
}

/// Refuses a header that holds a secret: it came from a command's arguments, which shells remember.
fn refuse_secrets(question: &Question, registry: &Registry) -> Result<()> {
    let is_credential = |name: &str| {
        let of = |product: &Arc<Product>| product.credentials.iter().any(|it| it.header() == name);
        name == "authorization" || registry.products().any(of)
    };
    let named = question.headers.iter().map(|(name, _)| name.to_lowercase());
    match named.into_iter().find(|name| is_credential(name)) {
        None => Ok(()),
        Some(name) => Err(Error::invalid(format!(
            "`{name}` holds a secret, which is never an argument: `--key -` reads it from standard \
             input"
        ))),
    }
}

/// What the key's newest secret is worth.
fn worth(app: &App, key: &Key) -> Result<Found> {
    let newest = key.secrets.first();
    let newest = newest.ok_or_else(|| Error::conflict(format!("{} has no secret", key.id)))?;
    Ok(app.principals.load(&Presented::Key(newest.digest))?)
}

/// The header lines that nginx would send for the question.
fn lines(question: &Question, url: &Url<'_>, verifier: &Verifier<'_>) -> Vec<(String, String)> {
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut lines = vec![
        line("x-original-uri", &url.target),
        line("x-original-method", &question.method),
        line("x-original-proto", url.scheme.unwrap_or("http")),
    ];
    lines.extend(url.host.map(|host| line("x-original-host", host)));
    lines.extend(question.ip.map(|ip| line("x-real-ip", &ip.to_string())));
    if let Some(secret) = &question.key {
        let host = url.host.and_then(normalised_host);
        let product = verifier.product_of(question.product.as_deref(), host.as_deref());
        lines.push(credential(product.map(AsRef::as_ref), secret));
    }
    let given = question.headers.iter();
    lines.extend(given.map(|(name, value)| (name.to_lowercase(), value.clone())));
    lines
}

fn credential(product: Option<&Product>, secret: &str) -> (String, String) {
    match product.and_then(|product| product.credentials.first()) {
        Some(Credential::Header(name)) if !secret.starts_with(ACCESS_PREFIX) => {
            (name.clone(), secret.to_owned())
        }
        Some(_) | None => ("authorization".to_owned(), format!("Bearer {secret}")),
    }
}

fn told(verdict: &Result<Pass<'_>, Stop<'_>>, seen: Vec<Seen>) -> Result<Value> {
    let mut told = match verdict {
        Ok(pass) => json!({ "verdict": "allow", "status": 200, "product": pass.product.id }),
        Err(Stop::Refused { refusal, product, .. }) => told_refusal(refusal, *product),
        Err(Stop::Cold(_)) => return Err(Error::internal("a look-up was asked for twice")),
    };
    let last = seen.len().saturating_sub(1);
    let judged = |(place, seen): (usize, Seen)| {
        let is_failed = verdict.is_err() && place == last;
        Judged { outcome: if is_failed { "fail" } else { "pass" }, seen }
    };
    let steps: Vec<Judged> = seen.into_iter().enumerate().map(judged).collect();
    told["steps"] = json!(steps);
    Ok(told)
}

fn told_refusal(refusal: &Refusal, product: Option<&Arc<Product>>) -> Value {
    let mut told = json!({
        "verdict": "deny",
        "status": status_of(refusal),
        "code": refusal.code(),
        "type": refusal.error_type(),
        "message": refusal.message(name_of(product.map(AsRef::as_ref))),
    });
    if let Some(product) = product {
        told["product"] = json!(product.id);
    }
    if let Refusal::Unavailable(undecided) = refusal {
        told["reason"] = json!(undecided.to_string());
    }
    if let Some((field, value)) = missed_by(refusal) {
        told[field] = json!(value);
    }
    told
}

/// A URL taken apart as a client would, without changing a byte of its target:
/// `[https://HOST]/path?query`.
struct Url<'a> {
    scheme: Option<&'a str>,
    host: Option<&'a str>,
    target: Cow<'a, str>,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Result<Self> {
        if text.starts_with('/') {
            return Ok(Self { scheme: None, host: None, target: text.into() });
        }
        let refused = || {
            Error::invalid(format!(
                "`{text}` is no URL: write https://HOST/PATH, or /PATH with --product"
            ))
        };
        let (scheme, behind) = text.split_once("://").ok_or_else(refused)?;
        let mut known = ["http", "https"].into_iter();
        let scheme = known.find(|it| it.eq_ignore_ascii_case(scheme)).ok_or_else(refused)?;
        let (host, target) = behind.split_at(behind.find(['/', '?']).unwrap_or(behind.len()));
        if host.is_empty() || host.contains('@') {
            return Err(refused());
        }
        // A client begins the path that is left out.
        let is_whole = target.starts_with('/');
        let target = if is_whole { target.into() } else { format!("/{target}").into() };
        Ok(Self { scheme: Some(scheme), host: Some(host), target })
    }
}
