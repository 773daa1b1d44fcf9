//! `keystile key create | list | show | update`

use std::fs::File;

use serde_json::{Value, json};

use crate::harness::process::{Caller, Home, Made, Output, Verdict, create};

#[test]
fn a_key_is_made_and_its_secret_is_shown_once() {
    let home = Home::with_acme();
    let terms = ["--expires", "90d", "--allow-ip", "203.0.113.0/24", "--metadata", "{\"team\":7}"];
    let made = home.json(&create("CI", &terms));
    let fields: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        ["id", "key", "name", "workspace", "product", "type", "state", "scopes", "restrictions"]
            .as_slice(),
        &["allow_ip", "owner", "expires_at", "metadata", "created_at", "created_by"],
        &[
            "revoked_at",
            "revoked_by",
            "revoked_reason",
            "last_used_at",
            "last_used_from",
            "secrets",
        ],
    ];
    assert_eq!(fields, expected.concat());
    let secret = made["key"].as_str().unwrap();
    let body = secret.strip_prefix("wk_live_").unwrap();
    assert!(body.len() == 32 && body.bytes().all(|it| it.is_ascii_alphanumeric()), "{body}");
    assert_eq!(made["scopes"], json!(["read:products"]));
    assert_eq!(made["restrictions"], json!({ "store": ["st_1"] }));
    assert_eq!((&made["product"], &made["type"]), (&json!("whale"), &json!("live")));
    assert_eq!((&made["state"], &made["metadata"]), (&json!("active"), &json!({ "team": 7 })));
    assert_eq!(made["secrets"][0]["last4"], secret[secret.len() - 4..]);

    let id = made["id"].as_str().unwrap();
    let mut shown = home.json(&["key", "show", id]);
    assert_eq!(shown["key"], Value::Null, "it is not shown again");
    shown["key"] = made["key"].clone();
    assert_eq!(shown, made);
}

#[test]
fn a_new_secret_stands_alone_on_its_line_for_people() {
    let home = Home::with_acme();
    let output = home.run(&create("CI", &[]));
    let secret = output.stdout.lines().next().unwrap();
    assert!(secret.starts_with("wk_live_") && secret.len() == 40, "{output:?}");
    assert_eq!(output.stdout.matches("wk_live_").count(), 1);
    assert!(output.stdout.contains("Copy the key now"), "{output:?}");
}

#[test]
fn an_answer_that_cannot_be_printed_is_told() {
    let home = Home::with_acme();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let made = home.command(&create("CI", &["--json"])).stdout(full).output().unwrap();
    let said = String::from_utf8(made.stderr).unwrap();
    assert_eq!(made.status.code(), Some(1), "{said}");
    assert!(said.contains("could not be printed") && !said.contains("wk_live_"), "{said}");
}

#[test]
fn keys_are_listed_the_newest_first() {
    let home = Home::with_acme();
    home.json(&["workspace", "add", "other"]);
    assert_eq!(home.json(&["key", "list"]), json!([]));
    assert!(home.run(&["key", "list"]).stdout.contains("no keys"));
    let ids = ["one", "two", "three"].map(|name| home.make_key(name).id);
    let listed = |arguments: &[&str]| -> Vec<String> {
        let listed = home.json(&[&["key", "list"], arguments].concat());
        let id = |key: &Value| key["id"].as_str().unwrap().to_owned();
        listed.as_array().unwrap().iter().map(id).collect()
    };
    let [one, two, three] = ids;
    assert_eq!(listed(&[]), [three.clone(), two.clone(), one.clone()]);
    assert_eq!(listed(&["--limit", "1"]), std::slice::from_ref(&three));
    assert_eq!(listed(&["--before", &three]), [two.clone(), one.clone()]);
    assert_eq!(listed(&["--workspace", "acme", "--product", "whale"]).len(), 3);
    assert_eq!(listed(&["--workspace", "other"]).len(), 0);
    assert_eq!(listed(&["--product", "brands"]).len(), 0);
    let text = home.run(&["key", "list"]).stdout;
    assert!(text.starts_with("ID") && text.lines().count() == 4, "{text}");
}

#[test]
fn an_update_replaces_what_it_names_and_nothing_else() {
    let home = Home::with_acme();
    let terms = ["--allow-ip", "203.0.113.0/24", "--expires", "30d", "--metadata", "[1]"];
    let Made { id, .. } = home.make_key_with("CI", &terms);
    let mut expected = home.json(&["key", "show", &id]);
    let mut update = |arguments: &[&str], changed: &[(&str, Value)]| {
        let answered = home.json(&[&["key", "update", &id], arguments].concat());
        for (name, value) in changed {
            expected[*name] = value.clone();
        }
        assert_eq!(answered, expected, "{arguments:?}");
        assert_eq!(home.json(&["key", "show", &id]), expected, "{arguments:?}");
    };
    update(&["--name", "  Deploy "], &[("name", json!("Deploy"))]);
    update(
        &["--scope", "read:orders", "--scope", "read:*", "--scope", "read:orders"],
        &[("scopes", json!(["read:*", "read:orders"]))],
    );
    update(&["--restrict", "store=st_2"], &[("restrictions", json!({ "store": ["st_2"] }))]);
    update(
        &["--allow-ip", "2001:db8::/32", "--allow-ip", "192.0.2.1"],
        &[("allow_ip", json!(["192.0.2.1/32", "2001:db8::/32"]))],
    );
    update(&["--allow-ip", "any"], &[("allow_ip", json!([]))]);
    update(&["--expires", "never"], &[("expires_at", Value::Null)]);
    update(&["--metadata", "{\"a\":1}"], &[("metadata", json!({ "a": 1 }))]);
    update(&["--metadata", "null"], &[("metadata", Value::Null)]);
    assert_eq!(home.json(&create("Any", &["--allow-ip", "any"]))["allow_ip"], json!([]));
    for (flag, value) in [("--allow-ip", "192.0.2.1"), ("--restrict", "store=st_1")] {
        let told = home.refused(&["key", "update", &id, flag, "any", flag, value]);
        assert!(told.contains(&format!("`{flag} any` stands alone")), "{told}");
    }
    assert_eq!(home.json(&["key", "show", &id]), expected, "what is refused changes nothing");
}

#[test]
fn an_update_holds_for_the_next_request() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret } = home.make_key("CI");
    let update = |arguments: &[&str]| home.json(&[&["key", "update", &id], arguments].concat());
    assert_eq!(caller.verify(&secret), Verdict::allow());
    update(&["--scope", "read:orders"]);
    assert_eq!(caller.verify(&secret), Verdict::deny(403, "insufficient_scope"));
    update(&["--scope", "read:products", "--restrict", "store=st_2"]);
    assert_eq!(caller.verify(&secret), Verdict::deny(403, "resource_mismatch"));
    update(&["--restrict", "store=st_1", "--allow-ip", "203.0.113.7"]);
    assert_eq!(caller.verify(&secret), Verdict::deny(403, "ip_not_allowed"));
    update(&["--allow-ip", "any"]);
    assert_eq!(caller.verify(&secret), Verdict::allow());
}

#[test]
fn commands_that_run_at_once_without_a_server_take_turns() {
    let home = Home::with_acme();
    let outputs: Vec<Output> = std::thread::scope(|scope| {
        let create = |number: usize| {
            let name = format!("key {number}");
            let home = &home;
            scope.spawn(move || home.run(&create(&name, &["--json"])))
        };
        let running: Vec<_> = (0..8).map(create).collect();
        running.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(outputs.iter().all(|output| output.code == 0), "{outputs:?}");
    assert_eq!(home.json(&["key", "list"]).as_array().unwrap().len(), 8);
}
