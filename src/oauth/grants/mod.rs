//! grants
mod grant;
pub(in crate::oauth) mod table;
pub use grant::*;
