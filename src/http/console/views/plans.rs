//! `/console/plans`: the limits as configured, and how close workspaces run to them.

use maud::{Markup, html};

use crate::http::ui::chart::{Gauge, gauge};
use crate::http::ui::parts::{Head, count, counted, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::limits::Plan;
use crate::registry::PlanOverride;

/// The page's title.
pub const TITLE: &str = "Plans";

/// All plans.
#[derive(Clone, Copy)]
pub struct PlansView<'a> {
    /// The plans, with what runs on them.
    pub rows: &'a [Row<'a>],
    /// What products say of plans themselves.
    pub own_numbers: &'a [OwnNumbers<'a>],
    /// Where they are written.
    pub file: &'a str,
}

/// A plan, and who is on it.
pub struct Row<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its numbers.
    pub plan: &'a Plan,
    /// The workspaces that are on it.
    pub workspaces: u64,
    /// The workspaces that run closest to it today, the closest first.
    pub closest: Vec<Closest<'a>>,
}

/// A product's own numbers for a plan.
#[derive(Clone, Copy)]
pub struct OwnNumbers<'a> {
    /// The product's name.
    pub product: &'a str,
    /// The plan's name.
    pub plan: &'a str,
    /// The numbers; where one is absent the plan's own holds.
    pub own: &'a PlanOverride,
}

/// How close a workspace's fullest bucket runs to its day's limit.
#[derive(Clone, Copy, Debug)]
pub struct Closest<'a> {
    /// The workspace's slug.
    pub slug: &'a str,
    /// The name of the product that the bucket is for.
    pub product: &'a str,
    /// What it has used today.
    pub used: u64,
    /// Of how much: the plan's number, or the product's own, at the key type's rate.
    pub limit: Option<u64>,
}

impl Closest<'_> {
    /// How full it is, in billionths, and how much that is.
    #[must_use]
    pub fn rank(&self) -> (u64, u64) {
        let share = |limit: u64| (self.used * 1_000_000_000).checked_div(limit).unwrap_or(0);
        (self.limit.map_or(0, share), self.used)
    }
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
        @if !view.own_numbers.is_empty() {
            (titled("Products with numbers of their own", &"", &own_numbers(view.own_numbers)))
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

fn own_numbers(all: &[OwnNumbers<'_>]) -> Markup {
    let columns = [
        Column::words("Product"),
        Column::words("Plan"),
        Column::number("Per minute"),
        Column::number("Per day"),
        Column::number("Keys"),
    ];
    let own = |number: Option<u32>| number.map_or("The plan's".into(), |it| count(it.into()));
    let rows = html! {
        @for it in all {
            tr {
                th scope="row" { (it.product) }
                td { (it.plan) }
                td.number { (own(it.own.per_minute)) }
                td.number { (own(it.own.per_day)) }
                td.number { (own(it.own.max_keys)) }
            }
        }
    };
    table(&Table { caption: "Products with numbers of their own", columns: &columns, rows })
}

fn closest(row: &Row<'_>) -> Markup {
    let content = html! {
        div.body {
            @for it in &row.closest {
                @let label = format!("{}, {}", it.slug, it.product);
                (gauge(&Gauge { label: &label, used: it.used, limit: it.limit }))
            }
        }
    };
    let beside = html! { p { (counted(row.workspaces, "workspace")) } };
    titled(&format!("{}: requests today", row.plan.name), &beside, &content)
}
