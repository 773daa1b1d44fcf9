//! Authorization requests: what an app asks somebody for, from when it was judged until they decide.
//!
//! Invariants:
//! - Nobody is sent to an address before it is known to be the client's.
//! - A request is decided once, by the session that it was first shown to; what is decided about
//!   stands here, and never in a form.
//!
//! Doors: `request.rs` (what it is) → `judge.rs` (its rules) → `table.rs` (SQL) → `actions.rs`.

mod actions;
mod judge;
mod request;
mod table;

pub use actions::{Choice, Requests, Viewer};
pub use judge::Asker;
pub use request::Request;
