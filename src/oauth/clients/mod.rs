//! clients
mod client;
pub(in crate::oauth) mod table;
pub use client::*;
