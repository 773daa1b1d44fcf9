//! The pages of workspaces: the list, one's own page, its members.
//!
//! Start reading at `detail.rs`.

pub mod create;
pub mod detail;
pub mod list;
mod listed;
pub mod members;

use super::scene::slug;
