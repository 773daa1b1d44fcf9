//! What was asked is what is told: counts, and how they reach the disk and grow old.

mod retention;
mod strangers;
mod sums;
mod written;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Client, Instance, Key, Plugins, Request};

/// A product with each kind of route.
pub(crate) const PRODUCT: &str = r#"
name = "Counted"
undo = "0s"

[keys.live]
prefix = "ct_"

[scopes]
"read:a" = "A"
"read:b" = "B"
"read:*" = "All"

[routes]
"GET /a" = "read:a"
"GET /b" = "read:b"
"GET /both" = ["read:a", "read:b"]
"GET /any" = { any = ["read:a", "read:b"] }
"GET /me" = "authenticated"
"GET /open" = "public"
"#;

fn instance() -> Instance {
    Instance::start(&Plugins::default().and("counted", PRODUCT))
}

pub(crate) fn key(instance: &Instance, scopes: &[&str]) -> Key {
    instance.key("counted", "live", scopes).make()
}

/// A question about `path`, from an address of its own.
pub(crate) fn question(secret: &str, path: &str) -> Request {
    plain(path).header("Authorization", format!("Bearer {secret}"))
}

/// The same without a credential.
pub(crate) fn plain(path: &str) -> Request {
    Request::new("GET", "/forward-auth/counted")
        .header("Host", "gate")
        .header("X-Forwarded-Method", "GET")
        .header("X-Forwarded-Uri", path)
        .header("X-Forwarded-For", "203.0.113.9")
}

/// What the gate answers: `allowed`, or the code of the refusal.
pub(crate) fn ask(client: &Client, request: &Request) -> String {
    client.send(request).header("x-keystile-code").unwrap_or("allowed").to_owned()
}

/// The counts of an answer by their names.
fn counts(told: &Value, name: &str) -> BTreeMap<String, i64> {
    let rows = told["rows"].as_array().unwrap().iter();
    let count =
        |row: &Value| (row[name].as_str().unwrap().to_owned(), row["requests"].as_i64().unwrap());
    rows.map(count).collect()
}
