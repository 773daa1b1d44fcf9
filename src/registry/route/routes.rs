//! All routes of a product, and the one that a request means.

use super::declared::{Match, Route};
use super::path::Part;
use super::tree::{Tree, Words};

/// What `*` stands for. A method outside of these is open only where it is named.
const ANY_METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The declared routes of a product.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    list: Vec<Route>,
    tree: Tree,
    words: Words,
}

impl Routes {
    /// Adds `route`, whose path is `parts`.
    ///
    /// # Errors
    /// The route that is there already with the same shape and method; nothing was added then.
    pub fn add(&mut self, mut route: Route, parts: &[Part]) -> Result<(), &Route> {
        let Self { list, tree, words } = self;
        let same_shape = tree.routes_of(parts, words);
        let earlier = same_shape.iter().find(|place| list[**place].method == route.method);
        if let Some(place) = earlier {
            return Err(&list[*place]);
        }
        same_shape.push(list.len());
        route.method = words.keep(&route.method);
        for param in &mut route.params {
            param.name = words.keep(&param.name);
        }
        list.push(route);
        Ok(())
    }

    /// The route that a request with `method` and the decoded, canonical `segments` means.
    ///
    /// Among those that match: segment by segment, literal before `{name}` before `{*rest}`; then
    /// a named method before `*`. `HEAD` is looked up as `GET`.
    #[must_use]
    pub fn find<'p>(&self, method: &str, segments: &'p [&'p str]) -> Option<Match<'_, 'p>> {
        let method = if method == "HEAD" { "GET" } else { method };
        let by_any = ANY_METHODS.contains(&method);
        let route = self.tree.find(segments, &mut |routes| {
            let takes = |wanted: &str| {
                let mut routes = routes.iter().map(|place| &self.list[*place]);
                routes.find(|route| *route.method == *wanted && route.takes(segments))
            };
            takes(method).or_else(|| if by_any { takes("*") } else { None })
        })?;
        Some(Match { route, segments })
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none, so that every request is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::pattern::{Params, Pattern};
    use crate::registry::route::{CountedScopes, Needs, Param, parse_path};
    use crate::source::At;
    use proptest::prelude::*;

    fn params() -> Params {
        let mut params = Params::default();
        params.insert("number", Pattern::parse("[0-9]+").unwrap());
        params
    }

    fn route(method: &str, path: &str) -> (Route, Vec<Part>) {
        let parts = parse_path(path).unwrap();
        let params = Param::of_path(&parts, &params());
        let (method, path) = (method.into(), path.to_owned());
        let (needs, at) = (Needs::Authenticated, At::default());
        let counted = CountedScopes::default();
        (Route { method, path, needs, counted, cost: 1, params, at }, parts)
    }

    fn routes(names: &[&str]) -> Routes {
        let mut routes = Routes::default();
        for name in names {
            let (method, path) = name.split_once(' ').unwrap();
            let (route, parts) = route(method, path);
            routes.add(route, &parts).unwrap();
        }
        routes
    }

    fn split(path: &str) -> Vec<&str> {
        path.split('/').skip(1).filter(|part| !part.is_empty()).collect()
    }

    fn found(routes: &Routes, method: &str, path: &str) -> Option<String> {
        routes.find(method, &split(path)).map(|found| found.route.name())
    }

    #[test]
    fn the_most_particular_route_wins() {
        let all = routes(&[
            "* /",
            "GET /a/{x}",
            "* /a/b",
            "POST /a/{y}",
            "GET /a/{*rest}",
            "GET /a/{number}/c",
            "DELETE /a/{*rest}",
            "PROPFIND /a/b",
            "GET /{x}/b/c",
            "GET /n/{number}",
            "* /n/{word}",
        ]);
        for (method, path, expected) in [
            ("GET", "/", Some("* /")),
            ("GET", "/a", None),
            ("GET", "/a/b", Some("* /a/b")),
            ("GET", "/a/z", Some("GET /a/{x}")),
            ("HEAD", "/a/z", Some("GET /a/{x}")),
            ("POST", "/a/z", Some("POST /a/{y}")),
            ("PUT", "/a/z", None),
            ("DELETE", "/a/z", Some("DELETE /a/{*rest}")),
            ("PROPFIND", "/a/b", Some("PROPFIND /a/b")),
            ("PROPFIND", "/", None),
            ("GET", "/a/7/c", Some("GET /a/{number}/c")),
            ("GET", "/a/x/c", Some("GET /a/{*rest}")),
            ("GET", "/a/b/c", Some("GET /a/{*rest}")),
            ("GET", "/b/b/c", Some("GET /{x}/b/c")),
            ("GET", "/a/b/ü", None),
            ("GET", "/n/7", Some("GET /n/{number}")),
            ("GET", "/n/x", Some("* /n/{word}")),
            ("HEAD", "/n/7", Some("GET /n/{number}")),
            ("POST", "/n/7", Some("* /n/{word}")),
        ] {
            assert_eq!(found(&all, method, path).as_deref(), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_match_has_the_requests_parts_by_name() {
        let all = routes(&["GET /a/{x}/{y}/{*rest}"]);
        let segments = ["a", "1", "2", "3", "4"];
        let found = all.find("GET", &segments).unwrap();
        assert_eq!(found.params().collect::<Vec<_>>(), [("x", "1"), ("y", "2")]);
        assert_eq!((found.param("y"), found.param("rest")), (Some("2"), None));
    }

    #[test]
    fn two_routes_of_one_shape_and_method_are_refused() {
        let mut all = routes(&["GET /a/{x}", "GET /a/{*x}"]);
        let (again, parts) = route("GET", "/a/{y}");
        assert_eq!(all.add(again, &parts).unwrap_err().path, "/a/{x}");
        let (other, parts) = route("PUT", "/a/{y}");
        assert!(all.add(other, &parts).is_ok());
        assert_eq!((all.len(), all.is_empty()), (3, false));
    }

    #[test]
    fn ten_thousand_routes_are_searched_as_ten_are() {
        let names: Vec<_> = (0..10_000).map(|n| format!("GET /v1/r{n}/{{x}}/items")).collect();
        let all = routes(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for number in [0, 5_000, 9_999] {
            let mut asked = 0;
            let name = format!("r{number}");
            let found = all.tree.find(&["v1", &name, "7", "items"], &mut |routes| {
                asked += 1;
                routes.first().copied()
            });
            assert_eq!((found, asked), (Some(number), 1));
        }
    }

    /// How particular a matching path is, segment by segment; the least is the most particular.
    fn rank(parts: &[Part], segments: &[&str]) -> Option<Vec<u8>> {
        let mut ranks = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let segment = segments.get(index)?;
            ranks.push(match part {
                Part::Literal(text) if text == segment => 0,
                Part::Literal(_) => return None,
                Part::Param(_) => 1,
                Part::Rest(_) => return Some([ranks, vec![2]].concat()),
            });
        }
        (parts.len() == segments.len()).then_some(ranks)
    }

    fn found_naively(routes: &Routes, method: &str, path: &str) -> Option<String> {
        let segments = split(path);
        let candidates = routes.iter().filter_map(|route| {
            let by_any = &*route.method == "*" && ANY_METHODS.contains(&method);
            let ranks = rank(&parse_path(&route.path).unwrap(), &segments)?;
            let is_open = (*route.method == *method || by_any) && route.takes(&segments);
            is_open.then_some((ranks, by_any, route.name()))
        });
        candidates.min().map(|(_, _, name)| name)
    }

    proptest! {
        #[test]
        fn finding_is_what_its_definition_says(
            names in prop::collection::vec(
                "(GET|PUT|LOCK|[*]) (/(a|b|[{]x[}])){0,2}/(a|[{]number[}]|[{][*]rest[}])", 1..12,
            ),
            method in "GET|PUT|LOCK",
            path in "(/(a|b|7)){0,4}",
        ) {
            let mut all = Routes::default();
            for name in &names {
                let (method, path) = name.split_once(' ').unwrap();
                let path = path.replacen("{x}", "{x1}", 1);
                let (route, parts) = route(method, &path);
                let _ = all.add(route, &parts);
            }
            prop_assert_eq!(found(&all, &method, &path), found_naively(&all, &method, &path));
        }
    }
}
