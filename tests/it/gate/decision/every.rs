//! The rows that hold for every product: each of the five shipped ones with each of its key types, at
//! the gate and through an nginx behind a balancer that ends TLS.

use keystile::secret::Secret;

use super::super::asked::Asked;
use super::{Case, Identity, Named, Product, World, live};
use crate::harness::{Nginx, Plugins};

pub(super) const SHIPPED: [&str; 5] = ["whale", "brands", "stores", "marketplace", "example"];

/// A shipped product, as far as these rows depend on it.
struct Sample {
    product: Product,
    proto: &'static str,
    kinds: &'static [Kind],
    /// The id that each key is bound to, and what the back end is told of it.
    bound: Option<&'static str>,
    ids: &'static str,
    /// What each kind may GET.
    good: &'static str,
    /// What no scoped kind may GET, and what it would have needed.
    lacking: (&'static str, &'static str),
    undeclared: [(&'static str, &'static str); 2],
}

/// A key type.
struct Kind {
    id: &'static str,
    environment: &'static str,
    host: &'static str,
    scopes: &'static [&'static str],
}

const fn kind(
    id: &'static str,
    environment: &'static str,
    host: &'static str,
    scopes: &'static [&'static str],
) -> Kind {
    Kind { id, environment, host, scopes }
}

const WHALE: Sample = Sample {
    product: Product {
        id: "whale",
        host: "gateway.whale.example",
        resource: Some("store"),
        credentials: &["x-api-key"],
    },
    proto: "http",
    kinds: &[
        kind("live", "live", "gateway.whale.example", &["read:products"]),
        kind("test", "test", "gateway.whale.example", &["read:products"]),
    ],
    bound: Some("st_1"),
    ids: "st_1",
    good: "/v1/stores/st_1/products/p_1",
    lacking: ("/v1/stores/st_1/orders", "read:orders"),
    undeclared: [("PUT", "/v1/stores/st_1/products"), ("GET", "/v1/stores")],
};

const BRANDS: Sample = Sample {
    product: Product {
        id: "brands",
        host: "api.brands.example",
        resource: Some("brand"),
        credentials: &["authorization"],
    },
    proto: "http",
    kinds: &[kind("live", "live", "api.brands.example", &["posts:read"])],
    bound: None,
    ids: "*",
    good: "/v1/brands/b_1/posts/p_1",
    lacking: ("/v1/admin/sample-packs", "admin:read"),
    undeclared: [("DELETE", "/v1/posts"), ("GET", "/v1/admin")],
};

const STORES: Sample = Sample {
    product: Product {
        id: "stores",
        host: "api.stores.example",
        resource: None,
        credentials: &["x-api-key"],
    },
    proto: "http",
    kinds: &[
        kind("live", "production", "api.stores.example", &["read:products"]),
        kind("test", "test", "api.stores.example", &["read:products"]),
    ],
    bound: None,
    ids: "",
    good: "/v1/products/p_1/variants/v_1",
    lacking: ("/v1/customers", "read:customers"),
    undeclared: [("DELETE", "/v1/customers/c_1"), ("POST", "/v1/orders")],
};

const MARKETPLACE: Sample = Sample {
    product: Product {
        id: "marketplace",
        host: "api.marketplace.example",
        resource: None,
        credentials: &["authorization"],
    },
    proto: "http",
    kinds: &[
        kind("live", "production", "api.marketplace.example", &["apis:read"]),
        kind("test", "sandbox", "sandbox.marketplace.example", &["apis:read"]),
    ],
    bound: None,
    ids: "",
    good: "/v1/marketplace/apis/a_1/versions/v1.2",
    lacking: ("/v1/subscriptions/s_1/usage", "subscriptions:read usage:read"),
    undeclared: [("PUT", "/v1/marketplace/apis/a_1"), ("GET", "/v1/marketplace")],
};

const EXAMPLE: Sample = Sample {
    product: Product {
        id: "example",
        host: "api.example.example",
        resource: None,
        credentials: &["authorization"],
    },
    proto: "https",
    kinds: &[
        kind("live", "live", "api.example.example", &[]),
        kind("test", "test", "api.example.example", &[]),
        kind("restricted", "live", "api.example.example", &["read:users"]),
    ],
    bound: None,
    ids: "",
    good: "/v1/users/u_1",
    lacking: ("/v1/orders", "read:orders"),
    undeclared: [("DELETE", "/v1/users/u_1"), ("GET", "/v1")],
};

const SAMPLES: [&Sample; 5] = [&WHALE, &BRANDS, &STORES, &MARKETPLACE, &EXAMPLE];

/// One kind of key of one product, in a world.
#[derive(Clone, Copy)]
struct Bench<'b> {
    world: &'b World,
    sample: &'b Sample,
    kind: &'b Kind,
}

impl Bench<'_> {
    fn key(self, shape: impl FnOnce(New<'_>) -> New<'_>) -> Named {
        let Sample { product, bound, .. } = self.sample;
        let new = self.world.instance.key(product.id, self.kind.id, self.kind.scopes);
        let new = match (product.resource, bound) {
            (Some(resource), Some(id)) => new.bound_to(resource, id),
            _ => new,
        };
        shape(new).make().into()
    }

    fn ask(self, secret: &str, method: &str, target: &str) -> Asked {
        self.came(self.sample.product.present(secret, method, target))
    }

    /// The request without any key.
    fn plain(self, method: &str, target: &str) -> Asked {
        self.came(self.sample.product.ask(method, target))
    }

    fn came(self, asked: Asked) -> Asked {
        asked.host(Some(self.kind.host)).proto(Some(self.sample.proto))
    }

    fn who<'k>(self, key: &'k Named) -> Identity<'k>
    where
        Self: 'k,
    {
        // A full-access key holds all that is declared, and says so.
        let scopes = self.kind.scopes.first().copied().unwrap_or("*");
        Identity { environment: self.kind.environment, ..live(&key.id, scopes, self.sample.ids) }
    }

    fn denies(self, name: &'static str, asked: Asked, code: &str) -> Case {
        self.sample.product.denies(name, asked, code)
    }
}

type New<'i> = crate::harness::key::NewKey<'i>;

/// Puts every kind of key of every product to the same rows.
fn each(rows: impl Fn(Bench<'_>) -> Vec<Case>) {
    let world = World::over(&Plugins::shipped(), &SHIPPED, Nginx::start_behind_a_balancer);
    for sample in SAMPLES {
        for kind in sample.kinds {
            println!("{}, {} keys:", sample.product.id, kind.id);
            let cases = rows(Bench { world: &world, sample, kind });
            assert!(!cases.is_empty());
            world.check(cases);
        }
    }
}

#[test]
fn a_good_key_passes_and_says_who_asks() {
    each(|bench| {
        let (key, good) = (bench.key(|new| new), bench.sample.good);
        let who = bench.who(&key);
        let passes = |name, method, target: &str| {
            bench.sample.product.passes(name, bench.ask(key.secret(), method, target), &who)
        };
        vec![
            passes("a good key", "GET", good),
            passes("HEAD as GET", "HEAD", good),
            passes("a trailing slash", "GET", &format!("{good}/")),
            passes("a query", "GET", &format!("{good}?page=2")),
        ]
    });
}

#[test]
fn what_is_no_key_of_the_product_is_refused() {
    each(|bench| {
        let (key, good) = (bench.key(|new| new), bench.sample.good);
        let secret = key.secret();
        let mut flipped = secret.to_owned();
        let place = secret.len() - 20;
        let other = if &secret[place..=place] == "a" { "b" } else { "a" };
        flipped.replace_range(place..=place, other);
        let prefix = &secret[..secret.len() - 32];
        let unknown = Secret::mint(prefix).unwrap();
        let sent = |secret: &str| bench.ask(secret, "GET", good);
        let invalid = |name, secret: &str| bench.denies(name, sent(secret), "invalid_key");
        let missing = |name, asked| bench.denies(name, asked, "missing_credential");
        let elsewhere = match bench.sample.product.credentials[0] {
            "authorization" => bench.plain("GET", good).header("X-Api-Key", secret),
            _ => bench.plain("GET", good).bearer(secret),
        };
        let list = sent(&format!("{secret},{secret}"));
        vec![
            missing("no key", bench.plain("GET", good)),
            missing("no key, HEAD", bench.plain("HEAD", good)),
            missing("in another place", elsewhere),
            missing("in the query", bench.plain("GET", &format!("{good}?api_key={secret}"))),
            invalid("garbage", "letmein"),
            invalid("a prefix alone", prefix),
            invalid("cut off", &secret[..secret.len() - 1]),
            invalid("a wrong checksum", &flipped),
            invalid("well formed, and nobody's", unknown.expose()),
            bench.denies("a list", list, "ambiguous_credential"),
        ]
    });
}

#[test]
fn a_key_of_another_product_is_none_of_this_one() {
    each(|bench| {
        let others = SAMPLES.into_iter().filter(|it| it.product.id != bench.sample.product.id);
        let kinds = others.flat_map(|sample| sample.kinds.iter().map(move |kind| (sample, kind)));
        let foreign = |(sample, kind)| {
            let key = Bench { world: bench.world, sample, kind }.key(|new| new);
            let asked = bench.ask(key.secret(), "GET", bench.sample.good);
            bench.denies("a foreign product's", asked, "invalid_key")
        };
        kinds.map(foreign).collect()
    });
}

#[test]
fn a_key_that_has_ended_is_refused() {
    each(|bench| {
        let (revoked, expired) = (bench.key(|new| new), bench.key(|new| new.expires("1h")));
        let both = bench.key(|new| new.expires("1h"));
        for key in [&revoked, &both] {
            bench.world.instance.revoke(&key.key).unwrap();
        }
        bench.world.instance.advance("1h");
        let denied = |name, key: &Named, code| {
            bench.denies(name, bench.ask(key.secret(), "GET", bench.sample.good), code)
        };
        vec![
            denied("revoked", &revoked, "revoked_key"),
            denied("expired", &expired, "expired_key"),
            denied("both", &both, "revoked_key"),
        ]
    });
}

#[test]
fn a_key_may_be_kept_to_addresses_of_every_spelling() {
    each(|bench| {
        let at = |range: &str| bench.key(|new| new.allow_ip(range));
        let (v4, v6) = (at("203.0.113.0/24"), at("2001:db8::/32"));
        let mapped = at("::ffff:203.0.113.0/120");
        let from = |key: &Named, address| {
            bench.ask(key.secret(), "GET", bench.sample.good).address(Some(address))
        };
        let passes = |key: &Named, address| {
            bench.sample.product.passes("within", from(key, address), &bench.who(key))
        };
        let denied =
            |key: &Named, address| bench.denies("outside", from(key, address), "ip_not_allowed");
        vec![
            passes(&v4, "203.0.113.9"),
            passes(&v4, "::ffff:203.0.113.9"),
            passes(&v6, "2001:db8:1::9"),
            passes(&mapped, "203.0.113.9"),
            passes(&mapped, "::ffff:203.0.113.9"),
            denied(&v4, "203.0.114.9"),
            denied(&v4, "2001:db8::9"),
            denied(&v4, "127.0.0.1"),
            denied(&v6, "2001:db9::9"),
            denied(&v6, "203.0.113.9"),
            denied(&mapped, "203.0.114.9"),
        ]
    });
}

#[test]
fn what_is_not_declared_or_not_held_is_denied() {
    each(|bench| {
        let Sample { good, lacking, undeclared, .. } = bench.sample;
        let key = bench.key(|new| new);
        let ask = |method, target: &str| bench.ask(key.secret(), method, target);
        let mut cases: Vec<_> = undeclared
            .iter()
            .map(|(method, target)| {
                bench.denies("not declared", ask(method, target), "route_not_declared")
            })
            .collect();
        let dots = format!("/v1/x/..{}", good.strip_prefix("/v1").unwrap());
        cases.extend([
            bench.denies("dots", ask("GET", &dots), "ambiguous_path"),
            bench.denies("two slashes", ask("GET", &format!("/{good}")), "ambiguous_path"),
            bench.denies("beyond it", ask("GET", &format!("{good}/x")), "route_not_declared"),
        ]);
        if bench.kind.scopes.is_empty() {
            let (asked, who) = (ask("GET", lacking.0), bench.who(&key));
            cases.push(bench.sample.product.passes("full access", asked, &who));
            return cases;
        }
        for method in ["GET", "HEAD"] {
            let case = bench.denies("not held", ask(method, lacking.0), "insufficient_scope");
            cases.push(case.needing(lacking.1));
        }
        cases
    });
}

#[test]
fn no_shipped_product_answers_preflights() {
    each(|bench| {
        let (key, good) = (bench.key(|new| new), bench.sample.good);
        let preflight = |asked: Asked| {
            let asked = asked.header("Origin", "https://app.example");
            asked.header("Access-Control-Request-Method", "GET")
        };
        let (without, with) =
            (bench.plain("OPTIONS", good), bench.ask(key.secret(), "OPTIONS", good));
        vec![
            bench.denies("without a key", preflight(without), "missing_credential"),
            bench.denies("with one", preflight(with), "route_not_declared"),
        ]
    });
}
