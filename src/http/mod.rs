//! Every byte in and out: the only place that knows actix and status codes.
//!
//! Invariants:
//! - The gate answers loopback and whom the settings name; so does the listener for people, where they
//!   name anybody.
//! - The gate's listener serves questions of proxies and health, nothing else.
//! - The listener for people serves the routes of `routes.rs`, whose guards stand beside them.
//! - The control socket serves the command line, and belongs to whoever holds the data folder.
//! - No answer, log or error holds a secret, save the one answer that shows a new one.
//!
//! Start reading at `server.rs`, then `gate/verify.rs` and `routes.rs`.

pub mod console;
pub mod control;
pub mod echo;
pub mod gate;
mod in_force;
pub mod nginx;
pub mod oauth;
mod once;
pub mod peers;
pub mod routes;
pub mod server;
pub mod ui;
pub mod web;
