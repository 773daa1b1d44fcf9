//! What was asked, and how it was answered: counted in memory, written behind.
//!
//! Invariants:
//! - Counting touches memory alone: the gate never waits for a row.
//! - What is counted is written once: rows are increments, and a chunk of them that was written
//!   already is not added again.
//! - Every count stands in one row of its key and one of its key's workspace, whose grain grows with
//!   its age; a sum over the rows of either is right whatever has been swept.
//! - What anybody can cause without a key is bounded by what the operator has declared.
//!
//! A tally counts for one secret; the ledger knows which tallies have something to be written, and
//! `upkeep/` has it written about once a second.
//!
//! Start reading at [`Ledger::allowed`], then [`Ledger::write_share`]. Doors: `tally.rs` and
//! `strangers.rs` (what is counted) → `table.rs` (SQL) → `actions.rs` (what can be read, and the
//! sweep).

mod account;
mod actions;
mod chunk;
mod grain;
mod grants;
mod keys;
mod ledger;
mod networks;
mod overall;
mod report;
mod series;
mod slowest;
mod strangers;
mod table;
mod tally;
mod together;

pub use account::Account;
pub use actions::{Usage, begin, secrets};
pub use grain::{Grain, Retention};
pub use ledger::Ledger;
pub use overall::{LastRefusal, Oddity, Overall, Refused, Unusual, Uses};
pub use report::{AddressCount, KeyCount, OutcomeCount, ScopeUse, SecretUse, TimedCount, Whose};
pub use slowest::{Slow, Slowest};
pub use strangers::ADDRESSES_MAX;
pub use tally::{ALLOWED, LastUse, Tallied, Tally};
