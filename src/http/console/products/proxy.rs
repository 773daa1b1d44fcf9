//! `/products/ID/proxy`

use std::path::Path;

use super::named;
use crate::error::Result;
use crate::http::console::views::products::proxy::{self as view, ProxyView};
use crate::http::nginx::{LISTEN, LOG_FOLDER, Place, UPSTREAM, configuration};
use crate::http::web::{Reply, Visit};

/// What `keystile nginx` prints for the product.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (product, settings) = (named(visit)?, visit.app.live.get());
    let place = Place {
        listen: LISTEN,
        upstream: UPSTREAM,
        gate: &settings.gate,
        log_folder: Path::new(LOG_FOLDER),
        with_oauth: None,
    };
    let text = configuration(&product, &place);
    let nginx = text.as_deref().map_err(crate::error::Error::message);
    let view = ProxyView { product: &product.id, product_name: &product.name, nginx };
    Ok(visit.page(view::TITLE, view::page(&view)))
}
