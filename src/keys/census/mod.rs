//! How many live keys there are: of each workspace, of each product, with each scope.
//!
//! Invariants:
//! - A key is live while it is neither revoked nor expired.
//! - Nothing here decides anything: rows are counted as they are, sound or not.
//!
//! Start reading at [`Census`]; `table.rs` has the SQL.

mod actions;
mod table;

pub use actions::{Alike, Census, Fullest, MANY_KEYS, Owned, OwnedKey};
