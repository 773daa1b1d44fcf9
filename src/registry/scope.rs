//! A product's scopes, and which of them somebody who holds some of them has.
//!
//! A scope is a permission's name, segments joined by `:`. A last segment `*` stands for one or
//! more segments. Names are compared as they are written.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::source;

/// The longest name of a scope: a caller's scopes go to the back end in one header of 4 KiB.
pub const SCOPE_BYTES_MAX: usize = 128;

/// A permission that a product declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its name, such as `read:orders` or `read:*`; the same text wherever it is counted.
    pub name: Arc<str>,
    /// What it permits, in the words of the product; may be empty.
    pub description: String,
    /// Whether only an operator may give it, and by its exact name.
    pub is_admin: bool,
    /// Whether it stands for all scopes below it.
    pub is_wildcard: bool,
}

/// All scopes of a product, in the order of its file.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    list: Vec<Scope>,
    by_name: HashMap<Arc<str>, usize>,
}

/// Some scopes of one product, as a bit for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet {
    // Two words hold 128 scopes in place, which is more than any product we know declares.
    words: SmallVec<[u64; 2]>,
}

/// The scopes that a caller has, wildcards expanded. Good for the very [`Scopes`] that made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant(ScopeSet);

impl Scopes {
    /// The scopes of `list`; of two with one name the later counts.
    #[must_use]
    pub fn new(list: Vec<Scope>) -> Self {
        let named = |(index, scope): (usize, &Scope)| (Arc::clone(&scope.name), index);
        let by_name = list.iter().enumerate().map(named).collect();
        Self { list, by_name }
    }

    /// The scope of this very name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Scope> {
        self.index(name).map(|index| &self.list[index])
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The scope that a misspelt `name` probably meant.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        source::nearest(name, self.list.iter().map(|scope| &*scope.name))
    }

    /// What somebody has who holds the scopes `held` by name.
    ///
    /// A wildcard counts where this product lists it, and covers what is not admin-only. A scope
    /// that is held by its exact name counts always. Unknown names count for nothing.
    #[must_use]
    pub fn grant<'h>(&self, held: impl Iterator<Item = &'h str>) -> Grant {
        let mut set = ScopeSet::default();
        for index in held.filter_map(|name| self.index(name)) {
            set.insert(index);
            if self.list[index].is_wildcard {
                set.extend(self.covered_by(&self.list[index]));
            }
        }
        Grant(set)
    }

    /// What a key of a full-access type has: everything that is not admin-only.
    #[must_use]
    pub fn grant_full(&self) -> Grant {
        let open = self.list.iter().enumerate().filter(|(_, scope)| !scope.is_admin);
        Grant(open.map(|(index, _)| index).collect())
    }

    /// The set of `names`, as far as they are known.
    #[must_use]
    pub fn set<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> ScopeSet {
        names.into_iter().filter_map(|name| self.index(name)).collect()
    }

    /// The names in `set`, in the order of the file.
    pub fn names<'s>(&'s self, set: &'s ScopeSet) -> impl Iterator<Item = &'s str> {
        self.indexed(set).map(|(_, name)| &**name)
    }

    /// The same, each with its place in the file.
    pub(super) fn indexed<'s>(
        &'s self,
        set: &'s ScopeSet,
    ) -> impl Iterator<Item = (usize, &'s Arc<str>)> {
        let scopes = self.list.iter().enumerate().filter(|(index, _)| set.contains(*index));
        scopes.map(|(index, scope)| (index, &scope.name))
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    fn covered_by(&self, wildcard: &Scope) -> impl Iterator<Item = usize> {
        let scopes = self.list.iter().enumerate();
        scopes
            .filter(|(_, scope)| !scope.is_admin && covers(&wildcard.name, &scope.name))
            .map(|(index, _)| index)
    }
}

/// Whether the wildcard `wildcard` stands for `name`: `read:*` for `read:a` and `read:a:b`, not
/// for `read`. A name that is no wildcard covers itself alone.
#[must_use]
pub fn covers(wildcard: &str, name: &str) -> bool {
    match wildcard.strip_suffix('*') {
        Some(stem) => name.len() > stem.len() && name.starts_with(stem),
        None => wildcard == name,
    }
}

/// Says what is wrong with a scope's name, and the mend.
///
/// # Errors
/// The message, where `name` is not segments of letters, digits, `_`, `.` and `-` joined by `:`,
/// of which the last may be `*`.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if matches!(name, "public" | "authenticated") {
        return Err(format!(
            "`{name}` is what a route needs instead of a scope: choose another name"
        ));
    }
    if name.len() > SCOPE_BYTES_MAX {
        return Err(format!("a scope has at most {SCOPE_BYTES_MAX} characters"));
    }
    let stem = name.strip_suffix(":*").unwrap_or(if name == "*" { return Ok(()) } else { name });
    if stem.contains('*') {
        return Err(format!("`*` may only be the last segment of `{name}`, as in `read:*`"));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if stem.split(':').all(|segment| !segment.is_empty() && segment.chars().all(is_plain)) {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no scope: write segments of letters, digits, `_`, `.` and `-` joined by `:`, \
         such as `read:orders`"
    ))
}

impl ScopeSet {
    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    fn insert(&mut self, index: usize) {
        if self.words.len() <= index / 64 {
            self.words.resize(index / 64 + 1, 0);
        }
        self.words[index / 64] |= 1 << (index % 64);
    }

    fn contains(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

impl Extend<usize> for ScopeSet {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, indexes: I) {
        indexes.into_iter().for_each(|index| self.insert(index));
    }
}

impl FromIterator<usize> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indexes: I) -> Self {
        let mut set = Self::default();
        set.extend(indexes);
        set
    }
}

impl Grant {
    /// Whether it has the scope at this place of the file.
    pub(super) fn has(&self, index: usize) -> bool {
        self.0.contains(index)
    }

    /// Whether it has every scope of `set`.
    #[must_use]
    pub fn has_all(&self, set: &ScopeSet) -> bool {
        let has = |index: usize| self.0.words.get(index).copied().unwrap_or(0);
        set.words.iter().enumerate().all(|(index, word)| word & !has(index) == 0)
    }

    /// Whether it has at least one scope of `set`.
    #[must_use]
    pub fn has_any(&self, set: &ScopeSet) -> bool {
        self.0.words.iter().zip(&set.words).any(|(has, word)| has & word != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes(names: &[&str]) -> Scopes {
        let scope = |name: &&str| Scope {
            name: name.trim_end_matches('!').into(),
            description: String::new(),
            is_admin: name.ends_with('!'),
            is_wildcard: name.ends_with('*'),
        };
        Scopes::new(names.iter().map(scope).collect())
    }

    fn had(all: &Scopes, grant: &Grant) -> Vec<String> {
        all.names(&grant.0).map(str::to_owned).collect()
    }

    #[test]
    fn a_wildcard_stands_for_one_or_more_segments() {
        for (wildcard, name, expected) in [
            ("read:*", "read:a", true),
            ("read:*", "read:a:b", true),
            ("read:*", "read", false),
            ("read:*", "write:a", false),
            ("read:*", "ready:a", false),
            ("*", "read:a", true),
            ("*", "read", true),
            ("read:a", "read:a", true),
            ("read:a", "read:a:b", false),
        ] {
            assert_eq!(covers(wildcard, name), expected, "{wildcard} over {name}");
        }
    }

    #[test]
    fn a_wildcard_never_covers_an_admin_scope_and_counts_only_where_it_is_listed() {
        let all = scopes(&["read:*", "read:a", "read:b!", "write:a"]);
        assert_eq!(had(&all, &all.grant(["read:*"].into_iter())), ["read:*", "read:a"]);
        assert_eq!(had(&all, &all.grant(["read:b"].into_iter())), ["read:b"]);
        assert!(had(&all, &all.grant(["*", "write:*", "gone"].into_iter())).is_empty());
        assert_eq!(had(&all, &all.grant_full()), ["read:*", "read:a", "write:a"]);
    }

    #[test]
    fn names_are_checked_with_the_mend() {
        for good in ["*", "read", "read:*", "a:b:c", "Read.v2:my_orders-x", "a:b:*"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for (bad, mend) in [
            ("", "is no scope"),
            ("read:", "is no scope"),
            (":read", "is no scope"),
            ("read orders", "is no scope"),
            ("lese:bücher", "is no scope"),
            ("*:read", "only be the last segment"),
            ("read*", "only be the last segment"),
            ("read:*:*", "only be the last segment"),
            ("public", "choose another name"),
        ] {
            let message = check_name(bad).unwrap_err();
            assert!(message.contains(mend), "{bad:?}: {message}");
        }
        assert!(check_name(&"x".repeat(SCOPE_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn a_set_holds_more_scopes_than_a_word_has_bits() {
        let names: Vec<_> = (0..300).map(|number| format!("s{number}")).collect();
        let all = scopes(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let grant = all.grant(["s0", "s64", "s299"].into_iter());
        assert!(grant.has_all(&all.set(["s0", "s299"])));
        assert!(!grant.has_all(&all.set(["s0", "s298"])));
        assert!(grant.has_any(&all.set(["s1", "s299"])));
        assert!(!grant.has_any(&all.set(["s1", "s298"])));
        assert!(!all.grant(["s0"].into_iter()).has_all(&all.set(["s299"])));
        assert!(Grant::default().has_all(&ScopeSet::default()));
    }

    /// What the words of the contract say, segment by segment.
    fn covers_naively(wildcard: &str, name: &str) -> bool {
        let (pattern, name): (Vec<_>, Vec<_>) =
            (wildcard.split(':').collect(), name.split(':').collect());
        match pattern.split_last() {
            Some((&"*", stem)) => name.len() > stem.len() && name[..stem.len()] == *stem,
            _ => pattern == name,
        }
    }

    proptest! {
        #[test]
        fn covering_is_what_its_definition_says(
            wildcard in "(a|b|ab)(:(a|b|ab)){0,2}(:[*])?|[*]",
            name in "(a|b|ab)(:(a|b|ab)){0,3}",
        ) {
            prop_assert_eq!(covers(&wildcard, &name), covers_naively(&wildcard, &name));
        }
    }
}
