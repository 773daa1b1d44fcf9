//! Plans and limits, as callers and operators meet them: by `/verify`, its kin, and a real nginx.
//!
//! The clock is the test's: a minute and a midnight come when they are called for. One test alone
//! waits for real ([`real_time`]).

mod buckets;
mod concurrency;
mod durability;
mod headers;
mod keys;
mod nginx;
mod plans;
mod real_time;

use crate::harness::{Answer, Client, Instance, Key, Plugins, Request};

/// A product that weighs its routes, and shares nothing.
const METER: &str = r#"
name = "Meter"
hosts = ["meter.example"]
[keys.live]
prefix = "mt_live_"
[keys.test]
prefix = "mt_test_"
rate = 0.1
[scopes]
read = "Read"
write = "Write"
[routes]
"GET /one" = "read"
"POST /one" = "read"
"PUT /one" = "write"
"GET /ten" = { scope = "read", cost = 10 }
"GET /seventy" = { scope = "read", cost = 70 }
"GET /open" = "public"
"GET /pages/{*rest}" = "read"
"#;

/// An instance with that product and others, asked as nginx asks.
struct World {
    instance: Instance,
    gate: Client,
}

impl World {
    /// One whose workspace is on `plan`.
    fn on(plan: &str) -> Self {
        Self::with(plan, &[])
    }

    /// The same, with further products.
    fn with(plan: &str, others: &[(&str, &str)]) -> Self {
        let meter = Plugins::default().and("meter", METER);
        let plugins = others.iter().fold(meter, |all, (id, text)| all.and(id, text));
        let instance = Instance::start(&plugins);
        instance.set_plan(crate::harness::WORKSPACE, plan).unwrap();
        let gate = instance.client();
        Self { instance, gate }
    }

    fn restart(self) -> Self {
        let instance = self.instance.restart();
        let gate = instance.client();
        Self { instance, gate }
    }

    fn key(&self) -> Key {
        self.key_for("meter", "live")
    }

    fn key_for(&self, product: &str, key_type: &str) -> Key {
        self.instance.key(product, key_type, &["read"]).make()
    }

    fn ask(&self, key: &Key, target: &str) -> Answer {
        self.gate.send(&question("meter", key, target))
    }

    /// `pass`, or the code of a denial.
    fn code(&self, key: &Key, target: &str) -> String {
        code(&self.ask(key, target))
    }

    /// How many of `asked` questions pass.
    fn passed(&self, key: &Key, target: &str, asked: usize) -> usize {
        (0..asked).filter(|_| self.ask(key, target).status == 200).count()
    }
}

fn question(product: &str, key: &Key, target: &str) -> Request {
    question_by("GET", product, key, target)
}

fn question_by(method: &str, product: &str, key: &Key, target: &str) -> Request {
    Request::new("GET", format!("/verify/{product}"))
        .header("Host", "gate")
        .header("X-Original-Method", method)
        .header("X-Original-URI", target)
        .header("Authorization", format!("Bearer {}", key.secret))
}

fn code(answer: &Answer) -> String {
    match answer.status {
        200 => "pass".to_owned(),
        _ => answer.header("x-keystile-code").unwrap_or("none").to_owned(),
    }
}

/// The seconds that a refusal asks to wait.
fn retry_after(answer: &Answer) -> u64 {
    let seconds = answer.header("retry-after").expect("it says when to come again");
    let told = answer.json()["error"]["retry_after"].as_u64();
    assert_eq!(told, seconds.parse().ok(), "the body says the same");
    seconds.parse().unwrap()
}
