//! A plugin file as written: every field that it may have, and every mistake that we know.
//!
//! One file here for each table there. All problems are collected; a file with an error gives no
//! product at all, since half of a product would open or close what nobody meant to.
//!
//! Start reading at [`read`].

mod headers;
mod hosts;
mod keys;
mod oauth;
mod plans;
mod product;
mod resources;
mod routes;
mod scopes;
mod words;

#[cfg(test)]
mod tests;

pub use headers::OVERRIDE_HEADERS;
pub use product::{Manifest, read};
pub use words::is_product_id;
