//! Where somebody lands who has signed in.

use crate::error::Result;
use crate::http::web::{Reply, Visit};

/// On to what they came for most often.
///
/// # Errors
/// None.
pub fn page(_visit: &Visit<'_>) -> Result<Reply> {
    Ok(Reply::see_other("/account"))
}
