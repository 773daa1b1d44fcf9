//! The table over the shipped product `whale`: keys in `X-Api-Key`, each bound to one store.

use keystile::secret::Secret;

use super::super::asked::Asked;
use super::{Case, Identity, Named, Product, World, live};

const WHALE: Product = Product {
    id: "whale",
    host: "gateway.whale.example",
    resource: Some("store"),
    credentials: &["x-api-key"],
};

const PRODUCTS: &str = "/v1/stores/st_1/products";

fn key(world: &World, key_type: &str, scopes: &[&str]) -> Named {
    world.instance.key("whale", key_type, scopes).bound_to("store", "st_1").make().into()
}

fn get(key: &Named, target: &str) -> Asked {
    ask(key, "GET", target)
}

fn ask(key: &Named, method: &str, target: &str) -> Asked {
    WHALE.ask(method, target).header("X-Api-Key", key.secret())
}

#[test]
fn what_a_key_holds_passes() {
    let world = World::start();
    let reader = key(&world, "live", &["read:products", "read:documents"]);
    let who = live(&reader.id, "read:documents read:products", "st_1");
    let post = ask(&reader, "POST", "/v1/stores/st_1/agent/chat").header("Content-Length", "0");
    world.check(vec![
        WHALE.passes("a scope by its name", get(&reader, PRODUCTS), &who),
        WHALE.passes("HEAD as GET", ask(&reader, "HEAD", PRODUCTS), &who),
        WHALE.passes("a trailing slash", get(&reader, "/v1/stores/st_1/products/"), &who),
        WHALE.passes("a query is no path", get(&reader, "/v1/me?a=/../b&%zz"), &who),
        WHALE.passes("an encoded letter", get(&reader, "/v1/stores/st%5F1/%70roducts"), &who),
        WHALE.passes("a rest", get(&reader, "/v1/stores/st_1/documents/a/b.pdf/c"), &who),
        WHALE.passes("one of any", get(&reader, "/v1/stores/st_1/storefront/search"), &who),
        WHALE.passes("any good key", get(&reader, "/v1/me"), &who),
        WHALE.passes("any good key of the store", get(&reader, "/v1/stores/st_1"), &who),
        WHALE.denies("another scope", post, "insufficient_scope").needing("write:agent"),
        WHALE.is_open("public, with a good key", get(&reader, "/v1/status")),
        WHALE.is_open("public, without a key", WHALE.ask("GET", "/v1/status")),
        WHALE.is_open("public, HEAD", WHALE.ask("HEAD", "/v1/status")),
        WHALE.is_open(
            "public, with noise for a key",
            WHALE.ask("GET", "/v1/status").header("X-Api-Key", "a,b").header("X-Api-Key", "c"),
        ),
    ]);
}

#[test]
fn wildcards_cover_what_is_below_them() {
    let world = World::start();
    let (all, reads) = (key(&world, "live", &["*"]), key(&world, "live", &["read:*"]));
    let agent = key(&world, "live", &["write:agent"]);
    let tester = key(&world, "test", &["*"]);
    let (of_all, of_reads) = (live(&all.id, "*", "st_1"), live(&reads.id, "read:*", "st_1"));
    let of_tester = Identity { environment: "test", ..live(&tester.id, "*", "st_1") };
    let of_agent = live(&agent.id, "write:agent", "st_1");
    let (chat, agents) = ("/v1/stores/st_1/agent/chat", "/v1/stores/st_1/agents");
    let both = "/v1/stores/st_1/customers/cu_1/orders";
    world.check(vec![
        WHALE.passes("everything, read", get(&all, PRODUCTS), &of_all),
        WHALE.passes("everything, write", ask(&all, "DELETE", "/v1/stores/st_1/carts/c"), &of_all),
        WHALE.passes("all of two scopes", get(&reads, both), &of_reads),
        WHALE.passes("a test key", get(&tester, PRODUCTS), &of_tester),
        WHALE.passes("a name is no prefix", ask(&agent, "POST", chat), &of_agent),
        WHALE
            .denies("read:* writes nothing", ask(&reads, "POST", PRODUCTS), "insufficient_scope")
            .needing("write:products"),
        WHALE
            .denies("write:agent is not write:agents", ask(&agent, "POST", agents), SCOPE)
            .needing("write:agents"),
        WHALE.denies("* declares no route", get(&all, "/v1/nowhere"), "route_not_declared"),
        WHALE.denies("* declares no method", ask(&all, "PUT", PRODUCTS), "route_not_declared"),
    ]);
}

const SCOPE: &str = "insufficient_scope";

#[test]
fn what_a_key_does_not_hold_is_denied() {
    let world = World::start();
    let reader = key(&world, "live", &["read:customers"]);
    let both = "/v1/stores/st_1/customers/cu_1/orders";
    let search = "/v1/stores/st_1/storefront/search";
    let store = |target: &str| {
        let case = WHALE.denies("another store", get(&reader, target), "resource_mismatch");
        case.mismatching("store", "store_mismatch_error")
    };
    let route = |name, method, target| {
        WHALE.denies(name, ask(&reader, method, target), "route_not_declared")
    };
    world.check(vec![
        WHALE.denies("one of two", get(&reader, both), SCOPE).needing("read:orders read:customers"),
        WHALE
            .denies("none of any", get(&reader, search), SCOPE)
            .needing("read:products read:storefront"),
        WHALE.denies("HEAD, too", ask(&reader, "HEAD", PRODUCTS), SCOPE).needing("read:products"),
        store("/v1/stores/st_2"),
        store("/v1/stores/st_2/customers"),
        store("/v1/stores/ST_1/customers"),
        store("/v1/stores/st%5F2/customers"),
        route("no such path", "GET", "/v1/stores"),
        route("the root", "GET", "/"),
        route("another case", "GET", "/V1/me"),
        route("beyond a route", "GET", "/v1/me/x"),
        route("no rest at all", "DELETE", "/v1/stores/st_1/documents"),
        route("another method", "DELETE", "/v1/stores/st_1/products"),
        route("a public path with another method", "POST", "/v1/status"),
        route("a part outside its pattern", "GET", "/v1/stores/st_1/analytics/days/2026-3-1"),
        route("a store outside its pattern", "GET", "/v1/stores/st%201"),
        route("a method that is never declared", "PROPFIND", "/v1/me"),
        WHALE.denies("dots", get(&reader, "/v1/stores/st_2/../st_1"), "ambiguous_path"),
        WHALE.denies("an encoded slash", get(&reader, "/v1%2Fme"), "ambiguous_path"),
    ]);
}

#[test]
fn one_credential_of_this_product_is_asked_for() {
    let world = World::start();
    let reader = key(&world, "live", &["read:products"]);
    let secret = reader.secret();
    let foreign = world.instance.key("brands", "live", &["brands:read"]).make();
    let unknown = Secret::mint("wk_live_").unwrap();
    let mut flipped = secret.to_owned();
    flipped.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    let other_prefix = Secret::mint("wk_prod_").unwrap();
    let plain = || WHALE.ask("GET", PRODUCTS);
    let sent = |value: &str| plain().header("X-Api-Key", value);
    let missing = |name, asked| WHALE.denies(name, asked, "missing_credential");
    let invalid = |name, asked| WHALE.denies(name, asked, "invalid_key");
    let ambiguous = |name, asked| WHALE.denies(name, asked, "ambiguous_credential");
    world.check(vec![
        missing("none", plain()),
        missing("an empty one", sent("")),
        missing("in a place that is not listed", plain().bearer(secret)),
        missing("in the query", WHALE.ask("GET", &format!("{PRODUCTS}?x-api-key={secret}"))),
        missing("HEAD without one", WHALE.ask("HEAD", PRODUCTS)),
        ambiguous("twice the same", sent(secret).header("X-Api-Key", secret)),
        ambiguous("two of them", sent(secret).header("x-api-key", &foreign.secret)),
        ambiguous("a list", sent(&format!("{secret}, {secret}"))),
        invalid("noise", sent("letmein")),
        invalid("with a scheme", sent(&format!("Bearer {secret}"))),
        invalid("cut off", sent(&secret[..secret.len() - 1])),
        invalid("with one more", sent(&format!("{secret}0"))),
        invalid("a wrong checksum", sent(&flipped)),
        invalid("another prefix", sent(other_prefix.expose())),
        invalid("nobody's", sent(unknown.expose())),
        invalid("another product's", sent(&foreign.secret)),
        invalid("far too long", sent(&"k".repeat(4_000))),
        invalid("bytes", plain().header("X-Api-Key", b"wk_live_\xff\xfe")),
    ]);
}

#[test]
fn a_preflight_is_a_request_like_any_other_where_the_product_says_so() {
    let world = World::start();
    let reader = key(&world, "live", &["read:products"]);
    let preflight = |asked: Asked| {
        let asked = asked.header("Origin", "https://shop.example");
        asked.header("Access-Control-Request-Method", "GET")
    };
    let options = WHALE.ask("OPTIONS", PRODUCTS);
    world.check(vec![
        WHALE.denies("without a key", preflight(options), "missing_credential"),
        WHALE.denies(
            "with a key",
            preflight(ask(&reader, "OPTIONS", PRODUCTS)),
            "route_not_declared",
        ),
    ]);
}

#[test]
fn a_key_may_be_kept_to_addresses() {
    let world = World::start();
    let at = |ranges: &[&str]| -> Named {
        let new = world.instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1");
        ranges.iter().fold(new, |new, range| new.allow_ip(range)).make().into()
    };
    let (here, v4) = (at(&["127.0.0.0/8"]), at(&["203.0.113.0/24", "198.51.100.7"]));
    let (v6, mapped) = (at(&["2001:db8::/32"]), at(&["::ffff:203.0.113.0/120"]));
    let every = at(&["0.0.0.0/0", "::/0"]);
    let from = |key: &Named, address: Option<&str>| get(key, PRODUCTS).address(address);
    let passes = |key: &Named, address| -> Case {
        let who = live(&key.id, "read:products", "st_1");
        WHALE.passes("within its ranges", from(key, Some(address)), &who).direct()
    };
    let denied = |key: &Named, address| {
        WHALE.denies("outside its ranges", from(key, address), "ip_not_allowed").direct()
    };
    let local = live(&here.id, "read:products", "st_1");
    let mut cases = vec![
        WHALE.passes("from here, through nginx", get(&here, PRODUCTS), &local),
        WHALE.denies("not from here, through nginx", get(&v4, PRODUCTS), "ip_not_allowed"),
        passes(&v4, "203.0.113.255"),
        passes(&v4, "198.51.100.7"),
        passes(&v4, "::ffff:203.0.113.9"),
        passes(&v6, "2001:db8:ffff::1"),
        passes(&mapped, "203.0.113.1"),
        passes(&mapped, "::FFFF:203.0.113.1"),
        passes(&every, "192.0.2.1"),
        passes(&every, "fe80::1"),
        denied(&v4, Some("198.51.100.8")),
        denied(&v4, Some("2001:db8::1")),
        denied(&v6, Some("2001:db9::1")),
        denied(&v6, Some("203.0.113.9")),
        denied(&mapped, Some("203.0.114.1")),
    ];
    for unknown in ["unknown", "203.0.113.9:443", "[2001:db8::1]", "203.0.113.09", "fe80::1%eth0"] {
        cases.extend([denied(&v4, Some(unknown)), denied(&every, Some(unknown))]);
    }
    cases.push(denied(&every, None));
    world.check(cases);
}
