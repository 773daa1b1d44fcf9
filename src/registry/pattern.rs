//! What a path parameter or a resource's id may look like.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// The longest expression that is taken, in bytes: a part of a path is a simple thing.
pub const PATTERN_BYTES_MAX: usize = 512;

/// The memory one compiled expression may take, in bytes.
const COMPILED_BYTES_MAX: usize = 1 << 18;

/// The longest part that the default pattern takes, in bytes.
const DEFAULT_BYTES_MAX: usize = 128;

/// A pattern that a whole value must match; by default `[A-Za-z0-9_.~-]{1,128}`. Clones are cheap.
#[derive(Clone, Debug, Default)]
pub struct Pattern(Option<Arc<Regex>>);

impl Pattern {
    /// A pattern of its own, anchored at both ends.
    ///
    /// # Errors
    /// What is wrong with `expression`, in one line.
    pub fn parse(expression: &str) -> Result<Self, String> {
        if expression.len() > PATTERN_BYTES_MAX {
            return Err(format!("a pattern has at most {PATTERN_BYTES_MAX} bytes"));
        }
        // It must stand alone before it is wrapped, or `a)|(b` would escape from its anchors.
        Self::compile(expression)?;
        let anchored = Self::compile(&format!(r"\A(?:{expression})\z"))?;
        Ok(Self(Some(Arc::new(anchored))))
    }

    /// Whether the whole of `value` is as it should be.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.0 {
            Some(regex) => regex.is_match(value),
            None => (1..=DEFAULT_BYTES_MAX).contains(&value.len()) && value.bytes().all(is_plain),
        }
    }

    fn compile(expression: &str) -> Result<Regex, String> {
        let regex = RegexBuilder::new(expression).size_limit(COMPILED_BYTES_MAX).build();
        regex.map_err(|error| {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim();
            format!("not a pattern: {}", reason.trim_start_matches("error: "))
        })
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-')
}

/// The `[params]` of a product: the patterns by the name of what they are for.
#[derive(Clone, Debug, Default)]
pub struct Params(BTreeMap<String, Pattern>);

impl Params {
    /// The pattern for `name`, which is the default where none is written.
    #[must_use]
    pub fn pattern(&self, name: &str) -> Pattern {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Sets the pattern for `name`.
    pub fn insert(&mut self, name: &str, pattern: Pattern) {
        self.0.insert(name.to_owned(), pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        let sku = Pattern::parse("[A-Z]{2}-[0-9]{1,8}").unwrap();
        assert!(sku.matches("AB-1"));
        for value in ["", "AB-", "xAB-1", "AB-1x", "AB-1\n", "ab-1"] {
            assert!(!sku.matches(value), "{value:?}");
        }
        let either = Pattern::parse("a|ab").unwrap();
        assert!(either.matches("ab") && !either.matches("abc"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_in_one_line() {
        for expression in ["[", "a)|(b", "(?x)a #", "a{1000}{1000}", "(?=a)", &"a".repeat(600)] {
            let message = Pattern::parse(expression).unwrap_err();
            assert!(!message.contains('\n') && !message.is_empty(), "{expression}: {message}");
        }
    }

    proptest! {
        #[test]
        fn the_default_is_the_expression_that_it_stands_for(value in "[a-c_.~%é -]{0,6}") {
            let written = Pattern::parse("[A-Za-z0-9_.~-]{1,128}").unwrap();
            prop_assert_eq!(Pattern::default().matches(&value), written.matches(&value));
        }
    }

    #[test]
    fn the_default_ends_at_128_bytes() {
        assert!(Pattern::default().matches(&"a".repeat(128)));
        assert!(!Pattern::default().matches(&"a".repeat(129)));
    }
}
