//! The known word that a misspelt one was probably meant to be.

/// How many known words are looked through: a guess is not worth more.
const KNOWN_MAX: usize = 1_000;

/// The nearest of `known` to `word`, where one is near enough to be worth suggesting.
///
/// Near enough is about one slip in three letters, swapped neighbours counting as one; beyond that
/// a suggestion misleads more than it helps.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_lowercase();
    let slips_max = (folded.chars().count() / 3).max(1);
    known
        .into_iter()
        .take(KNOWN_MAX)
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(slips, name)| *slips <= slips_max && *slips < name.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

/// `": did you mean `scopes`?"`, or nothing where no known word is near; the end of a message.
#[must_use]
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        let known = ["scopes", "routes", "keys", "name", "read:orders"];
        for (word, expected) in [
            ("scope", Some("scopes")),
            ("scpoes", Some("scopes")),
            ("Routes", Some("routes")),
            ("kyes", Some("keys")),
            ("read:order", Some("read:orders")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word:?}");
        }
        assert_eq!(did_you_mean("nmae", known), ": did you mean `name`?");
        assert_eq!(did_you_mean("colour", known), "");
    }
}
