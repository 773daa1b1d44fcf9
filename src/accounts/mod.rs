//! Workspaces: the customers who own keys and the ids of resources.
//!
//! Invariants:
//! - A workspace is known by its slug, which never changes and goes upstream with every request.
//! - Its plan is one that `config.toml` lists.
//! - A workspace with live keys cannot be removed, nor an id to which a live key is bound.
//!
//! Doors: `workspace.rs` (what it is) → `table.rs` (SQL) → `actions.rs` (what can be done).

mod actions;
mod name;
mod table;
mod workspace;

pub use actions::Workspaces;
pub use name::parse_name;
pub use workspace::{BadSlug, OwnedIds, Slug, Workspace};
