//! `/console/workspaces/SLUG/usage`

use maud::{Markup, html};

use super::keys::detail::Quota;
use super::refusals::{Refused, refusals};
use crate::clock::Timestamp;
use crate::http::ui::address::Address;
use crate::http::ui::chart::{Bucket, Chart, Gauge, Shape, chart, gauge, spark};
use crate::http::ui::field::{Choice, Select};
use crate::http::ui::form::{Button, filters};
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Empty, Figure, Head, card, count, figures, titled};
use crate::http::ui::table::{Column, Table, row_heading, table};
use crate::http::ui::time::time;

/// The page's title.
pub const TITLE: &str = "Usage";

/// What was asked of a workspace's keys.
#[derive(Clone, Copy)]
pub struct UsageView<'a> {
    /// Whose.
    pub workspace: Place<'a>,
    /// The page's address, with what is asked for: `since`, `key`.
    pub address: &'a Address<'a>,
    /// The keys to choose from, the first of which is all.
    pub keys: &'a [Choice<'a>],
    /// Whether those are all that there are.
    pub lists_all_keys: bool,
    /// Requests over time: allowed, refused, over the limit.
    pub buckets: &'a [Bucket],
    /// What is used of the plan.
    pub quotas: &'a [Quota<'a>],
    /// The name of the plan.
    pub plan: &'a str,
    /// The scopes that were needed most.
    pub scopes: &'a [(&'a str, u64)],
    /// The keys that asked most.
    pub busiest: &'a [KeyUse<'a>],
    /// When those were looked for.
    pub ranked_at: Timestamp,
    /// Why requests were refused, the most frequent first.
    pub refused: &'a [Refused<'a>],
    /// Where the same is to be had as CSV.
    pub csv_href: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// What one key asked.
#[derive(Clone, Copy, Debug)]
pub struct KeyUse<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its page.
    pub href: &'a str,
    /// Its requests.
    pub count: u64,
    /// The same over time.
    pub trend: &'a [u64],
}

/// The stretches of time to choose from.
const RANGES: [Choice<'_>; 5] = [
    Choice { value: "1h", label: "Last hour", help: "" },
    Choice { value: "24h", label: "Last 24 hours", help: "" },
    Choice { value: "7d", label: "Last 7 days", help: "" },
    Choice { value: "30d", label: "Last 30 days", help: "" },
    Choice { value: "365d", label: "Last year", help: "" },
];

/// The page's body.
#[must_use]
pub fn page(view: &UsageView<'_>) -> Markup {
    let about = html! { (view.workspace.name) ", plan " (view.plan) };
    let csv = Button::plain("Export CSV").to(view.csv_href).icon(Icon::Download);
    let is_empty = view.buckets.iter().all(|bucket| bucket.values.iter().all(|it| *it == 0));
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! { (csv) } })
        div.card { (range(view)) }
        @if is_empty { section.card { (nothing(view)) } }
        @else { (used(view)) }
    }
}

fn range(view: &UsageView<'_>) -> Markup {
    let keys = Select::new("key", "Key", view.keys, view.address.value("key"));
    let fields = html! {
        (Select::new("since", "Range", &RANGES, view.address.value("since")))
        @if view.lists_all_keys { (keys) }
        @else { (keys.help("The newest 200. The page of an older key leads to its usage.")) }
        (Button::plain("Show"))
    };
    filters(view.address.path, "Choose what is shown", &fields)
}

fn nothing(view: &UsageView<'_>) -> Markup {
    let keys = format!("/console/workspaces/{}/keys", view.workspace.slug);
    let command = format!("keystile usage workspace {} --since 1d", view.workspace.slug);
    html! {
        (Empty {
            icon: Icon::Chart,
            title: "No requests in this time",
            about: "Each request with one of the keys is counted here, with what became of it.",
            action: html! { (Button::primary("Show keys").to(&keys)) },
            command: Some(&command),
        })
    }
}

fn used(view: &UsageView<'_>) -> Markup {
    html! {
        div.stack #usage data-refresh {
            (totals(view))
            (card("Requests over time", &over_time(view)))
            div.columns {
                div.stack {
                    (titled("Refusals", &"", &refusals(view.refused, view.now)))
                    (titled("Busiest keys", &ranked_at(view), &busiest(view)))
                }
                div.stack {
                    (card("Today's quota", &html! {
                        @for it in view.quotas {
                            (gauge(&Gauge { label: it.label, used: it.used, limit: it.limit }))
                        }
                    }))
                    (titled("Most needed scopes", &"", &scopes(view)))
                }
            }
        }
    }
}

fn totals(view: &UsageView<'_>) -> Markup {
    let total = |place: usize| -> u64 {
        view.buckets.iter().filter_map(|bucket| bucket.values.get(place)).sum()
    };
    let figure = |label, place| Figure { label, value: count(total(place)), beside: String::new() };
    figures(&[figure("Allowed", 0), figure("Refused", 1), figure("Over the limit", 2)])
}

fn over_time(view: &UsageView<'_>) -> Markup {
    chart(&Chart {
        title: "Requests over time",
        series: &["Allowed", "Refused", "Over the limit"],
        buckets: view.buckets,
        shape: Shape::Bars,
    })
}

/// When keys were ranked, where that is a moment ago.
fn ranked_at(view: &UsageView<'_>) -> Markup {
    html! { @if view.ranked_at < view.now { p { (time(view.ranked_at, view.now)) } } }
}

fn busiest(view: &UsageView<'_>) -> Markup {
    let columns = [Column::words("Key"), Column::number("Requests"), Column::words("Trend")];
    let rows = html! {
        @for it in view.busiest {
            tr {
                (row_heading(it.href, it.name, ""))
                td.number { (count(it.count)) }
                td { (spark(&format!("Trend of {}", it.name), it.trend)) }
            }
        }
    };
    table(&Table { caption: "Busiest keys", columns: &columns, rows })
}

fn scopes(view: &UsageView<'_>) -> Markup {
    let columns = [Column::words("Scope"), Column::number("Requests")];
    let rows = html! {
        @for (name, requests) in view.scopes {
            tr { th scope="row" { code { (name) } } td.number { (count(*requests)) } }
        }
    };
    table(&Table { caption: "Most needed scopes", columns: &columns, rows })
}
