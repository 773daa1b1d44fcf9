//! `/plans`: the limits as configured, and how close workspaces run to them.

use maud::{Markup, html};

use crate::http::ui::chart::{Gauge, gauge};
use crate::http::ui::parts::{Head, count, counted, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::limits::Plan;

/// The page's title.
pub const TITLE: &str = "Plans";

/// All plans.
#[derive(Clone, Copy)]
pub struct PlansView<'a> {
    /// The plans, with what runs on them.
    pub rows: &'a [Row<'a>],
    /// Where they are written.
    pub file: &'a str,
}

/// A plan, and who is on it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its numbers.
    pub plan: &'a Plan,
    /// The workspaces that are on it.
    pub workspaces: u64,
    /// The workspaces that run closest to it today, the closest first.
    pub closest: &'a [Closest<'a>],
}

/// How close a workspace's busiest key runs to its day's limit.
#[derive(Clone, Copy, Debug)]
pub struct Closest<'a> {
    /// The workspace's slug.
    pub slug: &'a str,
    /// What it has used today.
    pub used: u64,
}

/// The page's body.
#[must_use]
pub fn page(view: &PlansView<'_>) -> Markup {
    let about = html! {
        "As " code { (view.file) } " has them. A change there holds for the next request."
    };
    let columns = [
        Column::words("Plan"),
        Column::number("Per minute"),
        Column::number("Per day"),
        Column::number("Keys a product"),
        Column::number("Workspaces"),
    ];
    let rows = html! { @for it in view.rows { (row(it)) } };
    html! {
        (Head { crumbs: &[], title: TITLE, about, actions: html! {} })
        div.card {
            (table(&Table { caption: TITLE, columns: &columns, rows }))
        }
        div.pair { @for it in view.rows { @if !it.closest.is_empty() { (closest(it)) } } }
    }
}

fn row(row: &Row<'_>) -> Markup {
    let limit = |limit: Option<u32>| limit.map_or("Unlimited".into(), |it| count(it.into()));
    html! {
        tr {
            th scope="row" { (row.plan.name) small { (row.id) } }
            td.number { (limit(row.plan.per_minute)) }
            td.number { (limit(row.plan.per_day)) }
            td.number { (limit(row.plan.max_keys)) }
            td.number { (count(row.workspaces)) }
        }
    }
}

fn closest(row: &Row<'_>) -> Markup {
    let content = html! {
        div.body {
            @for it in row.closest {
                (gauge(&Gauge {
                    label: it.slug,
                    used: it.used,
                    limit: row.plan.per_day.map(u64::from),
                }))
            }
        }
    };
    let beside = html! { p { (counted(row.workspaces, "workspace")) } };
    titled(&format!("{}: requests today", row.plan.name), &beside, &content)
}
