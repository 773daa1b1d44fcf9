//! Grants: what somebody's consent lets an app do for a workspace, with every token that came of it.
//!
//! Invariants:
//! - A grant that has ended is deleted, and all that hangs on it goes with it in one transaction; its
//!   access tokens are dropped from the principals' cache before anybody is answered.
//! - What a grant lets do never grows: more needs another consent.
//!
//! Doors: `grant.rs` (what it is) → `table.rs` (SQL) → `actions.rs` (what can be done).

mod actions;
mod grant;
pub(in crate::oauth) mod table;

pub use actions::Grants;
pub(in crate::oauth) use actions::{end, end_wider};
pub use grant::{Grant, Listed, Of};
