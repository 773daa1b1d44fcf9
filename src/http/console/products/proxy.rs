//! `/console/products/ID/proxy`

use std::path::Path;

use super::named;
use crate::error::Result;
use crate::http::console::views::products::proxy::{self as view, ProxyView};
use crate::http::nginx::{LISTEN, LOG_FOLDER, Place, UPSTREAM, configuration};
use crate::http::web::{Reply, Visit};

/// What `keystile nginx` prints for the product, between the addresses that are asked for.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (product, settings) = (named(visit)?, visit.app.live.get());
    let asked = |name, usual: &str| {
        let typed = visit.query(name).map(|typed| typed.trim().to_owned());
        typed.filter(|typed| !typed.is_empty()).unwrap_or_else(|| usual.to_owned())
    };
    let (listen, upstream) = (asked("listen", LISTEN), asked("upstream", UPSTREAM));
    let place = Place {
        listen: &listen,
        upstream: &upstream,
        gate: &settings.gate,
        log_folder: Path::new(LOG_FOLDER),
        with_oauth: None,
    };
    let text = configuration(&product, &place);
    let nginx = text.as_deref().map_err(crate::error::Error::message);
    let view = ProxyView {
        product: &product.id,
        product_name: &product.name,
        listen: &listen,
        upstream: &upstream,
        nginx,
    };
    Ok(visit.page(view::TITLE, view::page(&view)))
}
