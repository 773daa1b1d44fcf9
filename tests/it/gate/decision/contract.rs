//! The first rows of the table: what a proxy must send, what a client must not, and which product
//! a question is about.

use super::super::asked::{Asked, Way};
use super::super::verdict::{self, Verdict};
use super::{Case, Product, World, live};
use crate::harness::{Instance, Plugins, Request};

const BRANDS: Product = Product {
    id: "brands",
    host: "api.brands.example",
    resource: Some("brand"),
    credentials: &["authorization"],
};

#[test]
fn a_client_brings_no_header_of_the_gates_own() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make();
    let get = |name: &str| BRANDS.ask("GET", "/v1/me").bearer(&key.secret).header(name, "x");
    let denied = |name| BRANDS.denies(name, get(name), "invalid_request");
    let mut cases: Vec<Case> = [
        "X-Keystile-Subject",
        "x-keystile-scopes",
        "X-KEYSTILE-BRAND",
        "X-Keystile-Status",
        "X-Keystile-Anything-At-All",
        "X-Keystile-",
        "X-HTTP-Method-Override",
        "x-http-method",
        "X-Method-Override",
        "X-Original-URL",
        "X-Rewrite-URL",
    ]
    .map(denied)
    .into();
    // nginx drops names with `_` or `.`, which other proxies pass on.
    let aliases = ["X_Keystile_Subject", "x-keystile_subject", "X.Keystile.Subject"];
    cases.extend(aliases.map(|name| denied(name).direct()));
    // It is the first row, before any other, and public paths know it too.
    let public = Asked::of("whale", "gateway.whale.example", "GET", "/v1/status");
    let whale =
        Product { id: "whale", host: "", resource: Some("store"), credentials: &["x-api-key"] };
    let public = public.header("X-Keystile-Key", "key_1");
    cases.push(whale.denies("on a public path", public, "invalid_request"));
    world.check(cases);
    for name in aliases {
        let (request, who) = (get(name).itself(), live("-", "-", "-"));
        let answer = world.front.send(&request);
        let received = world.back_end.take();
        let told = verdict::through(&request, &answer, &received, BRANDS.credentials);
        let Verdict::Pass(identity) = told else { panic!("{name}: {told:?}") };
        assert_eq!(identity.len(), who.headers(BRANDS).len(), "{name}");
        assert!(!received[0].headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)));
    }
}

/// A question that is right as it stands, its headers to be changed.
fn question(way: Way, key: &str) -> Request {
    BRANDS.ask("GET", "/v1/me").bearer(key).put(way)
}

fn without(mut request: Request, name: &str) -> Request {
    let before = request.headers.len();
    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    assert_ne!(request.headers.len(), before, "{name} was not there");
    request
}

fn twice(request: Request, name: &str) -> Request {
    let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let value = found.expect("it was there").1.clone();
    request.header(name, value)
}

#[test]
fn a_contract_header_stands_once_and_in_its_own_dialect() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make().secret;
    let told = |way, request: &Request| {
        verdict::direct(way, false, &world.gate.send(request)).code().to_owned()
    };
    let (nginx, forwarded) =
        ([Way::Verify, Way::VerifyByHost], [Way::ForwardAuth, Way::ForwardAuthByHost]);
    for (ways, family, address) in
        [(nginx, "X-Original-", "X-Real-IP"), (forwarded, "X-Forwarded-", "X-Forwarded-For")]
    {
        for way in ways {
            let good = || question(way, &key);
            assert_eq!(told(way, &good()), "pass");
            for name in ["URI", "Method"] {
                let name = format!("{family}{name}");
                let empty = without(good(), &name).header(&name, "");
                assert_eq!(told(way, &without(good(), &name)), "invalid_request", "no {name}");
                assert_eq!(told(way, &empty), "invalid_request", "an empty {name}");
            }
            for name in ["URI", "Method", "Host", "Proto"] {
                let request = twice(good(), &format!("{family}{name}"));
                assert_eq!(told(way, &request), "invalid_request", "{family}{name} twice");
            }
            assert_eq!(told(way, &twice(good(), address)), "invalid_request", "{address} twice");
            let other = if family == "X-Original-" { "X-Forwarded-" } else { "X-Original-" };
            for name in ["URI", "Method"] {
                let request = good().header(&format!("{other}{name}"), "/v1/me");
                assert_eq!(told(way, &request), "invalid_request", "a foreign {name}");
            }
            let ignored = good()
                .header(&format!("{other}Host"), "elsewhere.example")
                .header(&format!("{other}Proto"), "gopher")
                .header("X-Forwarded-Port", "1")
                .header("Forwarded", "for=noise");
            assert_eq!(told(way, &ignored), "pass", "what belongs to nobody is not read");
        }
    }
}

#[test]
fn envoys_question_is_the_request_itself() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make().secret;
    let way = Way::ExtAuthz;
    let good = || question(way, &key);
    let told = |request: &Request| {
        verdict::direct(way, false, &world.gate.send(request)).code().to_owned()
    };
    assert_eq!(told(&good()), "pass");
    for name in ["X-Original-URI", "X-Original-Method", "X-Forwarded-URI", "X-Forwarded-Method"] {
        assert_eq!(told(&good().header(name, "GET")), "invalid_request", "{name}");
    }
    for name in ["X-Forwarded-Proto", "X-Forwarded-For", "X-Request-Id"] {
        let request = good().header(name, "12345678").header(name, "12345678");
        assert_eq!(told(&request), "invalid_request", "{name} twice");
    }
    // The last hop is the proxy's own word.
    let kept = world.instance.key("brands", "live", &["posts:read"]).allow_ip("192.0.2.1").make();
    let from = |hops: &str| {
        let request = without(question(way, &kept.secret), "X-Forwarded-For");
        told(&request.header("X-Forwarded-For", hops))
    };
    assert_eq!(from("198.51.100.1, 192.0.2.1"), "pass");
    assert_eq!(from("192.0.2.1, 198.51.100.1"), "ip_not_allowed");
}

#[test]
fn methods_are_words_in_upper_case() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make();
    let with = |method: &str| BRANDS.ask(method, "/v1/me").bearer(&key.secret);
    let cases = ["get", "Get", "GE", "G3T", "M-SEARCH", "ABCDEFGHIJKLMNOPQ"].map(|method| {
        // nginx refuses some of these itself, without asking.
        BRANDS.denies("no method", with(method), "invalid_request").direct()
    });
    world.check(cases.into());
    for way in [Way::Verify, Way::ForwardAuth] {
        for method in ["GET, POST", "GET POST", "GÉT", "{}"] {
            let told = verdict::direct(way, false, &world.gate.send(&with(method).put(way)));
            assert_eq!(told.code(), "invalid_request", "{method}");
        }
    }
}

#[test]
fn a_question_about_no_product_cannot_be_decided() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make();
    let asked = || BRANDS.ask("GET", "/v1/me").bearer(&key.secret);
    let by_host = [Way::VerifyByHost, Way::ForwardAuthByHost];
    let unknown = |name, asked: Asked, ways: &[Way]| {
        BRANDS.denies(name, asked, "unavailable").without_challenge().by(ways)
    };
    let product = |id| unknown("unknown product", asked().product(id), &Way::NAMED);
    let host = |host| unknown("unknown host", asked().host(Some(host)), &by_host);
    let id = key.id.to_string();
    let who = live(&id, "posts:read", "*");
    let written = |host| BRANDS.passes("a host written otherwise", asked().host(Some(host)), &who);
    world.check(vec![
        product("nobody"),
        product("Brands"),
        product("brands.toml"),
        product("%62rands"),
        host("elsewhere.example"),
        host("api.brands.example.elsewhere.example"),
        host("api.brands.example, gateway.whale.example"),
        host("127.0.0.1"),
        written("API.Brands.Example").by(&by_host),
        written("api.brands.example:8443").by(&by_host),
        written("api.brands.example.").by(&by_host),
        BRANDS
            .denies("no host", asked().host(None), "invalid_request")
            .without_challenge()
            .by(&by_host),
        BRANDS
            .passes("no host, where the product is named", asked().host(None), &who)
            .by(&[Way::Verify, Way::ForwardAuth]),
    ]);
}

#[test]
fn the_only_product_needs_no_host() {
    let instance = Instance::start(&Plugins::default().and("lab", super::lab::LAB));
    let key = instance.key("lab", "live", &["things:read"]).bound_to("team", "t_1").make();
    let asked = Asked::of("lab", "elsewhere.example", "GET", "/things").bearer(&key.secret);
    for way in Way::ALL {
        let told = verdict::direct(way, false, &instance.client().send(&asked.put(way)));
        assert_eq!(told.code(), "pass", "{way:?}");
    }
}

#[test]
fn beside_a_second_file_however_broken_the_host_must_lead_to_a_product() {
    let plugins = Plugins::default().and("lab", super::lab::LAB).and("second", "name = ");
    let instance = Instance::start(&plugins);
    let key = instance.key("lab", "live", &["things:read"]).bound_to("team", "t_1").make();
    let told = |way, host| {
        let asked = Asked::of("lab", host, "GET", "/things").bearer(&key.secret);
        let answer = instance.client().send(&asked.put(way));
        verdict::direct(way, false, &answer).code().to_owned()
    };
    for way in Way::ALL {
        assert_eq!(told(way, "lab.example"), "pass", "{way:?}");
        let is_by_host = !Way::NAMED.contains(&way);
        let expected = if is_by_host { "unavailable" } else { "pass" };
        assert_eq!(told(way, "elsewhere.example"), expected, "{way:?}");
    }
    // Gone, it is nobody's: the other is the only one.
    std::fs::remove_file(instance.plugin_file("second")).unwrap();
    instance.app.plugins.reload();
    assert_eq!(told(Way::VerifyByHost, "elsewhere.example"), "pass");
}

#[test]
fn a_good_request_id_is_passed_on_and_any_other_replaced() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:read"]).make().secret;
    let id = |way, given: &str| {
        let answer = world.gate.send(&question(way, &key).header("X-Request-Id", given));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.header("x-request-id").unwrap().to_owned()
    };
    let longest = "a".repeat(128);
    for way in Way::ALL {
        for given in ["12345678", "0f-A_z.9", &longest] {
            assert_eq!(id(way, given), given);
        }
        let too_long = "a".repeat(129);
        for given in ["", "1234567", "12345678 9", "12345678;", "é2345678", &too_long] {
            let fresh = id(way, given);
            assert!(fresh.starts_with("req_") && fresh.len() == 30, "{given:?} became {fresh}");
        }
        let request = question(way, &key);
        let twice = request.header("X-Request-Id", "12345678").header("X-Request-Id", "12345678");
        let told = verdict::direct(way, false, &world.gate.send(&twice));
        assert_eq!(told.code(), "invalid_request");
    }
}

#[test]
fn an_answer_is_given_from_the_head_alone() {
    let world = World::start();
    let key = world.instance.key("brands", "live", &["posts:write"]).make().secret;
    let asked = BRANDS.ask("POST", "/v1/brands/b_1/posts").bearer(&key);
    for way in Way::NAMED {
        // No body follows, however long it is said to be.
        let mut request = asked.put(way).header("Content-Length", "1000000");
        if way == Way::Verify {
            "POST".clone_into(&mut request.method);
        }
        let told = verdict::direct(way, false, &world.gate.send(&request));
        assert_eq!(told.code(), "pass", "{way:?}");
    }
}
