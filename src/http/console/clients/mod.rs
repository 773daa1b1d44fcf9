//! OAuth clients: those of the instance for operators, a workspace's own for its admins.
//!
//! Invariants:
//! - Both see the same pages. Where the path names a workspace, there is no client but its own.
//! - A client's secret is in the answer to the form that made it, and in no other.
//! - A client that nobody vouches for is shown and ended, never changed: what it says is its own word.
//!
//! A client may be known by a URL, so it stands in the query and in forms, never in a path.
//!
//! Start reading at `desk.rs`, then `list.rs`.

mod acts;
mod create;
mod desk;
mod detail;
mod list;

pub use acts::{edit, revoke, rotate};
pub use create::{create, page as new};
pub use detail::page as detail;
pub use list::page as list;

use desk::Desk;

/// The field and the parameter that name a client.
const CLIENT: &str = "client";

/// The words of a field that takes several, apart from each other.
fn words(typed: &str) -> Vec<String> {
    let words = typed.split(|letter: char| letter == ',' || letter.is_whitespace());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
