//! Heads of every size: what a key or a route says is long, and the answer still fits.

use std::fmt::Write as _;

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
