//! Counts over time: three tables of one shape, for keys, for workspaces and for strangers.
//!
//! Invariants:
//! - A request of a known key is counted in two of them, in one transaction: with its key, and with
//!   its key's workspace. So a sum over either is right by itself.
//! - A row stands for a minute, an hour or a day, and no request for two of them.
//!
//! Start reading at [`table::Series`].

pub(super) mod table;
