//! What the shipped products do not use: preflights, hosts of key types, full access, resources in
//! headers, several places for a key, https.

use super::super::asked::{Asked, Way};
use super::{Identity, Named, Product, World, live};

pub(super) const LAB: &str = r#"
name = "Läb"
hosts = ["lab.example"]
credentials = ["authorization", "x-api-key"]
preflight = "allow"

[keys.live]
prefix = "lb_live_"

[keys.pinned]
prefix = "lb_pin_"
hosts = ["pinned.example"]

[keys.full]
prefix = "lb_full_"
access = "full"

[resources.team]
per_key = "some"
from = ["path:team", "header:X-Team"]

[scopes]
"*" = "All"
"things:read" = "Read"
"admin:things" = { description = "Rule", grant = "admin" }

[routes]
"GET /things" = "things:read"
"GET /teams/{team}" = "things:read"
"* /any" = "authenticated"
"GET /any" = "things:read"
"GET /admin" = "admin:things"
"GET /open" = "public"
"#;

pub(super) const SEALED: &str = r#"
name = "Sealed"
hosts = ["sealed.example"]
https = true

[keys.live]
prefix = "sl_live_"

[resources.box]
[scopes]
"boxes:read" = "Read"
[routes]
"GET /boxes/{box}" = "boxes:read"
"GET /open" = "public"
"#;

const PRODUCT: Product = Product {
    id: "lab",
    host: "lab.example",
    resource: Some("team"),
    credentials: &["authorization", "x-api-key"],
};

fn key(world: &World, key_type: &str, scopes: &[&str]) -> Named {
    world.instance.key("lab", key_type, scopes).bound_to("team", "t_1").make().into()
}

fn ask(key: &Named, method: &str, target: &str) -> Asked {
    PRODUCT.ask(method, target).header("X-Api-Key", key.secret())
}

#[test]
fn a_preflight_for_a_declared_route_passes_without_a_key() {
    let world = World::start();
    let preflight = |target, method: &str| {
        let asked = PRODUCT.ask("OPTIONS", target).header("Origin", "https://app.example");
        asked.header("Access-Control-Request-Method", method)
    };
    let open = |name, target, method| PRODUCT.is_open(name, preflight(target, method));
    let denied = |name, asked| PRODUCT.denies(name, asked, "missing_credential");
    let options = || PRODUCT.ask("OPTIONS", "/things");
    let twice = preflight("/things", "GET").header("Origin", "https://other.example");
    world.check(vec![
        open("for its method", "/things", "GET"),
        open("for HEAD", "/things", "HEAD"),
        open("for one of all methods", "/any", "DELETE"),
        denied("for another method", preflight("/things", "POST")),
        denied("for another path", preflight("/nothing", "GET")),
        denied("for an ambiguous path", preflight("/things;x", "GET")),
        denied("for no method at all", preflight("/things", "get")),
        denied("without an origin", options().header("Access-Control-Request-Method", "GET")),
        denied("without a method", options().header("Origin", "https://app.example")),
        denied("with two origins", twice).direct(),
    ]);
}

#[test]
fn a_page_may_read_why_it_was_turned_away_where_preflights_pass() {
    let world = World::start();
    let origin = "https://app.example";
    let allowed = |asked: Asked| {
        let answer = world.front.send(&asked.header("Origin", origin).itself());
        assert!((400..504).contains(&answer.status), "{answer:?}");
        answer.header("access-control-allow-origin").map(str::to_owned)
    };
    let reader = key(&world, "live", &["things:read"]);
    assert_eq!(allowed(PRODUCT.ask("GET", "/things")).as_deref(), Some(origin), "401");
    assert_eq!(allowed(ask(&reader, "GET", "/admin")).as_deref(), Some(origin), "403");
    assert_eq!(allowed(ask(&reader, "GET", "/things;x")).as_deref(), Some(origin), "400");
    let whale = Asked::of("whale", "gateway.whale.example", "GET", "/v1/me");
    assert_eq!(allowed(whale), None, "a product that no page calls");
}

#[test]
fn full_access_and_wildcards_stop_before_admin() {
    let world = World::start();
    let (full, all) = (key(&world, "full", &[]), key(&world, "live", &["*"]));
    let (admin, reader) =
        (key(&world, "live", &["admin:things"]), key(&world, "live", &["things:read"]));
    let of_full = Identity { environment: "full", ..live(&full.id, "*", "t_1") };
    let denied = |key: &Named| {
        let case = PRODUCT.denies("admin", ask(key, "GET", "/admin"), "insufficient_scope");
        case.needing("admin:things")
    };
    let bare =
        PRODUCT.denies("a named method first", ask(&admin, "GET", "/any"), "insufficient_scope");
    let reads = live(&reader.id, "things:read", "t_1");
    let rules = live(&admin.id, "admin:things", "t_1");
    world.check(vec![
        PRODUCT.passes("full access", ask(&full, "GET", "/things"), &of_full),
        PRODUCT.passes("a wildcard", ask(&all, "GET", "/things"), &live(&all.id, "*", "t_1")),
        PRODUCT.passes("by name", ask(&admin, "GET", "/admin"), &rules),
        denied(&full),
        denied(&all),
        denied(&reader),
        PRODUCT.passes("`*` is PUT", ask(&admin, "PUT", "/any"), &rules),
        PRODUCT.passes("`*` is OPTIONS", ask(&admin, "OPTIONS", "/any"), &rules),
        bare.needing("things:read"),
        PRODUCT.passes("GET by name", ask(&reader, "GET", "/any"), &reads),
        PRODUCT.denies("`*` is no PROPFIND", ask(&admin, "PROPFIND", "/any"), "route_not_declared"),
        // nginx itself answers TRACE.
        PRODUCT.denies("nor TRACE", ask(&admin, "TRACE", "/any"), "route_not_declared").direct(),
    ]);
}

#[test]
fn a_key_type_may_be_good_on_its_hosts_alone() {
    let world = World::start();
    let (pinned, free) =
        (key(&world, "pinned", &["things:read"]), key(&world, "live", &["things:read"]));
    let who = Identity { environment: "pinned", ..live(&pinned.id, "things:read", "t_1") };
    let at = |host| ask(&pinned, "GET", "/things").host(host);
    let wrong = |name, host| PRODUCT.denies(name, at(host), "wrong_environment");
    let of_free = live(&free.id, "things:read", "t_1");
    world.check(vec![
        PRODUCT.passes("its host", at(Some("pinned.example")), &who),
        PRODUCT.passes("its host, written otherwise", at(Some("PINNED.example.:8080")), &who),
        PRODUCT.passes(
            "any of its product's",
            ask(&free, "GET", "/things").host(Some("pinned.example")),
            &of_free,
        ),
        wrong("its product's host", Some("lab.example")),
        wrong("another host", Some("elsewhere.example")).by(&Way::NAMED),
        wrong("no host", Some("a b")).by(&Way::NAMED),
        wrong("no host at all", None).by(&[Way::Verify, Way::ForwardAuth]),
    ]);
}

#[test]
fn a_resource_may_stand_in_a_header() {
    let world = World::start();
    let kept = world.instance.key("lab", "live", &["things:read"]);
    let kept: Named = kept.bound_to("team", "t_1").bound_to("team", "t_2").make().into();
    let who = live(&kept.id, "things:read", "t_1,t_2");
    let of = |target, team: &str| ask(&kept, "GET", target).header("X-Team", team);
    let passes = |name, target, team| PRODUCT.passes(name, of(target, team), &who);
    let ambiguous = |name, asked| PRODUCT.denies(name, asked, "ambiguous_path");
    let foreign = PRODUCT.denies("another's", of("/things", "t_3"), "resource_mismatch");
    world.check(vec![
        PRODUCT.passes("none named", ask(&kept, "GET", "/things"), &who),
        passes("one of its own", "/things", "t_2"),
        passes("in both, agreeing", "/teams/t_1", "t_1"),
        foreign.mismatching("team", "team_mismatch_error"),
        ambiguous("disagreeing", of("/teams/t_1", "t_2")),
        ambiguous("a list", of("/things", "t_1,t_2")),
        ambiguous("twice", of("/things", "t_1").header("X-Team", "t_1")),
        ambiguous("outside its pattern", of("/things", "t 1")),
    ]);
}

#[test]
fn several_places_hold_one_credential() {
    let world = World::start();
    let (one, other) = (key(&world, "live", &["things:read"]), key(&world, "live", &["*"]));
    let who = live(&one.id, "things:read", "t_1");
    let plain = || PRODUCT.ask("GET", "/things");
    let ambiguous = |name, asked| PRODUCT.denies(name, asked, "ambiguous_credential");
    world.check(vec![
        PRODUCT.passes("the first place", plain().bearer(one.secret()), &who),
        PRODUCT.passes("the second", plain().header("X-Api-Key", one.secret()), &who),
        PRODUCT.passes(
            "another scheme is none",
            plain().header("X-Api-Key", one.secret()).header("Authorization", "Basic eDp5"),
            &who,
        ),
        ambiguous("both", plain().bearer(one.secret()).header("X-Api-Key", other.secret())),
        ambiguous("both the same", plain().bearer(one.secret()).header("X-Api-Key", one.secret())),
        ambiguous("both noise", plain().bearer("x").header("X-Api-Key", "y")),
    ]);
}

#[test]
fn https_is_asked_for_of_every_request() {
    const SEALED: Product = Product {
        id: "sealed",
        host: "sealed.example",
        resource: Some("box"),
        credentials: &["authorization"],
    };
    let world = World::start();
    let key: Named = world.instance.key("sealed", "live", &["boxes:read"]).make().into();
    let get = |target| SEALED.ask("GET", target).bearer(key.secret());
    let who = live(&key.id, "boxes:read", "*");
    let refused = |name, asked| SEALED.denies(name, asked, "https_required");
    world.check(vec![
        refused("by http", get("/boxes/b_1")),
        refused("public by http", SEALED.ask("GET", "/open")),
        refused("by nothing known", get("/boxes/b_1").proto(None)).direct(),
        refused("by something else", get("/boxes/b_1").proto(Some("https, http"))).direct(),
        SEALED.passes("by https", get("/boxes/b_1").proto(Some("https")), &who).direct(),
        SEALED.passes("by HTTPS", get("/boxes/b_1").proto(Some("HTTPS")), &who).direct(),
        SEALED.is_open("public by https", SEALED.ask("GET", "/open").proto(Some("https"))).direct(),
    ]);
}
