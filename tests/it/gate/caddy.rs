//! What the site of `docs/caddy.md` does besides the verdict: the back end's own answers, a gate that
//! is away, bodies, logs. It stands here for the sample product `whale`, as the document shows it.

use super::asked::{Asked, Way};
use super::verdict::{self, Verdict};
use crate::harness::back_end::ANSWER_WITH;
use crate::harness::{BackEnd, Caddy, Client, Instance, Key, Plugins, Request, Site, eventually};

const SITE: Site<'_> = Site {
    product: "whale",
    host: "gateway.whale.example",
    credentials: &["X-Api-Key"],
    resources: &["X-Keystile-Store"],
    is_oauth: false,
};

const PRODUCTS: &str = "/v1/stores/st_1/products";

struct World {
    front: Client,
    caddy: Caddy,
    back_end: BackEnd,
    instance: Instance,
    key: Key,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::shipped());
        let back_end = BackEnd::start();
        let caddy = Caddy::start(&instance, &back_end, &SITE);
        let key = instance.key("whale", "live", &["read:products", "write:products"]);
        let key = key.bound_to("store", "st_1").make();
        Self { front: caddy.client(), caddy, back_end, instance, key }
    }

    fn asked(&self, method: &str, target: &str) -> Asked {
        Asked::of(SITE.product, SITE.host, method, target).header("X-Api-Key", &self.key.secret)
    }

    fn request(&self, method: &str, target: &str) -> Request {
        self.asked(method, target).itself()
    }
}

#[test]
fn a_caller_is_told_the_true_status_and_why() {
    let world = World::start();
    let keyless = Asked::of(SITE.product, SITE.host, "GET", PRODUCTS);
    let cases = [
        (world.asked("GET", PRODUCTS), 200),
        (world.asked("HEAD", PRODUCTS), 200),
        (world.asked("POST", PRODUCTS).header("Content-Length", "0"), 200),
        (Asked::of(SITE.product, SITE.host, "GET", "/v1/status"), 200),
        (world.asked("GET", "/v1/../v1/me"), 400),
        (world.asked("GET", PRODUCTS).header("X-Keystile-Key", "key_1"), 400),
        (world.asked("GET", PRODUCTS).header("X-Api-Key", &world.key.secret), 400),
        (keyless.clone(), 401),
        (keyless.header("X-Api-Key", "letmein"), 401),
        (world.asked("GET", "/v1/stores/st_1/orders"), 403),
        (world.asked("HEAD", "/v1/stores/st_1/orders"), 403),
        (world.asked("GET", "/v1/stores/st_2/products"), 403),
        (world.asked("PROPFIND", "/v1/me"), 403),
    ];
    for (asked, status) in cases {
        let (request, way) = (asked.itself(), Way::ForwardAuth);
        let (answer, gate) = (world.front.send(&request), Client::send);
        let front = verdict::through(&request, &answer, &world.back_end.take(), &["x-api-key"]);
        let told = verdict::direct(way, false, &gate(&world.instance.client(), &asked.put(way)));
        assert_eq!(answer.status, status, "{asked:?}: {answer:?}");
        match (&front, &told) {
            // An answer to HEAD has no body.
            (Verdict::Denied(front), Verdict::Denied(told)) if asked.is_head() => {
                assert_eq!((front.status, &front.challenge), (told.status, &told.challenge));
            }
            _ => assert_eq!(front, told, "{asked:?}"),
        }
    }
}

#[test]
fn what_the_back_end_says_goes_out_untouched() {
    let world = World::start();
    for status in [200, 201, 204, 301, 400, 401, 403, 404, 418, 429, 500, 502, 503] {
        let request = world.request("GET", PRODUCTS).header(ANSWER_WITH, status.to_string());
        let answer = world.front.send(&request);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("www-authenticate"), Some("BackEnd"), "{status}");
        assert_eq!(answer.header("retry-after"), Some("7"), "{status}");
        if status != 204 {
            assert_eq!(answer.text(), format!("{{\"back_end\":{status}}}"));
        }
        world.back_end.take_one();
    }
}

#[test]
fn a_body_reaches_the_back_end_and_not_the_gate() {
    let world = World::start();
    let body = "x".repeat(2_000_000);
    assert_eq!(world.front.send(&world.request("POST", PRODUCTS).body(&body)).status, 200);
    assert_eq!(world.back_end.take_one().body.len(), body.len());
    let chunked = world.request("POST", PRODUCTS).header("Transfer-Encoding", "chunked");
    let chunked = Request { body: b"5\r\nhello\r\n0\r\n\r\n".to_vec(), ..chunked };
    assert_eq!(world.front.send(&chunked).status, 200);
    assert_eq!(world.back_end.take_one().body, b"hello");
}

#[test]
fn a_websocket_and_nothing_else_may_change_protocol() {
    let world = World::start();
    let upgrade = |to| {
        let request = world.request("GET", PRODUCTS).header("Upgrade", to);
        let answer = world.front.send(&request.header("Connection", "Upgrade, X-Keystile-Key"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let received = world.back_end.take_one();
        assert_eq!(received.header("x-keystile-key"), Some(world.key.id.to_string().as_str()));
        received.header("upgrade").map(str::to_owned)
    };
    assert_eq!(upgrade("websocket").as_deref(), Some("websocket"));
    assert_eq!(upgrade("h2c"), None);
}

#[test]
fn a_gate_that_is_away_lets_nobody_pass() {
    let World { front, caddy, back_end, instance, key } = World::start();
    drop(instance);
    for target in [PRODUCTS, "/v1/status"] {
        let request = Request::new("GET", target).header("Host", SITE.host);
        let answer = front.send(&request.header("X-Api-Key", &key.secret));
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let error = &answer.json()["error"];
        assert_eq!(error["code"], "unavailable");
        assert_eq!(answer.header("x-request-id"), error["request_id"].as_str());
    }
    assert!(back_end.take().is_empty());
    assert!(!caddy.log().contains(&key.secret), "{}", caddy.log());
}

#[test]
fn the_log_holds_no_secret() {
    let world = World::start();
    let secret = &world.key.secret;
    for target in [PRODUCTS, "/v1/nowhere"] {
        let request = world.request("GET", &format!("{target}?api_key={secret}"));
        world.front.send(&request.header("Referer", format!("https://shop.example/?k={secret}")));
    }
    let is_whole = |log: &String| log.matches("http.log.access").count() == 2;
    let log = eventually(100, || Some(world.caddy.log()).filter(is_whole));
    let log = log.expect("each request is one line");
    assert!(!log.contains(secret.as_str()), "{log}");
    assert!(log.contains(PRODUCTS), "{log}");
}
