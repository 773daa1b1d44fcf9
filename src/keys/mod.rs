//! Keys: grants of access, each with one or two live secrets.
//!
//! Invariants:
//! - A secret leaves this room once, in the answer to the action that made it.
//! - Every change writes its audit row in its own transaction, and drops the key's principals from
//!   memory before it is answered: what was acknowledged holds for the next request.
//! - A row whose seal does not fit is never sealed anew, for that would seal the damage. Revoking is
//!   always possible.
//! - Rotation adds a secret to a key; the key itself, its id and its name stay.
//!
//! Doors: `key.rs` (what it is) → `terms.rs` (what may be asked for) → `table.rs` (SQL) →
//! `actions.rs` (what can be done); `census/` counts them.

mod actions;
pub mod census;
mod giver;
mod key;
mod lifecycle;
mod room;
mod search;
mod table;
mod terms;

pub use actions::{Keys, Minted};
pub use giver::Giver;
pub use key::{Filter, Key, SecretRecord, SecretState, State};
pub use lifecycle::{OVERLAP_DEFAULT, OVERLAP_MAX, Rotated};
pub use search::{Found, NAMED_MAX, Named, Order, PAGE_KEYS, Search, Standing};
pub use terms::{Changes, Expiry, Terms, check_identity, restrictions};
