//! What the printed nginx configuration does besides the verdict: the back end's own answers, a gate
//! that is away, other hosts, logs.

use crate::harness::back_end::ANSWER_WITH;
use crate::harness::{Answer, BackEnd, Client, Instance, Key, Nginx, Plugins, Request, eventually};

struct World {
    front: Client,
    nginx: Nginx,
    back_end: BackEnd,
    instance: Instance,
    key: Key,
}

impl World {
    fn start_on(gate: &str) -> Self {
        let instance = Instance::start_on(gate, &Plugins::shipped());
        let back_end = BackEnd::start();
        let nginx = Nginx::start(&instance, &back_end, &["whale", "brands"]);
        let key = instance.key("brands", "live", &["posts:read", "posts:write"]).make();
        Self { front: nginx.client(), nginx, back_end, instance, key }
    }

    fn request(&self, method: &str, target: &str) -> Request {
        Request::new(method, target)
            .header("Host", "api.brands.example")
            .header("Authorization", format!("Bearer {}", self.key.secret))
    }
}

/// A denial in JSON, whoever says it.
fn assert_denied(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (status, Some(code)));
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    assert_eq!(answer.header("x-request-id"), answer.json()["error"]["request_id"].as_str());
}

#[test]
fn what_the_back_end_says_goes_out_untouched() {
    let world = World::start_on("127.0.0.1:0");
    for status in [200, 201, 204, 301, 400, 401, 403, 404, 418, 429, 500, 502, 503] {
        let request = world.request("GET", "/v1/posts").header(ANSWER_WITH, status.to_string());
        let answer = world.front.send(&request);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("www-authenticate"), Some("BackEnd"), "{status}");
        assert_eq!(answer.header("retry-after"), Some("7"), "{status}");
        assert_eq!(answer.header("ratelimit"), Some("back-end"), "{status}");
        if status != 204 {
            assert_eq!(answer.text(), format!("{{\"back_end\":{status}}}"));
            assert_eq!(answer.header("content-type"), Some("application/vnd.back-end+json"));
        }
        world.back_end.take_one();
    }
}

#[test]
fn bodies_and_heads_pass_as_they_are() {
    let world = World::start_on("127.0.0.1:0");
    let body = "x".repeat(2_000_000);
    let request = world.request("POST", "/v1/brands/b_1/posts").body(&body);
    assert_eq!(world.front.send(&request).status, 200);
    let received = world.back_end.take_one();
    assert_eq!((received.method.as_str(), received.body.len()), ("POST", body.len()));

    let chunked =
        world.request("POST", "/v1/brands/b_1/posts").header("Transfer-Encoding", "chunked");
    let chunked = Request { body: b"5\r\nhello\r\n0\r\n\r\n".to_vec(), ..chunked };
    assert_eq!(world.front.send(&chunked).status, 200);
    assert_eq!(world.back_end.take_one().body, b"hello");

    let denied = world.request("DELETE", "/v1/brands").body("a body that nobody reads");
    assert_denied(&world.front.send(&denied), 403, "route_not_declared");
    assert!(world.back_end.take().is_empty());

    let head = world.front.send(&world.request("HEAD", "/v1/posts"));
    assert_eq!((head.status, head.text().as_str()), (200, ""));
    assert_eq!(world.back_end.take_one().method, "HEAD");
}

#[test]
fn a_gate_that_is_away_lets_nobody_pass() {
    let World { front, nginx, back_end, instance, key } = World::start_on("127.0.0.1:0");
    drop(instance);
    let hosts = [("api.brands.example", "/v1/posts"), ("gateway.whale.example", "/v1/status")];
    for (host, target) in hosts {
        let request = Request::new("GET", target).header("Host", host);
        let request = request.header("Authorization", format!("Bearer {}", key.secret));
        let answer = front.send(&request);
        assert_denied(&answer, 503, "unavailable");
        assert_eq!(answer.header("retry-after"), Some("5"));
    }
    assert!(back_end.take().is_empty());
    drop(nginx);
}

#[test]
fn an_unknown_host_is_told_so_and_asks_nobody() {
    let world = World::start_on("127.0.0.1:0");
    for host in ["elsewhere.example", "api.brands.example.elsewhere.example"] {
        let request = Request::new("GET", "/v1/status").header("Host", host);
        assert_denied(&world.front.send(&request), 503, "unavailable");
    }
    assert!(world.back_end.take().is_empty());
}

#[test]
fn what_nginx_refuses_itself_reaches_nobody() {
    let world = World::start_on("127.0.0.1:0");
    let secret = format!("Bearer {}", world.key.secret);
    let twice = world.request("GET", "/v1/posts").header("Authorization", &secret);
    assert_eq!(world.front.send(&twice).status, 400);
    for (method, status) in [("get", 400), ("TRACE", 405), ("CONNECT", 405), ("G@T", 400)] {
        let answer = world.front.send(&world.request(method, "/v1/posts"));
        let is_refused = answer.status == status || (400..500).contains(&answer.status);
        assert!(is_refused, "{method}: {answer:?}");
    }
    for internal in ["/.keystile/verify", "/.keystile/unavailable", "/.keystile/elsewhere"] {
        let answer = world.front.send(&world.request("GET", internal));
        assert!((403..=404).contains(&answer.status), "{internal}: {answer:?}");
    }
    assert!(world.back_end.take().is_empty());
}

#[test]
fn a_client_cannot_write_what_the_back_end_believes() {
    let world = World::start_on("127.0.0.1:0");
    let request = world
        .request("GET", "/v1/posts")
        .header("X-Original-Host", "gateway.whale.example")
        .header("X-Original-Proto", "https")
        .header("X-Real-IP", "203.0.113.9")
        .header("X-Forwarded-For", "203.0.113.9")
        .header("X-Forwarded-Host", "elsewhere.example")
        .header("X-Forwarded-Proto", "https")
        .header("X-Request-Id", "mine-mine-mine")
        .header("Connection", "X-Keystile-Subject, X-Keystile-Key")
        .header("Upgrade", "h2c");
    assert_eq!(world.front.send(&request).status, 200);
    let received = world.back_end.take_one();
    let subject = format!("key:{}", world.key.id);
    for (name, value) in [
        ("x-keystile-subject", Some(subject.as_str())),
        ("x-real-ip", Some("127.0.0.1")),
        ("x-forwarded-for", Some("127.0.0.1")),
        ("x-forwarded-host", Some("api.brands.example")),
        ("x-forwarded-proto", Some("http")),
        ("x-original-host", None),
        ("x-original-proto", None),
        ("authorization", None),
        ("upgrade", None),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
    assert_ne!(received.header("x-request-id"), Some("mine-mine-mine"));
}

#[test]
fn contract_headers_of_the_client_are_overwritten_or_refused() {
    let world = World::start_on("127.0.0.1:0");
    for name in ["X-Original-URI", "X-Original-Method"] {
        let request = world.request("GET", "/v1/posts").header(name, "POST");
        assert_eq!(world.front.send(&request).status, 200, "{name}: nginx writes its own");
        assert_eq!(world.back_end.take_one().header(&name.to_ascii_lowercase()), None);
    }
    for name in ["X-Forwarded-Uri", "X-Forwarded-Method"] {
        let request = world.request("GET", "/v1/posts").header(name, "/v1/me");
        assert_denied(&world.front.send(&request), 400, "invalid_request");
    }
    assert!(world.back_end.take().is_empty());
}

#[test]
fn the_access_log_holds_no_secret() {
    let world = World::start_on("unix:gate.sock");
    let secret = &world.key.secret;
    let passed = world.request("GET", &format!("/v1/posts?api_key={secret}"));
    assert_eq!(world.front.send(&passed).status, 200);
    let denied = world.request("GET", &format!("/v1/nowhere?api_key={secret}"));
    let denied = denied.header("Referer", format!("https://shop.example/?key={secret}"));
    assert_denied(&world.front.send(&denied), 403, "route_not_declared");
    let log = eventually(100, || {
        Some(world.nginx.access_log("brands")).filter(|log| log.lines().count() == 2)
    });
    let log = log.expect("each request is one line");
    assert!(!log.contains(secret.as_str()), "{log}");
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["path"], "/v1/posts");
    assert_eq!(lines[0]["key"], world.key.id.to_string());
    assert_eq!(
        (&lines[1]["code"], &lines[1]["status"]),
        (&"route_not_declared".into(), &403.into())
    );
    drop(world.instance);
}
