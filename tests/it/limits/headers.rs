//! What answers say of the limits, in every dialect.

use super::{World, question};
use crate::harness::{Answer, Request};

const RATE: [&str; 5] = [
    "ratelimit-policy",
    "ratelimit",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

fn rate(answer: &Answer) -> [Option<&str>; 5] {
    RATE.map(|name| answer.header(name))
}

#[test]
fn what_passes_is_told_how_much_is_left() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 2);
    world.instance.advance("10s");
    let answer = world.ask(&key, "/one");
    assert_eq!(
        rate(&answer),
        [
            Some("\"minute\";q=60;w=60, \"day\";q=1000;w=86400"),
            Some("\"minute\";r=57;t=51, \"day\";r=997;t=43190"),
            Some("60"),
            Some("57"),
            Some("51"),
        ]
    );
}

#[test]
fn the_tightest_window_is_the_one_that_old_clients_see() {
    let world = World::on("free");
    let key = world.key();
    for _ in 0..16 {
        world.passed(&key, "/one", 60);
        world.instance.advance("61s");
    }
    let answer = world.ask(&key, "/one");
    let shown = [answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")];
    assert_eq!(shown, [Some("1000"), Some("39")]);
}

#[test]
fn a_window_without_a_limit_is_not_named() {
    let world = World::on("enterprise");
    let answer = world.ask(&world.key(), "/one");
    assert_eq!(answer.header("ratelimit-policy"), Some("\"minute\";q=6000;w=60"));
    assert_eq!(answer.header("ratelimit"), Some("\"minute\";r=5999;t=61"));
    let boundless = "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n[plans.enterprise]\n";
    std::fs::write(world.instance.folder().join("config.toml"), boundless).unwrap();
    world.instance.reload_settings();
    assert_eq!(rate(&world.ask(&world.key(), "/one")), [None; 5]);
}

#[test]
fn what_asks_for_no_key_is_told_nothing() {
    let world = World::on("free");
    let answer = world.ask(&world.key(), "/open");
    assert_eq!((answer.status, rate(&answer)), (200, [None; 5]));
}

#[test]
fn a_refusal_says_when_to_come_again_in_every_dialect() {
    let world = World::on("free");
    let key = world.key();
    world.passed(&key, "/one", 60);
    let bearer = format!("Bearer {}", key.secret);
    let forwarded = Request::new("GET", "/forward-auth/meter")
        .header("Host", "gate")
        .header("X-Forwarded-Method", "GET")
        .header("X-Forwarded-Uri", "/one")
        .header("Authorization", &bearer);
    let envoy = Request::new("GET", "/ext-authz/meter/one")
        .header("Host", "meter.example")
        .header("Authorization", &bearer);
    for (request, status) in
        [(question("meter", &key, "/one"), 403), (forwarded, 429), (envoy, 429)]
    {
        let answer = world.gate.send(&request);
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.header("x-keystile-status"), Some("429"));
        assert_eq!(answer.header("retry-after"), Some("61"));
        assert_eq!(answer.header("www-authenticate"), None, "a better key is no remedy");
        assert_eq!(
            rate(&answer),
            [
                Some("\"minute\";q=60;w=60, \"day\";q=1000;w=86400"),
                Some("\"minute\";r=0;t=61, \"day\";r=940;t=43200"),
                Some("60"),
                Some("0"),
                Some("61"),
            ]
        );
        assert_eq!(answer.json()["error"]["code"], "rate_limited");
    }
}
