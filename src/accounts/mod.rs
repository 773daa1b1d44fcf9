//! Accounts: workspaces, the people who work in them, and their sessions.
//!
//! Invariants:
//! - A workspace is known by its slug, which never changes and goes upstream with every request.
//! - Its plan is one that `config.toml` lists.
//! - A workspace with live keys cannot be removed, nor an id to which a live key is bound.
//! - Passwords, sessions and links are kept as hashes alone.
//!
//! Doors: `workspace.rs` (what it is) → `table.rs` (SQL) → `actions.rs` (what can be done); the same
//! in `people/`, `sessions/`, `invitations/` and `setup/`.

mod actions;
pub mod invitations;
mod name;
pub mod people;
pub mod sessions;
pub mod setup;
mod table;
mod workspace;

pub use actions::{Workspaces, end_grant, owned};
pub use name::{is_hidden, parse_name};
pub use table::{NamedGrant, delete_grant};
pub use workspace::{BadSlug, OwnedIds, Slug, Workspace};
