//! Sessions: what a browser that has signed in is worth, and how it came to be.
//!
//! Invariants:
//! - A session is known by the hash of its cookie; whoever reads the database can open none.
//! - It ends 30 minutes after it was last used, 12 hours after it began, when its holder says so,
//!   and whenever what they may do changes.
//! - What somebody may do is read with each request, never kept in a session.
//! - A sign-in that fails is counted before its password is tried, by account and by address; no
//!   stranger's failures keep somebody out of a place where they have signed in before.
//!
//! Doors: `session.rs`, `throttle.rs` (what they are) → `table.rs` (SQL) → `actions.rs`.

mod actions;
mod session;
pub(super) mod table;
mod throttle;

pub use actions::{Opened, Sessions, SignIn};
pub use session::{Presence, SESSION_LIFE, Session, Visitor};
