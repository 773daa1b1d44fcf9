//! requests
mod request;
pub(in crate::oauth) mod table;
pub use request::*;
