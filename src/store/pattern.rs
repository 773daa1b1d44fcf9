//! What `LIKE` is asked with.

/// What `LIKE … ESCAPE '!'` takes for "has these words in it", whatever is in them; letters of ASCII
/// are small in it.
#[must_use]
pub fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.to_ascii_lowercase().chars() {
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
    }
}
