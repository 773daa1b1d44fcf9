//! tokens
pub(in crate::oauth) mod table;
mod token;
pub use token::*;
