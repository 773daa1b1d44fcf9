//! `keystile workspace …`

use serde_json::{Value, json};

use crate::harness::process::{Home, Made};

#[test]
fn a_workspace_is_added_shown_and_put_on_another_plan() {
    let home = Home::new();
    assert_eq!(home.json(&["workspace", "list"]), json!([]));
    let added = home.json(&["workspace", "add", "acme", "--name", "Acme & Söhne"]);
    let fields: Vec<&str> = added.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["slug", "name", "plan", "created_at", "resources"]);
    assert_eq!((&added["name"], &added["plan"]), (&json!("Acme & Söhne"), &json!("free")));
    assert_eq!(home.json(&["workspace", "show", "acme"]), added);
    let changed = home.json(&["workspace", "set-plan", "acme", "pro"]);
    assert_eq!((&changed["plan"], &changed["slug"]), (&json!("pro"), &json!("acme")));
    assert_eq!(home.json(&["workspace", "list"]), json!([changed]));
    assert_eq!(home.json(&["workspace", "add", "b"])["name"], "b", "the slug is the name");
    let text = home.run(&["workspace", "list"]).stdout;
    assert!(text.starts_with("SLUG") && text.lines().count() == 3, "{text}");
}

#[test]
fn a_workspace_with_a_live_key_is_not_removed() {
    let home = Home::with_acme();
    let Made { id, .. } = home.make_key("CI");
    let said = home.refused(&["workspace", "remove", "acme"]);
    assert!(said.contains(&id) && said.contains("revoke"), "{said}");
    home.json(&["key", "revoke", &id]);
    let removed = home.json(&["workspace", "remove", "acme"]);
    assert_eq!(removed, json!({ "slug": "acme", "removed": true }));
    assert_eq!(home.json(&["workspace", "list"]), json!([]));
    assert_eq!(home.json(&["key", "list"]), json!([]), "its ended keys went with it");
    assert!(home.refused(&["workspace", "remove", "acme"]).contains("no workspace acme"));
}

#[test]
fn a_resource_that_a_live_key_is_bound_to_stays_with_its_workspace() {
    let home = Home::with_acme();
    let resource = |verb: &str, rest: &[&str]| -> Value {
        home.json(&[&["workspace", "resource", verb, "acme"], rest].concat())
    };
    assert_eq!(resource("add", &["store=st_1"]), json!({ "store": ["st_1"] }));
    assert_eq!(resource("add", &["brand=br_9"])["brand"], json!(["br_9"]));
    let owned = json!({ "brand": ["br_9"], "store": ["st_1"] });
    assert_eq!(resource("list", &[]), owned);
    let Made { id, .. } = home.make_key("CI");
    let remove = ["workspace", "resource", "remove", "acme", "store=st_1"];
    let said = home.refused(&remove);
    assert!(said.contains(&id) && said.contains("store=st_1"), "{said}");
    assert_eq!(home.json(&["workspace", "show", "acme"])["resources"], owned);
    home.json(&["key", "update", &id, "--restrict", "store=st_2"]);
    assert_eq!(resource("remove", &["store=st_1"]), json!({ "brand": ["br_9"] }));
    assert!(home.refused(&remove).contains("does not own store=st_1"));
}

#[test]
fn a_plan_in_use_that_is_gone_keeps_the_instance_from_starting() {
    let home = Home::with_acme();
    home.write(
        "config.toml",
        "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n[plans.only]\nper_day = 5\n",
    );
    let said = home.fails(78, &["serve"]);
    assert!(said.contains("acme on `enterprise`"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
