//! Names that people give: to workspaces and to keys.

use crate::error::{Error, Result};

/// Characters of a name.
const NAME_CHARACTERS_MAX: usize = 100;

/// The name as it is kept: without blanks around it.
///
/// # Errors
/// `Invalid` where nothing is left that is seen, for over 100 characters, and for control characters.
pub fn parse_name(text: &str) -> Result<String> {
    let name = text.trim();
    let is_good = (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && name.chars().any(|c| !is_hidden(c) && !c.is_whitespace());
    is_good.then(|| name.to_owned()).ok_or_else(|| {
        Error::invalid("the name must have 1 to 100 characters, and no control characters")
    })
}

/// Whether a character is not seen, or turns what is seen around: controls and formats, fillers of
/// scripts that are blank by themselves, and what only changes the character before it.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_something_that_is_seen() {
        for blank in ["", " ", "\u{3164}", "\u{115f} \u{1160}", "\u{fe0f}", "\u{200b}", "\u{2800}"]
        {
            assert!(parse_name(blank).is_err(), "{blank:?}");
        }
        assert_eq!(parse_name(" Ada \u{2764}\u{fe0f} ").unwrap(), "Ada \u{2764}\u{fe0f}");
    }
}
