//! The pages of workspaces: the list, one's own page, its members.
//!
//! Start reading at `detail.rs`.

pub mod create;
pub mod detail;
pub mod list;
pub mod members;

use crate::accounts::Slug;
use crate::error::{Error, Result};
use crate::http::web::Visit;

/// The workspace that the path names.
fn slug(visit: &Visit<'_>) -> Result<Slug> {
    let slug = visit.param("workspace").parse();
    slug.map_err(|_| Error::not_found("a slug is lower-case letters, digits and `-`"))
}
