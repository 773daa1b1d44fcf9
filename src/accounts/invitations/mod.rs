//! Invitations: one-time links that make somebody a member of a workspace, or an operator.
//!
//! Invariants:
//! - The link is shown once and kept as a hash; it is good once, for seven days.
//! - It is good for the one address that it was made for.
//!
//! Doors: `invitation.rs` → `table.rs` (SQL) → `actions.rs`.

mod actions;
mod invitation;
mod table;

pub use actions::Invitations;
pub use invitation::{Invitation, Offer};
