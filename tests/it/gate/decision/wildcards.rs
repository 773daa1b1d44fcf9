//! Scopes of several segments, and which of several routes counts: products of the tests' own, since
//! the shipped ones have wildcards of two segments alone.

use super::{Case, Identity, Named, Product, World, live};
use crate::harness::{Nginx, Plugins};

const DEEP: Product =
    Product { id: "deep", host: "deep.example", resource: None, credentials: &["x-api-key"] };

const WILDCARDS: [&str; 4] = ["*", "a:*", "a:b:*", "ab:*"];

/// Every place where a wildcard could reach too far, or too short.
const NAMES: [&str; 10] =
    ["a", "ab", "b:a", "a:b", "a:bc", "ab:c", "a:b:c", "a:b:c:d", "a:bc:d", "ab:c:b"];

/// Those that an operator alone may give.
const ADMIN: [&str; 3] = ["admin", "a:admin", "a:b:admin"];

fn deep() -> String {
    let names = WILDCARDS.iter().chain(&NAMES).map(|name| format!("\"{name}\" = \"\"\n"));
    let admin = ADMIN.map(|name| format!("\"{name}\" = {{ grant = \"admin\" }}\n"));
    let routes = NAMES.iter().chain(&ADMIN);
    let routes = routes.map(|name| format!("\"GET {}\" = \"{name}\"\n", path_of(name)));
    format!(
        "name = \"Deep\"\nhosts = [\"deep.example\"]\ncredentials = [\"x-api-key\"]\n\
         [keys.live]\nprefix = \"de_live_\"\n[keys.full]\nprefix = \"de_full_\"\naccess = \"full\"\n\
         [scopes]\n{}{}[routes]\n{}",
        names.collect::<String>(),
        admin.concat(),
        routes.collect::<String>(),
    )
}

fn path_of(scope: &str) -> String {
    format!("/{}", scope.replace(':', "/"))
}

/// What the words of the contract say: one or more segments in the place of `*`, and never an
/// admin's.
fn covers(held: &str, needed: &str) -> bool {
    let below = held.strip_suffix('*').and_then(|start| needed.strip_prefix(start));
    held == needed || (below.is_some_and(|rest| !rest.is_empty()) && !ADMIN.contains(&needed))
}

#[test]
fn a_wildcard_covers_whole_segments_below_it_and_nothing_of_an_admins() {
    let plugins = Plugins::default().and("deep", &deep());
    let world = World::over(&plugins, &["deep"], Nginx::start);
    for held in WILDCARDS.iter().chain(&NAMES).chain(&ADMIN) {
        println!("{held} is held:");
        let key: Named = world.instance.key("deep", "live", &[held]).make().into();
        let who = live(&key.id, held, "");
        let case = |needed: &&str| -> Case {
            let asked = DEEP.present(key.secret(), "GET", &path_of(needed));
            if covers(held, needed) {
                return DEEP.passes("covered", asked, &who);
            }
            DEEP.denies("not covered", asked, "insufficient_scope").needing(needed)
        };
        world.check(NAMES.iter().chain(&ADMIN).map(case).collect());
    }
    let full: Named = world.instance.key("deep", "full", &[]).make().into();
    let who = Identity { environment: "full", ..live(&full.id, "*", "") };
    let ask = |scope: &str| DEEP.present(full.secret(), "GET", &path_of(scope));
    let passes = NAMES.map(|name| DEEP.passes("full access", ask(name), &who));
    let denied =
        ADMIN.map(|name| DEEP.denies("full access", ask(name), "insufficient_scope").needing(name));
    world.check(passes.into_iter().chain(denied).collect());
}

const FORKS: &str = r#"
name = "Forks"
hosts = ["forks.example"]
credentials = ["x-api-key"]

[keys.live]
prefix = "fo_live_"

[scopes]
"rest" = ""
"name" = ""
"literal" = ""
"any-method" = ""
"name-literal" = ""
"literal-name" = ""
"literal-rest" = ""
"literal-literal" = ""
"none" = ""

[routes]
"GET /p/{*rest}" = "rest"
"GET /p/{x}" = "name"
"GET /p/lit" = "literal"
"* /p/lit" = "any-method"
"GET /p/{x}/b" = "name-literal"
"GET /p/lit/{y}" = "literal-name"
"GET /p/lit/{*rest}" = "literal-rest"
"* /p/lit/b" = "literal-literal"
"#;

#[test]
fn of_several_routes_the_most_literal_counts_then_the_one_that_names_the_method() {
    const FORKS_PRODUCT: Product = Product { id: "forks", host: "forks.example", ..DEEP };
    let world = World::over(&Plugins::default().and("forks", FORKS), &["forks"], Nginx::start);
    let rows = [
        ("GET", "/p/other", "name"),
        ("GET", "/p/lit", "literal"),
        ("HEAD", "/p/lit", "literal"),
        ("GET", "/p/%6Cit", "literal"),
        ("POST", "/p/lit", "any-method"),
        ("OPTIONS", "/p/lit", "any-method"),
        ("GET", "/p/LIT", "name"),
        ("GET", "/p/other/b", "name-literal"),
        ("GET", "/p/lit/z", "literal-name"),
        ("GET", "/p/lit/b", "literal-literal"),
        ("HEAD", "/p/lit/b", "literal-literal"),
        ("POST", "/p/lit/b", "literal-literal"),
        ("GET", "/p/lit/z/q", "literal-rest"),
        ("GET", "/p/lit/b/q", "literal-rest"),
        ("GET", "/p/other/c", "rest"),
        ("GET", "/p/other/b/c", "rest"),
    ];
    let none: Named = world.instance.key("forks", "live", &["none"]).make().into();
    let mut cases: Vec<Case> = Vec::new();
    for (method, target, scope) in rows {
        let key: Named = world.instance.key("forks", "live", &[scope]).make().into();
        let ask = |key: &Named| FORKS_PRODUCT.present(key.secret(), method, target);
        cases.push(FORKS_PRODUCT.passes(target, ask(&key), &live(&key.id, scope, "")));
        cases.push(FORKS_PRODUCT.denies(target, ask(&none), "insufficient_scope").needing(scope));
    }
    for (method, target) in [("POST", "/p/lit/z"), ("DELETE", "/p/other"), ("GET", "/p")] {
        let asked = FORKS_PRODUCT.present(none.secret(), method, target);
        cases.push(FORKS_PRODUCT.denies(target, asked, "route_not_declared"));
    }
    world.check(cases);
}
