//! The pages of workspaces: the customers, who owns what in them, and who belongs to them.
//!
//! Start reading at `detail.rs`.

pub mod create;
pub mod detail;
pub mod list;
pub mod member;
pub mod members;
