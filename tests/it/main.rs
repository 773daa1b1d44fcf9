//! Tests against the real thing: a real server, a real database, a real nginx.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod command_line;
mod durability;
mod gate;
mod harness;
mod limits;
mod oauth;
mod pages;
mod shipped;
mod tidy;
mod usage;
mod web;
