//! `/console/products/ID/test`: a request that nobody sent, and the decision about it step by step.

use maud::{Markup, html};

use crate::http::ui::field::{Choice, Field, Select};
use crate::http::ui::form::{Button, Errors, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Crumb, Head, Tone, badge, card};

/// The page's title.
pub const TITLE: &str = "Test a route";

/// A question to the gate, and its answer.
#[derive(Clone, Copy)]
pub struct TesterView<'a> {
    /// The product's id.
    pub product: &'a str,
    /// Its name.
    pub product_name: &'a str,
    /// The session's form token.
    pub form_token: &'a str,
    /// What was asked.
    pub asked: Asked<'a>,
    /// What is wrong with the question.
    pub errors: Errors<'a>,
    /// The answer.
    pub verdict: Option<Verdict<'a>>,
}

/// A question to the gate. The key's secret is never sent back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The request's method.
    pub method: &'a str,
    /// Its URL.
    pub url: &'a str,
    /// The id of the key that it is judged for.
    pub key_id: &'a str,
    /// The client's address.
    pub ip: &'a str,
}

/// An answer of the gate.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    /// Whether the request would pass.
    pub is_allowed: bool,
    /// The status of the answer.
    pub status: u16,
    /// The code of a refusal; empty for an allow.
    pub code: &'a str,
    /// What the caller is told; empty for an allow.
    pub message: &'a str,
    /// The steps, in their order.
    pub steps: &'a [Step<'a>],
}

/// One step of a decision.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it compared.
    pub compared: &'a str,
    /// Whether the request got past it.
    pub is_passed: bool,
}

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The page's body.
#[must_use]
pub fn page(view: &TesterView<'_>) -> Markup {
    let own = format!("/console/products/{}", view.product);
    let crumbs = [
        Crumb { label: "Products", href: "/console/products" },
        Crumb { label: view.product_name, href: &own },
    ];
    let about = html! { "The gate's own decision, with what each step compares. Nothing is sent." };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        (view.errors)
        div.columns {
            (card("Request", &post(&format!("{own}/test"), view.form_token, &question(view))))
            @if let Some(verdict) = &view.verdict { (card("Decision", &answer(verdict))) }
        }
    }
}

fn question(view: &TesterView<'_>) -> Markup {
    let (asked, errors) = (view.asked, view.errors);
    let methods = METHODS.map(|method| Choice { value: method, label: method, help: "" });
    html! {
        div.pair {
            (Select::new("method", "Method", &methods, asked.method))
            (Field::text("ip", "Client's address").optional().value(asked.ip).error(errors.of("ip"))
                .example("203.0.113.7"))
        }
        (Field::text("url", "URL or path").value(asked.url).error(errors.of("url"))
            .example("/v1/products"))
        (Field::text("key_id", "Key id").optional().value(asked.key_id).error(errors.of("key_id"))
            .example("key_…").help("Judges for this key, without its secret."))
        (Field::new_password("key", "Or a secret").optional().error(errors.of("key"))
            .help("Judged as a caller would present it. It is neither kept nor shown again."))
        div.actions { (Button::primary("Decide")) }
    }
}

fn answer(verdict: &Verdict<'_>) -> Markup {
    let (tone, word) = if verdict.is_allowed { (Tone::Good, "Allow") } else { (Tone::Bad, "Deny") };
    html! {
        div.row { (badge(tone, word)) strong { (verdict.status) " " code { (verdict.code) } } }
        @if !verdict.message.is_empty() { p { (verdict.message) } }
        ol.steps {
            @for step in verdict.steps {
                li.done[step.is_passed].failed[!step.is_passed] {
                    @if step.is_passed { (Icon::Check) } @else { (Icon::Error) }
                    div {
                        strong {
                            (step.name)
                            span.hidden { @if step.is_passed { ": passed" } @else { ": failed" } }
                        }
                        p { (step.compared) }
                    }
                }
            }
        }
    }
}
