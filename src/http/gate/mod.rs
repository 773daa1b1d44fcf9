//! The proxies' side: `/verify` and its kin, and health.
//!
//! Invariants:
//! - Every answer comes from one registry snapshot; a reload never shows in the middle of one.
//! - Nothing here blocks: what needs the database is read on another thread, and only so many of
//!   those wait at a time.
//! - A request body is never read.
//! - A head that two components could read differently is no request, and ends its connection.
//!
//! Start reading at `connection.rs`, then `serve.rs` and `verify.rs`.

mod answer;
mod challenge;
mod connection;
mod count;
mod date;
mod endpoint;
#[expect(clippy::module_inception, reason = "the folder is the noun, and so is its first file")]
mod gate;
mod head;
mod health;
mod idle;
mod json;
mod look_ups;
mod rate;
mod reply;
mod resource_metadata;
mod serve;
mod verify;
mod worker;

pub use answer::{missed_by, name_of, status_of};
pub(super) use connection::serve_connection;
pub use gate::Gate;
pub(super) use worker::Worker;
