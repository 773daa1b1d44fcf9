//! The pages of everybody who may sign in, for operators.
//!
//! Start reading at `list.rs`.

pub mod detail;
pub mod list;
