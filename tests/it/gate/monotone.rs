//! Less is never more: a key with a scope fewer, or a restriction more, passes nowhere where the key
//! that it was narrowed from does not.
//!
//! Registries and keys are generated; the keys are made by the command's own action, and judged by
//! the gate's own decision, without HTTP.

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs;

use keystile::principals::{Found, Presented};
use keystile::registry::Registry;
use keystile::secret::SecretDigest;
use keystile::verify::{Asked, Counting, HeaderLine, Headers, Lookup, Verifier};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use crate::harness::{Instance, Plugins};

/// Registries that are generated, each with a key and all that it can be narrowed to.
const CASES: u32 = 48;

const SCOPES: [&str; 6] = ["a:read", "a:write", "a:b:read", "b:read", "read:a", "read"];
const WILDCARDS: [&str; 4] = ["*", "a:*", "a:b:*", "read:*"];
const RESOURCES: [(&str, &str); 2] = [("box", "query:box_id"), ("team", "header:x-team")];
const PATHS: [&str; 6] =
    ["/x/{box}", "/t/{team}", "/x/{box}/t/{team}", "/x/{box}/{*rest}", "/y", "/y/{*rest}"];
const IDS: [&str; 3] = ["i1", "i2", "i3"];
const RANGES: [&str; 3] = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"];

const TARGETS: [&str; 12] = [
    "/x/i1",
    "/x/i2",
    "/x/i1?box_id=i1",
    "/x/i1?box_id=i2",
    "/t/i1",
    "/t/i3",
    "/x/i1/t/i1",
    "/x/i2/t/i1",
    "/x/i1/z",
    "/y",
    "/y?box_id=i2",
    "/y/z",
];

/// What a route needs, as a plugin file writes it.
fn needs() -> impl Strategy<Value = String> {
    let some = subsequence(SCOPES.to_vec(), 1..=2);
    let list = some.prop_map(|scopes| format!("{scopes:?}"));
    let any = list.clone().prop_map(|list| format!("{{ any = {list} }}"));
    let word = select(vec!["\"authenticated\"".to_owned(), "\"public\"".to_owned()]);
    let one = select(&SCOPES[..]).prop_map(|scope| format!("{scope:?}"));
    prop_oneof![4 => one, 2 => list, 2 => any, 1 => word]
}

/// A generated product, as far as a key's terms depend on it.
#[derive(Clone, Debug)]
struct Product {
    text: String,
    per_key: Vec<&'static str>,
}

fn products() -> impl Strategy<Value = Product> {
    let per_key = proptest::collection::vec(select(vec!["any", "any", "some", "one"]), 2);
    let admin = subsequence(SCOPES.to_vec(), 0..=2);
    let method = select(vec!["GET", "POST", "*"]);
    let route = (select(&PATHS[..]), method);
    let routes = proptest::collection::btree_map(route, needs(), 3..10);
    (per_key, admin, routes).prop_map(|(per_key, admin, routes)| {
        let mut text = "name = \"G\"\n[keys.live]\nprefix = \"ge_\"\n[keys.full]\n\
                        prefix = \"gf_\"\naccess = \"full\"\n"
            .to_owned();
        for ((name, place), per_key) in RESOURCES.iter().zip(&per_key) {
            write!(text, "[resources.{name}]\nper_key = \"{per_key}\"\n").unwrap();
            writeln!(text, "from = [\"path:{name}\", \"{place}\"]").unwrap();
        }
        text.push_str("[scopes]\n");
        for scope in SCOPES.iter().chain(&WILDCARDS) {
            let grant = if admin.contains(scope) { ", grant = \"admin\"" } else { "" };
            writeln!(text, "\"{scope}\" = {{ description = \"S\"{grant} }}").unwrap();
        }
        text.push_str("[routes]\n");
        for ((path, method), needs) in routes {
            writeln!(text, "\"{method} {path}\" = {needs}").unwrap();
        }
        Product { text, per_key }
    })
}

/// A key's terms; no scopes are those of full access.
#[derive(Clone, Debug)]
struct Terms {
    scopes: Vec<&'static str>,
    /// The ids of each resource.
    ids: Vec<Vec<&'static str>>,
    ranges: Vec<&'static str>,
}

fn terms(product: &Product) -> impl Strategy<Value = Terms> + use<> {
    let all: Vec<&str> = SCOPES.into_iter().chain(WILDCARDS).collect();
    let scopes = prop_oneof![6 => subsequence(all, 1..=4), 1 => Just(Vec::new())];
    let ids = |per_key: &&str| match *per_key {
        "one" => subsequence(IDS.to_vec(), 1..=1),
        "some" => subsequence(IDS.to_vec(), 1..=2),
        _ => subsequence(IDS.to_vec(), 0..=2),
    };
    let ids: Vec<_> = product.per_key.iter().map(ids).collect();
    let ranges = subsequence(RANGES.to_vec(), 0..=2);
    (scopes, ids, ranges).prop_map(|(scopes, ids, ranges)| Terms { scopes, ids, ranges })
}

impl Terms {
    /// Every key that is this one with one thing less: a scope, an id of several, a range of
    /// several, or freedom where there was no restriction.
    fn narrowed(&self, product: &Product) -> Vec<Self> {
        let mut narrowed = Vec::new();
        for scopes in fewer(&self.scopes) {
            narrowed.push(Self { scopes, ..self.clone() });
        }
        for (place, ids) in self.ids.iter().enumerate() {
            let is_free = ids.is_empty() && product.per_key[place] == "any";
            let with = |id: &&'static str| vec![*id];
            let stricter = if is_free { IDS.iter().map(with).collect() } else { fewer(ids) };
            for ids in stricter {
                let mut all = self.ids.clone();
                all[place] = ids;
                narrowed.push(Self { ids: all, ..self.clone() });
            }
        }
        let ranges = if self.ranges.is_empty() {
            RANGES.iter().map(|range| vec![*range]).collect()
        } else {
            fewer(&self.ranges)
        };
        narrowed.extend(ranges.into_iter().map(|ranges| Self { ranges, ..self.clone() }));
        narrowed
    }

    /// What the key's secret is found to be worth.
    fn made(&self, instance: &Instance, product: &str) -> Found {
        let key_type = if self.scopes.is_empty() { "full" } else { "live" };
        let mut new = instance.key(product, key_type, &self.scopes);
        for ((resource, _), ids) in RESOURCES.iter().zip(&self.ids) {
            new = ids.iter().fold(new, |new, id| new.bound_to(resource, id));
        }
        let new = self.ranges.iter().fold(new, |new, range| new.allow_ip(range));
        let digest = SecretDigest::of(new.make().secret.as_bytes());
        instance.app.principals.load(&Presented::Key(digest)).unwrap()
    }
}

/// Each list with one word less, but for an empty one.
fn fewer(words: &[&'static str]) -> Vec<Vec<&'static str>> {
    let without = |left_out: usize| {
        let kept = words.iter().enumerate().filter(|(place, _)| *place != left_out);
        kept.map(|(_, word)| *word).collect()
    };
    if words.len() < 2 { Vec::new() } else { (0..words.len()).map(without).collect() }
}

/// One request, as nginx would ask about it.
type Lines = Vec<(&'static str, &'static str)>;

fn requests() -> Vec<Lines> {
    let mut requests = Vec::new();
    for target in TARGETS {
        for method in ["GET", "POST"] {
            for team in [None, Some("i1"), Some("i2")] {
                for address in [None, Some("203.0.113.9"), Some("2001:db8::9")] {
                    let mut lines = vec![("x-original-uri", target), ("x-original-method", method)];
                    lines.extend(team.map(|team| ("x-team", team)));
                    lines.extend(address.map(|address| ("x-real-ip", address)));
                    requests.push(lines);
                }
            }
        }
    }
    requests
}

/// Whether a request passes for whoever was found.
fn passes(instance: &Instance, registry: &Registry, found: &Found, asked: (&str, &Lines)) -> bool {
    let (product, lines) = asked;
    let lines: Vec<HeaderLine<'_>> =
        lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let asked = Asked::by_nginx(Some(product), Headers::over(&lines));
    let limiter = &instance.app.limiter;
    let verifier = Verifier {
        registry,
        principals: &instance.app.principals,
        limiter,
        plans: &limiter.plans(),
        counting: Counting::Looked,
    };
    let lookup = Lookup::Instead(found.clone());
    verifier.verify(&asked, lookup, instance.app.clock.now(), &mut ()).is_ok()
}

#[test]
fn a_scope_fewer_or_a_restriction_more_never_turns_a_deny_into_an_allow() {
    let instance = Instance::start(&Plugins::default());
    let requests = requests();
    let (number, allowed, lost) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let check = |(product, terms): (Product, Terms)| {
        let id = format!("generated-{}", number.replace(number.get() + 1));
        let file = instance.plugin_file(&id);
        fs::write(&file, &product.text).unwrap();
        instance.app.plugins.reload();
        let registry = instance.app.plugins.registry.load_full();
        prop_assert!(registry.product(&id).is_some(), "{}", product.text);

        let whole = terms.made(&instance, &id);
        for narrowed in terms.narrowed(&product) {
            let less = narrowed.made(&instance, &id);
            for request in &requests {
                let passes = |found| passes(&instance, &registry, found, (&id, request));
                let (before, after) = (passes(&whole), passes(&less));
                prop_assert!(before || !after, "{terms:?}\n{narrowed:?}\n{request:?}");
                allowed.set(allowed.get() + u32::from(before));
                lost.set(lost.get() + u32::from(before && !after));
            }
        }
        fs::remove_file(file).unwrap();
        Ok(())
    };
    let cases = products().prop_flat_map(|product| (Just(product.clone()), terms(&product)));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&cases, check).unwrap();
    println!("{} passes, {} of them lost", allowed.get(), lost.get());
    assert!(lost.get() > 0 && allowed.get() > lost.get(), "else nothing was shown");
}
