//! What `LIKE` is asked with.

/// Letters that are looked for: more than anything has that is searched, and far less than the engine
/// takes.
const LETTERS_MAX: usize = 300;

/// What `LIKE … ESCAPE '!'` takes for "has these words in it", whatever is in them; letters of ASCII
/// are small in it.
#[must_use]
pub fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.to_ascii_lowercase().chars().take(LETTERS_MAX) {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_types_is_no_pattern() {
        assert_eq!(containing("Web 100%_!"), "%web 100!%!_!!%");
        assert_eq!(containing(&"%".repeat(100_000)).len(), 2 * LETTERS_MAX + 2);
    }
}
