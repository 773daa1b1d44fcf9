//! A workspace's keys: the list, making one, one with all that is known of it, and what is done to it.
//!
//! Invariants:
//! - A key is shown and changed on the pages of its own workspace alone.
//! - A secret is in the answer to the form that made it, and in no other.
//! - Members give a key what is the workspace's: the rule is the room's own (`keys::Giver`).
//!
//! Start reading at `create.rs`; who may see what stands in `http/routes.rs`.

mod acts;
mod create;
mod detail;
mod edit;
mod example;
mod filled;
mod form;
mod list;
mod shown;

pub use acts::{finish, restore, revoke, rotate};
pub use create::{create, page as new};
pub use detail::page as detail;
pub(super) use detail::refused;
pub use edit::{edit, page as edit_page};
pub use list::page as list;
