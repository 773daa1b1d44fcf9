//! Finding keys of one workspace: by words, product, type and state, sorted, a page at a time.
//!
//! Invariants:
//! - A search never leaves its workspace.
//! - A page has at most [`PAGE_KEYS`] keys; what is counted is counted by the database.
//!
//! Start reading at `asked.rs`.

mod asked;
mod table;

pub use asked::{Found, NAMED_MAX, Named, Order, PAGE_KEYS, Search, Standing};
