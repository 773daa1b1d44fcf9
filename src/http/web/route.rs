//! What stands behind a path, and who may see it.

use super::reply::Reply;
use super::visit::Visit;
use crate::accounts::people::Role;
use crate::error::Result;

/// What somebody does with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Looks at it. Nothing changes.
    Get,
    /// Sends its form.
    Post,
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever asks.
    Anyone,
    /// Whoever has signed in.
    SignedIn,
    /// Whoever runs this instance. To others there is no such page.
    Operator,
    /// Members of the `{workspace}` in the path, of this role or more; operators too. To others there
    /// is no such page, and members of a lesser role are told so.
    Member(Role),
}

/// Makes the answer to somebody who may have it.
pub type Handler = fn(&Visit<'_>) -> Result<Reply>;

/// One page, or one form.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// What is done with it.
    pub verb: Verb,
    /// Its path: `{name}` stands for one segment.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// What answers.
    pub handler: Handler,
}

/// A page to look at.
pub(in crate::http) const fn get(path: &'static str, who: Who, handler: Handler) -> Route {
    Route { verb: Verb::Get, path, who, handler }
}

/// A form to send.
pub(in crate::http) const fn post(path: &'static str, who: Who, handler: Handler) -> Route {
    Route { verb: Verb::Post, path, who, handler }
}

/// The parameters of a path, by the names that its route gives them.
pub(super) type Params<'a> = Vec<(&'static str, &'a str)>;

/// What a table has for a path.
pub(super) enum Found<'a> {
    /// The route, and its parameters.
    Here(&'static Route, Params<'a>),
    /// The path is there, for another verb.
    OtherVerb,
    /// Nothing.
    Nothing,
}

/// Looks a path up. The first route that matches is the one.
pub(super) fn find<'a>(routes: &'static [Route], verb: Verb, path: &'a str) -> Found<'a> {
    let mut found = Found::Nothing;
    for route in routes {
        let Some(params) = matched(route.path, path) else { continue };
        if route.verb == verb {
            return Found::Here(route, params);
        }
        found = Found::OtherVerb;
    }
    found
}

fn matched<'a>(pattern: &'static str, path: &'a str) -> Option<Params<'a>> {
    let (mut asked, mut params) = (path.split('/'), Params::new());
    for part in pattern.split('/') {
        let segment = asked.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) if is_plain(segment) => params.push((name, segment)),
            None if part == segment => {}
            _ => return None,
        }
    }
    asked.next().is_none().then_some(params)
}

/// Whether a segment says the same to everybody who reads it: ids, slugs and tokens do.
fn is_plain(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte);
    (1..=128).contains(&segment.len())
        && segment.bytes().all(is_plain)
        && segment != "."
        && segment != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_matched_segment_by_segment() {
        let params = |path| matched("/w/{workspace}/keys/{key}", path);
        assert_eq!(
            params("/w/acme/keys/key_1"),
            Some(vec![("workspace", "acme"), ("key", "key_1")])
        );
        for other in [
            "/w/acme/keys",
            "/w/acme/keys/",
            "/w/acme/keys/a/b",
            "/w//keys/a",
            "/w/a%62/keys/b",
            "/w/../keys/a",
            "//w/acme/keys/k",
        ] {
            assert_eq!(params(other), None, "{other}");
        }
        assert_eq!(matched("/", "/"), Some(vec![]));
        assert_eq!(matched("/", "//"), None);
    }
}
