//! tokens
mod token;
pub(in crate::oauth) mod table;
pub use token::*;
