//! `/console/products`

use crate::error::Result;
use crate::http::console::views::products::list::{self as view, ListView, Row};
use crate::http::web::{Reply, Visit};
use crate::keys::census::Census;
use crate::source::Diagnostic;

/// All products in force, and what is wrong with files of which none is.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let plugins = &visit.app.plugins;
    let (registry, files) = (plugins.registry.load(), plugins.files.load());
    let keys = Census { store: &visit.app.store, now: visit.now }.by_product()?;
    let since = plugins.in_force_since()?;
    let rows: Vec<Row<'_>> = registry
        .products()
        .map(|product| {
            let file = files.of(&product.id);
            Row {
                product,
                since: since.get(&product.id).copied().unwrap_or(visit.app.started_at),
                keys: keys.get(&product.id).copied().unwrap_or(0),
                problems: file.map_or(0, |file| file.problems.len() as u64),
                is_stale: file.is_some_and(|file| file.is_stale),
            }
        })
        .collect();
    let out_of_force = files.products.iter().filter(|file| !file.has_good_version);
    let problems = files.folder_problems.iter().chain(out_of_force.flat_map(|it| &it.problems));
    let problems: Vec<Diagnostic> = problems.cloned().collect();
    let folder = visit.app.live.get().plugins.display().to_string();
    let view = ListView { folder: &folder, rows: &rows, problems: &problems, now: visit.now };
    Ok(visit.page(view::TITLE, view::page(&view)))
}
