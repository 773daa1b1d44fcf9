//! `/console/products/ID`

use super::named;
use crate::error::Result;
use crate::http::console::views::products::detail::{self as view, DetailView};
use crate::http::web::{Reply, Visit};
use crate::keys::census::{Alike, Census};

/// A product as it is in force, and how its file stands.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (product, plugins) = (named(visit)?, &visit.app.plugins);
    let files = plugins.files.load();
    let file = files.of(&product.id);
    let alike = Census { store: &visit.app.store, now: visit.now }.alike(&product.id)?;
    let keys_that = |fits: &dyn Fn(&Alike) -> bool| -> u64 {
        alike.iter().filter(|it| fits(it)).map(|it| it.keys).sum()
    };
    let holders = product
        .scopes
        .iter()
        .map(|scope| keys_that(&|it| it.scopes.iter().any(|held| **held == *scope.name)));
    let types = product.key_types.iter().map(|it| keys_that(&|alike| alike.key_type == it.id));
    let path = visit.app.live.get().plugins.join(format!("{}.toml", product.id));
    let view = DetailView {
        product: &product,
        file: &path.display().to_string(),
        since: plugins.in_force_since()?.get(&product.id).copied().unwrap_or(visit.app.started_at),
        is_stale: file.is_some_and(|file| file.is_stale),
        problems: file.map_or(&[], |file| &file.problems),
        holders: &holders.collect::<Vec<_>>(),
        keys: &types.collect::<Vec<_>>(),
        now: visit.now,
    };
    Ok(visit.page(&product.name, view::page(&view)))
}
