//! `/console/products/ID/test`: what the gate would decide, step by step.

use std::net::IpAddr;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::named;
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::views::products::tester::{
    self as view, Asked, Step, TesterView, Verdict,
};
use crate::http::console::wrong::Wrong;
use crate::http::control::{Question, explain};
use crate::http::ui::form::Errors;
use crate::http::web::{Form, Reply, Visit};
use crate::id::KeyId;

/// What is decided about a question, as `keystile explain --json` prints it.
#[derive(Deserialize)]
struct Told {
    verdict: String,
    status: u16,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    steps: Vec<ToldStep>,
}

#[derive(Deserialize)]
struct ToldStep {
    outcome: String,
    step: String,
    compared: String,
}

/// The form.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, Asked { method: "GET", ..Asked::default() }, Errors::default(), None)
}

fn shown(
    visit: &Visit<'_>,
    asked: Asked<'_>,
    errors: Errors<'_>,
    verdict: Option<Verdict<'_>>,
) -> Result<Reply> {
    let product = named(visit)?;
    let view = TesterView {
        product: &product.id,
        product_name: &product.name,
        form_token: &visit.holder()?.form_token,
        asked,
        errors,
        verdict,
    };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

/// The answer to a question. Nothing changes by it; it is a form because a secret may be typed, which
/// belongs into no address.
///
/// # Errors
/// `NotFound`.
pub fn decide(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&["method", "url", "ip", "key_id", "key"])?;
    let asked = Asked {
        method: form.one("method")?,
        url: form.one("url")?.trim(),
        key_id: form.one("key_id")?.trim(),
        ip: form.one("ip")?.trim(),
    };
    let told = match question(visit, asked, form)? {
        Ok(question) => told(visit, &question)?,
        Err(wrong) => Err(wrong),
    };
    let told = match told {
        Ok(told) => told,
        Err(wrong) => {
            return Ok(shown(visit, asked, wrong.errors(), None)?.status(wrong.status));
        }
    };
    let steps: Vec<Step<'_>> = told.steps.iter().map(ToldStep::view).collect();
    let verdict = Verdict {
        is_allowed: told.verdict == "allow",
        status: told.status,
        code: &told.code,
        message: &told.message,
        steps: &steps,
    };
    shown(visit, asked, Errors::default(), Some(verdict))
}

impl ToldStep {
    fn view(&self) -> Step<'_> {
        Step { name: &self.step, compared: &self.compared, is_passed: self.outcome == "pass" }
    }
}

fn question<'f>(
    visit: &Visit<'_>,
    asked: Asked<'_>,
    form: &Form,
) -> Result<Result<Question, Wrong<'f>>> {
    let Ok(ip) = optional::<IpAddr>(asked.ip) else {
        return Ok(Err(Wrong::input("ip", "That is no address: write 203.0.113.7 or 2001:db8::7")));
    };
    let key_id = match optional::<KeyId>(asked.key_id) {
        Ok(key_id) => key_id,
        Err(error) => return Ok(Err(Wrong::input("key_id", error.to_string()))),
    };
    let secret = form.one("key")?.trim();
    if key_id.is_some() && !secret.is_empty() {
        return Ok(Err(Wrong::input("key", "Give a key's id or a secret, not both")));
    }
    Ok(Ok(Question {
        method: asked.method.to_owned(),
        url: asked.url.to_owned(),
        key: (!secret.is_empty()).then(|| Zeroizing::new(secret.to_owned())),
        key_id,
        product: Some(named(visit)?.id.clone()),
        ip,
        headers: Vec::new(),
    }))
}

/// What stands in a field that may stay empty.
fn optional<T: std::str::FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn told<'f>(visit: &Visit<'_>, question: &Question) -> Result<Result<Told, Wrong<'f>>> {
    match explain(visit.app, question) {
        Ok(told) => serde_json::from_value(told)
            .map(Ok)
            .map_err(|error| Error::internal("a decision cannot be read").because(error)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(Err(Wrong::input("key_id", "There is no such key")))
        }
        Err(error) => Ok(Err(Wrong::of("url", error)?)),
    }
}
