//! The instance as a whole: how much is asked, and what differs from what is usual.
//!
//! Invariants:
//! - Only counts that were written down are seen: whoever wants the last second has them written.
//! - What is told is bounded, whatever was counted.
//!
//! Start reading at [`Overall`]. Doors: `unusual.rs` (the rules) → `table.rs` (SQL) → `actions.rs`.

mod actions;
mod table;
mod unusual;

pub use actions::{LastRefusal, Overall, Refused, Uses};
pub use unusual::{Oddity, Unusual};
