//! The pages of a workspace's keys: the list, the way to a new one, one that was just made, one.
//!
//! Start reading at `detail.rs`.

pub mod choose;
pub mod create;
pub mod created;
mod danger;
pub mod detail;
pub mod list;
pub mod owned;
mod scopes;
mod snippets;
pub mod state;

pub use danger::OVERLAPS;

use crate::http::ui::layout::Place;

/// The address of a workspace's keys, or of a page below it.
#[must_use]
pub fn address(workspace: Place<'_>, below: &str) -> String {
    format!("/console/workspaces/{}/keys{below}", workspace.slug)
}
