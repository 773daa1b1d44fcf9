//! `/console`: the state of the instance for whoever runs it, their workspaces for others.

use crate::error::Result;
use crate::http::console::overview;
use crate::http::web::{Reply, Visit};

/// The pages live below `/console`, so that a proxy can pass them beside an API.
///
/// # Errors
/// None.
pub fn front(_: &Visit<'_>) -> Result<Reply> {
    Ok(Reply::see_other("/console"))
}

/// Where somebody lands who has signed in.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    if visit.holder()?.user.is_operator {
        overview::page(visit)
    } else {
        Ok(Reply::see_other("/console/workspaces"))
    }
}
