//! `/console/plans`: the limits, who is on them, and how close they run today.

use std::sync::Arc;

use crate::accounts::Workspace;
use crate::error::Result;
use crate::http::console::views::plans::{self as view, Closest, OwnNumbers, PlansView, Row};
use crate::http::in_force::InForce;
use crate::http::web::{Reply, Visit};
use crate::keys::census::{Census, Fullest, MANY_KEYS};
use crate::limits::{Allowance, Plan};

/// Workspaces that are shown of each plan.
const CLOSEST_MAX: usize = 5;

/// The table.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let in_force = InForce::of(visit.app);
    let (settings, workspaces) = (visit.app.live.get(), visit.workspaces().list()?);
    let fullest = fullest(visit)?;
    let rows: Vec<Row<'_>> = plans(&in_force)
        .map(|(id, plan)| {
            let on: Vec<&Workspace> = workspaces.iter().filter(|it| it.plan == id).collect();
            let closest = closest(&in_force, &on, &fullest);
            Row { id, plan, workspaces: on.len() as u64, closest }
        })
        .collect();
    let view = PlansView {
        rows: &rows,
        own_numbers: &own_numbers(&in_force),
        file: &settings.file.display().to_string(),
    };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

fn plans(in_force: &InForce) -> impl Iterator<Item = (&str, &Plan)> {
    in_force.plans.ids().filter_map(|id| Some((id, in_force.plans.get(id)?)))
}

/// What buckets have spent of their day.
fn fullest(visit: &Visit<'_>) -> Result<Vec<Fullest>> {
    let (app, now) = (visit.app, visit.now);
    let (store, limiter) = (Arc::clone(&app.store), Arc::clone(&app.limiter));
    let registry = app.plugins.registry.load_full();
    let look = move || Census { store: &store, now }.fullest(&limiter, &registry);
    let keys = Census { store: &app.store, now }.by_product()?.values().sum::<u64>();
    if keys < MANY_KEYS { look() } else { Ok(app.kept.spent.get(&(), now, look)?.0) }
}

/// The workspaces on one plan whose fullest buckets have least left; one without a limit comes
/// last, by what it has spent.
fn closest<'a>(
    in_force: &'a InForce,
    on: &[&'a Workspace],
    fullest: &'a [Fullest],
) -> Vec<Closest<'a>> {
    let mut all: Vec<Closest<'_>> = on
        .iter()
        .filter_map(|workspace| {
            let own = fullest.iter().filter(|it| it.workspace == workspace.slug);
            own.filter_map(|it| of_bucket(in_force, workspace, it)).max_by_key(Closest::rank)
        })
        .collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.rank()));
    all.truncate(CLOSEST_MAX);
    all
}

/// What a bucket has spent, against what its product and key type leave of the plan.
fn of_bucket<'a>(
    in_force: &'a InForce,
    workspace: &'a Workspace,
    fullest: &Fullest,
) -> Option<Closest<'a>> {
    let product = in_force.registry.product(&fullest.product)?;
    let rate = product.key_type(&fullest.key_type)?.rate;
    let Allowance { per_day, .. } =
        product.allowance(&in_force.plans, &workspace.plan)?.at_rate(rate);
    Some(Closest {
        slug: &workspace.slug,
        product: &product.name,
        used: u64::from(fullest.spent),
        limit: per_day.map(u64::from),
    })
}

/// What products say of plans themselves, in the order of their ids.
fn own_numbers(in_force: &InForce) -> Vec<OwnNumbers<'_>> {
    let all = in_force.registry.products().flat_map(|product| {
        plans(in_force).filter_map(|(id, plan)| {
            let own = product.plans.get(id)?;
            Some(OwnNumbers { product: &product.name, plan: &plan.name, own })
        })
    });
    all.collect()
}
