//! `/plans`: the limits, who is on them, and how close they run today.

use std::collections::BTreeMap;

use crate::accounts::Workspace;
use crate::error::Result;
use crate::http::console::views::plans::{self as view, Closest, PlansView, Row};
use crate::http::web::{Reply, Visit};
use crate::keys::census::{Census, Living};
use crate::limits::{BucketId, spent_today};
use crate::registry::{Bucket, Registry};

/// Workspaces that are shown of each plan.
const CLOSEST_MAX: usize = 5;

/// The table.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (settings, workspaces) = (visit.app.live.get(), visit.workspaces().list()?);
    let (plans, spent) = (visit.app.limiter.plans(), spent(visit)?);
    let on = |plan: &str| -> Vec<&Workspace> {
        workspaces.iter().filter(|workspace| workspace.plan == plan).collect()
    };
    let listed: Vec<_> = plans
        .ids()
        .filter_map(|id| Some((id, plans.get(id)?, on(id))))
        .map(|(id, plan, on)| (id, plan, on.len() as u64, closest(&on, &spent)))
        .collect();
    let rows: Vec<Row<'_>> = listed
        .iter()
        .map(|(id, plan, workspaces, closest)| Row { id, plan, workspaces: *workspaces, closest })
        .collect();
    let view = PlansView { rows: &rows, file: &settings.file.display().to_string() };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

/// The workspaces that have spent the most.
fn closest<'w>(on: &[&'w Workspace], spent: &BTreeMap<String, u32>) -> Vec<Closest<'w>> {
    let used = |it: &&'w Workspace| {
        let used = u64::from(*spent.get(&it.slug)?);
        Some(Closest { slug: &it.slug, used })
    };
    let mut closest: Vec<Closest<'w>> = on.iter().filter_map(used).collect();
    closest.sort_by_key(|it| std::cmp::Reverse(it.used));
    closest.truncate(CLOSEST_MAX);
    closest
}

/// What the fullest bucket of each workspace has spent of its day.
fn spent(visit: &Visit<'_>) -> Result<BTreeMap<String, u32>> {
    let registry = visit.app.plugins.registry.load();
    let by_bucket = spent_today(&visit.app.limiter, &visit.app.store, visit.now)?;
    let mut spent = BTreeMap::new();
    for key in (Census { store: &visit.app.store, now: visit.now }).all()? {
        let Some(used) = by_bucket.get(&bucket_of(&key, &registry)) else { continue };
        let most = spent.entry(key.workspace).or_insert(0);
        *most = (*used).max(*most);
    }
    Ok(spent)
}

fn bucket_of(key: &Living, registry: &Registry) -> BucketId {
    match registry.product(&key.product).map(|product| product.bucket) {
        Some(Bucket::Workspace) => BucketId::of_workspace(&key.workspace, &key.product),
        Some(Bucket::Key) | None => BucketId::of_key(key.id),
    }
}
