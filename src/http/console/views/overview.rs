//! `/`: how the instance is doing, for whoever runs it.

use maud::{Markup, html};

use super::first_steps::{FirstSteps, first_steps};
use super::refusals::{Refused, refusals};
use crate::clock::Timestamp;
use crate::http::ui::chart::{Bucket, Chart, Shape, chart};
use crate::http::ui::parts::{
    Figure, Head, Tone, badge, card, count, counted, facts, figures, titled,
};
use crate::http::ui::time::{clock_time, time};
use crate::usage::Slow;

/// The page's title.
pub const TITLE: &str = "Overview";

/// The state of the instance.
#[derive(Clone, Copy)]
pub struct OverviewView<'a> {
    /// Requests of the last full minute.
    pub last_minute: u64,
    /// The last hour by minutes: allowed, refused.
    pub minutes: &'a [Bucket],
    /// The slowest verdict of the last hour among those that had to wait for the database.
    pub slowest: Option<Slow>,
    /// Keys that are good now.
    pub active_keys: u64,
    /// Why requests of the last hour were refused, the most frequent first.
    pub refused: &'a [Refused<'a>],
    /// What differs from what is usual.
    pub unusual: &'a [Unusual<'a>],
    /// When that was looked for; not yet, where there are many keys and the server has just started.
    pub looked_at: Option<Timestamp>,
    /// The instance itself.
    pub health: Health<'a>,
    /// What is left to do on a new instance.
    pub first_steps: Option<FirstSteps<'a>>,
    /// The present instant.
    pub now: Timestamp,
}

/// The instance itself.
#[derive(Clone, Copy)]
pub struct Health<'a> {
    /// The version that runs.
    pub version: &'a str,
    /// Since when.
    pub started_at: Timestamp,
    /// The size of the database and its log.
    pub database_bytes: u64,
    /// Products in force.
    pub products: u64,
    /// Problems of plugin files and settings.
    pub problems: u64,
    /// When files were last loaded.
    pub loaded_at: Timestamp,
}

/// Something that somebody should look at.
#[derive(Clone, Copy)]
pub struct Unusual<'a> {
    /// What was seen, in a sentence.
    pub what: &'a str,
    /// The name of what it was seen at.
    pub subject: &'a str,
    /// Where that can be looked at.
    pub href: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The page's body. The part with `data-refresh` is fetched again every few seconds.
#[must_use]
pub fn page(view: &OverviewView<'_>) -> Markup {
    let about = html! { "The last hour, to the minute." };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! {} })
        div.stack #overview data-refresh {
            @if let Some(steps) = &view.first_steps { (first_steps(steps, view.now)) }
            (numbers(view))
            div.columns {
                div.stack {
                    (card("Requests per minute", &by_minute(view)))
                    (titled("Refusals", &"", &refusals(view.refused, view.now)))
                }
                div.stack {
                    (titled("Unusual activity", &looked_at(view), &html! {
                        div.body { (unusual(view)) }
                    }))
                    (card("This instance", &health(&view.health, view.now)))
                }
            }
        }
    }
}

fn numbers(view: &OverviewView<'_>) -> Markup {
    let sum = |place: usize| -> u64 {
        view.minutes.iter().filter_map(|bucket| bucket.values.get(place)).sum()
    };
    let (allowed, refused) = (sum(0), sum(1));
    let per_mille = (refused * 1_000).checked_div(allowed + refused).unwrap_or(0);
    let figure = |label, value, beside| Figure { label, value, beside };
    figures(&[
        figure("Requests per minute", count(view.last_minute), "now".into()),
        figure("Allowed", count(allowed), "last hour".into()),
        figure("Refused", count(refused), format!("{}.{} %", per_mille / 10, per_mille % 10)),
        figure("Active keys", count(view.active_keys), String::new()),
        slowest(view.slowest),
    ])
}

/// The second in which a verdict took longest. One from memory takes some microseconds, and is not
/// timed.
fn slowest(slow: Option<Slow>) -> Figure<'static> {
    let (value, beside) = match slow {
        None => ("None".to_owned(), "waited for the database".to_owned()),
        Some(Slow { at, millis: 0 }) => ("< 1 ms".to_owned(), clock_time(at)),
        Some(Slow { at, millis }) => (format!("{} ms", count(millis)), clock_time(at)),
    };
    Figure { label: "Slowest second", value, beside }
}

fn by_minute(view: &OverviewView<'_>) -> Markup {
    chart(&Chart {
        title: "Requests per minute",
        series: &["Allowed", "Refused"],
        buckets: view.minutes,
        shape: Shape::Bars,
    })
}

/// When it was looked for, where that is a moment ago.
fn looked_at(view: &OverviewView<'_>) -> Markup {
    let ago = view.looked_at.filter(|at| *at < view.now);
    html! { @if let Some(at) = ago { p { (time(at, view.now)) } } }
}

fn unusual(view: &OverviewView<'_>) -> Markup {
    html! {
        @if view.looked_at.is_none() {
            p.muted { "Every key is being looked at: what is found is shown here in a moment." }
        }
        @else if view.unusual.is_empty() {
            p.muted {
                "Nothing. Shown here: a key from a new network, a sudden rise, many refusals."
            }
        }
        @else {
            ul.plain {
                @for it in view.unusual {
                    li {
                        a href=(it.href) { (it.subject) }
                        p { (it.what) }
                        small.muted { (time(it.at, view.now)) }
                    }
                }
            }
        }
    }
}

fn health(health: &Health<'_>, now: Timestamp) -> Markup {
    let problems = match health.problems {
        0 => badge(Tone::Good, "None"),
        problems => badge(Tone::Bad, &count(problems)),
    };
    facts(&[
        ("Version", html! { (health.version) }),
        ("Started", time(health.started_at, now)),
        ("Database", html! { (size(health.database_bytes)) }),
        (
            "Products",
            html! { a href="/console/products" { (counted(health.products, "product")) } },
        ),
        ("Problems", problems),
        ("Files loaded", time(health.loaded_at, now)),
    ])
}

/// Bytes, as people read them.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1_024;
    match bytes / KIB {
        ..KIB => format!("{} KiB", bytes / KIB),
        kib => format!("{}.{} MiB", kib / KIB, kib % KIB * 10 / KIB),
    }
}
