//! The first card of a new instance: what is left to do until a request is verified.

use maud::{Markup, html};

use super::refusals::advice;
use crate::clock::Timestamp;
use crate::http::ui::form::{Button, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::parts::{Tone, badge, titled};
use crate::http::ui::time::time;

/// The way from an empty instance to its first verified request.
#[derive(Clone, Copy, Debug)]
pub struct FirstSteps<'a> {
    /// A workspace, once there is one.
    pub workspace: Option<&'a str>,
    /// Whether there is a key.
    pub has_key: bool,
    /// The product whose proxy configuration is copied.
    pub product: Option<&'a str>,
    /// What became of the first request.
    pub request: FirstRequest<'a>,
    /// The session's form token.
    pub form_token: &'a str,
}

/// What became of the first request.
#[derive(Clone, Copy, Debug)]
pub enum FirstRequest<'a> {
    /// None has arrived.
    Awaited,
    /// None has arrived but some without a good key, which anybody may have sent.
    Stranger {
        /// The code of the latest one.
        code: &'a str,
        /// When that was.
        at: Timestamp,
        /// Where it came from, where all came from there.
        from: Option<&'a str>,
    },
    /// The latest one with a key was refused.
    Refused {
        /// The code of the latest refusal.
        code: &'a str,
        /// When that was.
        at: Timestamp,
    },
    /// It was verified.
    Verified {
        /// The name of the key that it bore.
        key: &'a str,
        /// The key's page.
        href: &'a str,
        /// When the key was last used.
        at: Timestamp,
    },
}

/// The card. Whoever needs it no longer closes it.
#[must_use]
pub(super) fn first_steps(steps: &FirstSteps<'_>, now: Timestamp) -> Markup {
    let is_done = matches!(steps.request, FirstRequest::Verified { .. });
    let close = Button::plain(if is_done { "Close" } else { "Hide first steps" }).small();
    let beside = html! {
        @if is_done { (badge(Tone::Good, "Done")) }
        (post("/console/first-steps/close", steps.form_token, &close))
    };
    titled("First steps", &beside, &html! { div.body { ol.steps { (list(steps, now)) } } })
}

fn list(steps: &FirstSteps<'_>, now: Timestamp) -> Markup {
    let keys = steps.workspace.map(|slug| format!("/console/workspaces/{slug}/keys/new"));
    let proxy = steps.product.map(|product| format!("/console/products/{product}/proxy"));
    // Whatever was asked here was asked by a proxy.
    let has_proxy = !matches!(steps.request, FirstRequest::Awaited);
    html! {
        (step(steps.workspace.is_some(), "Create a workspace", "The customer who will own keys.",
            Some("/console/workspaces/new")))
        (step(steps.has_key, "Create a key", "It is shown once.", keys.as_deref()))
        (step(has_proxy, "Copy the proxy's configuration",
            "nginx then asks here before it lets a request through.", proxy.as_deref()))
        (request(steps, now))
    }
}

fn step(is_done: bool, label: &str, about: &str, href: Option<&str>) -> Markup {
    html! {
        li.done[is_done] {
            @if is_done { (Icon::Check) } @else { (Icon::Circle) }
            div {
                strong { (label) @if is_done { span.hidden { " (done)" } } }
                p { (about) }
                @if let Some(href) = href.filter(|_| !is_done) {
                    div { (Button::plain(label).to(href).small()) }
                }
            }
        }
    }
}

/// The last step: what the others lead to.
fn request(steps: &FirstSteps<'_>, now: Timestamp) -> Markup {
    const LABEL: &str = "Send a request";
    const HOW: &str =
        "The line on the page of your new key does. This page shows it within seconds.";
    match steps.request {
        FirstRequest::Awaited => step(false, LABEL, HOW, None),
        FirstRequest::Stranger { code, at, from } => html! {
            li {
                (Icon::Circle)
                div {
                    strong { (LABEL) }
                    p { (HOW) }
                    p {
                        "Somebody asked without a good key, " (time(at, now))
                        @if let Some(from) = from { ", from " (from) } ": " code { (code) }
                        ". If that was you: " (advice(code))
                    }
                    (tester(steps))
                }
            }
        },
        FirstRequest::Refused { code, at } => html! {
            li.failed {
                (Icon::Error)
                div {
                    strong { (LABEL) }
                    p { "The latest one with a key was refused, " (time(at, now)) ": " code { (code) } }
                    p { (advice(code)) }
                    (tester(steps))
                }
            }
        },
        FirstRequest::Verified { key, href, at } => html! {
            li.done {
                (Icon::Check)
                div {
                    strong { (LABEL) span.hidden { " (done)" } }
                    p { "Verified " (time(at, now)) ", by the key " a href=(href) { (key) } "." }
                }
            }
        },
    }
}

/// The way to where a request is judged step by step.
fn tester(steps: &FirstSteps<'_>) -> Markup {
    html! {
        @if let Some(product) = steps.product {
            @let tester = format!("/console/products/{product}/test");
            div { (Button::plain("Test a request").to(&tester).small()) }
        }
    }
}
