//! Tests against the real thing: the built binary, as the processes that operators run.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

mod command_line;
mod durability;
mod harness;
