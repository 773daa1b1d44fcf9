//! Heads of every size and shape: what a key or a route says is long, and the answer still fits; and
//! what no proxy sends is answered once, or not at all.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use keystile::config::Listen;

use keystile::keys::Changes;

use super::asked::{Asked, Way};
use super::verdict::{self, Verdict};
use crate::harness::{Answer, BackEnd, Client, Instance, Key, Nginx, Plugins};

/// What nginx is configured to take.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Scopes of a hundred bytes each, and resources whose ids are long.
fn product() -> String {
    let names: Vec<String> = (0..60).map(|n| format!("s{n:02}:{}", "x".repeat(96))).collect();
    let mut text = "name = \"Long\"\nhosts = [\"long.example\"]\ncredentials = [\"x-api-key\"]\n\
                    [keys.live]\nprefix = \"lo_live_\"\n"
        .to_owned();
    for resource in ["one", "two", "three", "four", "five"] {
        writeln!(text, "[resources.{resource}]\nfrom = [\"query:{resource}\"]").unwrap();
    }
    text.push_str("[scopes]\n\"short\" = \"\"\n");
    for name in &names {
        writeln!(text, "\"{name}\" = \"\"").unwrap();
    }
    write!(text, "[routes]\n\"GET /short\" = \"short\"\n\"GET /long\" = {names:?}\n").unwrap();
    text
}

struct World {
    gate: Client,
    front: Client,
    back_end: BackEnd,
    _nginx: Nginx,
    instance: Instance,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::default().and("long", &product()));
        let back_end = BackEnd::start();
        let nginx = Nginx::start(&instance, &back_end, &["long"]);
        Self { gate: instance.client(), front: nginx.client(), back_end, _nginx: nginx, instance }
    }

    fn ask(key: &Key, target: &str) -> Asked {
        Asked::of("long", "long.example", "GET", target).header("X-Api-Key", &key.secret)
    }

    /// The one verdict of each way and of nginx, each answer within its bounds.
    fn verdict(&self, asked: &Asked) -> Verdict {
        let answer = self.gate.send(&asked.put(Way::Verify));
        assert!(head_bytes(&answer) < HEAD_BYTES_MAX, "{} bytes", head_bytes(&answer));
        let told = verdict::direct(Way::Verify, false, &answer);
        let request = asked.itself();
        let answer = self.front.send(&request);
        let front = verdict::through(&request, &answer, &self.back_end.take(), &["x-api-key"]);
        assert_eq!(told, front);
        told
    }
}

fn head_bytes(answer: &Answer) -> usize {
    answer.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum()
}

#[test]
fn a_route_that_needs_much_is_denied_in_few_words() {
    let world = World::start();
    let key = world.instance.key("long", "live", &["short"]).make();
    let Verdict::Denied(denial) = world.verdict(&World::ask(&key, "/long")) else {
        panic!("it has none of sixty scopes");
    };
    assert_eq!((denial.status, denial.code()), (403, "insufficient_scope"));
    let challenge = denial.challenge.unwrap();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
}

#[test]
fn whatever_a_key_may_be_given_goes_upstream_whole() {
    let world = World::start();
    let mut new = world.instance.key("long", "live", &["short"]);
    for resource in ["one", "two"] {
        for number in 0..30 {
            new = new.bound_to(resource, &format!("{number:02}{}", "y".repeat(120)));
        }
    }
    let key = new.make();
    let Verdict::Pass(identity) = world.verdict(&World::ask(&key, "/short")) else {
        panic!("it may");
    };
    assert_eq!(identity["x-keystile-one"].split(',').count(), 30);
}

#[test]
fn a_key_that_would_not_fit_into_one_head_is_not_made() {
    let world = World::start();
    let mut new = world.instance.key("long", "live", &["short"]);
    for resource in ["one", "two", "three", "four", "five"] {
        for number in 0..30 {
            new = new.bound_to(resource, &format!("{number:02}{}", "y".repeat(120)));
        }
    }
    let refused = new.try_make().expect_err("all of it is too much for one head");
    assert!(refused.to_string().contains("12 KiB"), "{refused}");

    // Nor does it become one by changes, each of which would fit.
    let key = world.instance.key("long", "live", &["short"]).make();
    let bound = |resources: &[&str]| {
        let ids = |resource: &str| -> Vec<(String, String)> {
            let id = |number| format!("{number:02}{}", "y".repeat(120));
            (0..30).map(|number| (resource.to_owned(), id(number))).collect()
        };
        let restrictions = Some(resources.iter().flat_map(|resource| ids(resource)).collect());
        world.instance.update(&key, Changes { restrictions, ..Changes::default() })
    };
    assert!(bound(&["one", "two", "three"]).is_ok());
    assert!(bound(&["one", "two", "three", "four"]).is_err());
    assert_eq!(world.verdict(&World::ask(&key, "/short")).code(), "pass");
}

#[test]
fn a_request_with_more_headers_than_the_gate_reads_is_let_through_by_nobody() {
    let world = World::start();
    let key = world.instance.key("long", "live", &["short"]).make();
    for lines in [10, 60, 90, 120, 200] {
        let many = (0..lines).fold(World::ask(&key, "/short"), |asked, number| {
            asked.header(&format!("X-Line-{number}"), "x".repeat(50))
        });
        let answer = world.front.send(&many.itself());
        let reached = world.back_end.take().len();
        assert_eq!(reached == 1, answer.status == 200, "{lines} lines: {answer:?}");
        assert!(matches!(answer.status, 200 | 400 | 503), "{lines} lines: {answer:?}");
    }
}

/// A connection on which bytes are sent as they are given.
struct Wire(TcpStream);

impl Wire {
    fn to(instance: &Instance) -> Self {
        let Listen::Tcp(address) = &instance.gate else { panic!("it listens on an address") };
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self(stream)
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// All that comes until the gate closes.
    fn rest(mut self) -> String {
        let mut all = Vec::new();
        self.0.read_to_end(&mut all).unwrap();
        String::from_utf8(all).unwrap()
    }

    /// The status of each answer until the gate closes.
    fn statuses(self) -> Vec<String> {
        let all = self.rest();
        // A body may stand right before the next answer.
        all.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].to_owned()).collect()
    }
}

/// The bytes of a question that passes.
fn question(key: &Key, target: &str, more: &str) -> String {
    format!(
        "GET /verify/long HTTP/1.1\r\nHost: gate\r\nX-Original-URI: {target}\r\n\
         X-Original-Method: GET\r\nX-Original-Host: long.example\r\nX-Api-Key: {}\r\n{more}\r\n",
        key.secret
    )
}

fn gate_with_key() -> (Instance, Key) {
    let instance = Instance::start(&Plugins::default().and("long", &product()));
    let key = instance.key("long", "live", &["short"]).make();
    (instance, key)
}

const CLOSE: &str = "Connection: close\r\n";

#[test]
fn questions_that_come_together_are_answered_in_their_order() {
    let (instance, key) = gate_with_key();
    let mut wire = Wire::to(&instance);
    let all = [
        question(&key, "/short", ""),
        question(&key, "/none", ""),
        "GET /healthz HTTP/1.1\r\nHost: gate\r\n\r\n".to_owned(),
        "HEAD /healthz HTTP/1.1\r\nHost: gate\r\n\r\n".to_owned(),
        "GET /nothing HTTP/1.1\r\nHost: gate\r\n\r\n".to_owned(),
        question(&key, "/short", CLOSE),
        question(&key, "/short", ""),
    ];
    wire.send(all.concat());
    assert_eq!(wire.statuses(), ["200", "403", "200", "200", "404", "200"], "none after the last");
}

#[test]
fn a_head_may_come_byte_by_byte() {
    let (instance, key) = gate_with_key();
    let mut wire = Wire::to(&instance);
    for byte in format!("\r\n{}", question(&key, "/short", CLOSE)).as_bytes() {
        wire.send([*byte]);
    }
    assert_eq!(wire.statuses(), ["200"]);
}

#[test]
fn a_body_is_never_read_and_never_taken_for_a_question() {
    let (instance, key) = gate_with_key();
    let hidden = question(&key, "/short", "");
    let chunked = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    for (more, body) in [
        (format!("Content-Length: {}\r\n", hidden.len()), hidden.clone()),
        ("Content-Length: 5\r\n".to_owned(), hidden.clone()),
        ("Content-Length: 1000000\r\n".to_owned(), hidden.clone()),
        ("Transfer-Encoding: chunked\r\n".to_owned(), chunked),
        ("Expect: 100-continue\r\nContent-Length: 5\r\n".to_owned(), String::new()),
    ] {
        let mut wire = Wire::to(&instance);
        wire.send(question(&key, "/short", &more) + &body);
        let told = wire.rest();
        assert_eq!(told.matches("HTTP/1.1 ").count(), 1, "{more}: {told}");
        assert!(told.starts_with("HTTP/1.1 200 "), "{more}: {told}");
        assert!(told.contains("connection: close\r\n"), "{more}: {told}");
    }
}

#[test]
fn a_head_that_two_could_read_differently_ends_its_connection() {
    let (instance, key) = gate_with_key();
    for more in [
        "Host: other\r\n",
        "X-Note : a\r\n",
        "X-Note: a\r\n b\r\n",
        "X-Note: a\n",
        "X-Note: a\rb\r\n",
        "X-Note: a\0\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
    ] {
        let mut wire = Wire::to(&instance);
        wire.send(question(&key, "/short", more) + &question(&key, "/short", ""));
        assert_eq!(wire.statuses(), ["400"], "{more:?}");
    }
}

#[test]
fn a_head_without_end_is_refused_when_it_is_too_long() {
    let (instance, _) = gate_with_key();
    let mut wire = Wire::to(&instance);
    wire.send(format!("GET /healthz HTTP/1.1\r\nHost: gate\r\nX-Long: {}", "x".repeat(70_000)));
    assert_eq!(wire.statuses(), ["431"]);
}

#[test]
fn a_head_that_does_not_end_is_given_ten_seconds() {
    let (instance, _) = gate_with_key();
    let mut wire = Wire::to(&instance);
    wire.send("GET /healthz HTTP/1.1\r\nHost: gate\r\n");
    assert_eq!(wire.statuses(), ["408"]);
}

#[test]
fn an_old_client_keeps_its_connection_only_where_it_asks() {
    let (instance, _) = gate_with_key();
    let mut wire = Wire::to(&instance);
    wire.send(
        "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n",
    );
    let told = wire.rest();
    assert_eq!(told.matches("HTTP/1.1 200 ").count(), 2, "{told}");
    assert_eq!(told.matches("connection: keep-alive\r\n").count(), 1, "{told}");
    assert_eq!(told.matches("connection: close\r\n").count(), 1, "{told}");
}
