//! Who did what, when: one row a change, written in the change's own transaction.
//!
//! Invariants:
//! - Rows are only ever added. Each holds the hash of the one before, so that a row changed or
//!   taken out afterwards shows.
//! - No row holds a secret; ids and last four characters at most.
//!
//! Start reading at [`record`]; [`Log`] reads. Doors: `actor.rs`, `entry.rs` (what they are) →
//! `table.rs` (SQL) → `actions.rs`.

mod actions;
mod actor;
mod entry;
mod table;

pub use actions::{COUNTED_MAX, Log};
pub use actor::Actor;
pub use entry::{Entry, Wanted};
pub use table::{Change, first, record};
