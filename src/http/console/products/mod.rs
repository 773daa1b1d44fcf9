//! The pages of products: what is in force, what is wrong, and what the gate would decide.
//!
//! Start reading at `detail.rs`.

pub mod detail;
pub mod list;
pub mod proxy;
pub mod tester;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::http::web::Visit;
use crate::registry::Product;

/// The product that the path names.
fn named(visit: &Visit<'_>) -> Result<Arc<Product>> {
    let registry = visit.app.plugins.registry.load();
    let product = registry.product(visit.param("product")).cloned();
    product.ok_or_else(|| Error::not_found("there is no such product in force"))
}
