//! Names that people give: to workspaces and to keys.

use crate::error::{Error, Result};

/// Characters of a name.
const NAME_CHARACTERS_MAX: usize = 100;

/// The name as it is kept: without blanks around it.
///
/// # Errors
/// `Invalid` where nothing is left, for over 100 characters, and for control characters.
pub fn parse_name(text: &str) -> Result<String> {
    let name = text.trim();
    let is_good = (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count())
        && !name.chars().any(char::is_control);
    is_good.then(|| name.to_owned()).ok_or_else(|| {
        Error::invalid("the name must have 1 to 100 characters, and no control characters")
    })
}
