//! `/console/workspaces`: all of them for operators, their own for members.

use crate::accounts::Workspace;
use crate::error::Result;
use crate::http::console::paging::{self, Paging, ROWS};
use crate::http::console::views::workspaces::list::{self as view, ListView, Row};
use crate::http::ui::address::Address;
use crate::http::web::{Reply, Visit};
use crate::keys::census::Census;

/// The list.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let asked = visit.query("q").unwrap_or_default();
    let address = Address { path: "/console/workspaces", fields: vec![("q", &asked)] };
    let (found, paging) = found(visit, &address)?;
    let census = Census { store: &visit.app.store, now: visit.now };
    let (keys, members) = (census.by_workspace()?, visit.people().member_counts()?);
    let plans = visit.app.limiter.plans();
    let rows: Vec<Row<'_>> = found
        .iter()
        .map(|workspace| Row {
            slug: &workspace.slug,
            name: &workspace.name,
            plan: plans.get(&workspace.plan).map_or(&workspace.plan, |plan| &plan.name),
            keys: keys.get(&workspace.slug).copied().unwrap_or(0),
            members: members.get(&workspace.slug).copied().unwrap_or(0),
            created_at: workspace.created_at,
        })
        .collect();
    let view = ListView {
        address: &address,
        rows: &rows,
        pager: paging.pager(),
        is_operator: visit.holder()?.user.is_operator,
        now: visit.now,
    };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

/// The workspaces of one page: those that somebody may see and whose slug or name holds what they ask
/// for.
fn found(visit: &Visit<'_>, address: &Address<'_>) -> Result<(Vec<Workspace>, Paging)> {
    let (user, asked) = (&visit.holder()?.user, address.value("q").trim());
    let (workspaces, number) = (visit.workspaces(), paging::number(visit));
    if user.is_operator {
        let paging = Paging::of(address, number, workspaces.count(asked)?);
        return Ok((workspaces.search(asked, (paging.skipped(), ROWS))?, paging));
    }
    let asked = asked.to_lowercase();
    let fits = |it: &Workspace| it.slug.contains(&asked) || it.name.to_lowercase().contains(&asked);
    let mut own = workspaces.of(user)?;
    own.retain(fits);
    let paging = Paging::of(address, number, own.len());
    Ok((paging.rows(&own).to_vec(), paging))
}
