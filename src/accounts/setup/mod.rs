//! The first operator: made by whoever holds the link that `keystile serve` prints.
//!
//! Invariants:
//! - The link's token is kept as a hash, is good once and for 30 minutes, and only while nobody is
//!   there: a later link makes the earlier ones worthless.
//!
//! Start reading at [`Setup`].

mod actions;
mod table;

pub use actions::Setup;
