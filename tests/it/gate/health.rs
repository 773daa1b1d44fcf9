//! `/healthz` and `/readyz`.

use std::fs;

use serde_json::json;

use crate::harness::{Answer, Client, Instance, Plugins, Request, eventually};

const GOOD: &str = r#"
name = "Small"
[keys.live]
prefix = "sm_live_"
[scopes]
"a" = "A"
[routes]
"GET /a" = "a"
"#;

fn get(client: &Client, path: &str) -> Answer {
    let answer = client.send(&Request::new("GET", path).header("Host", "localhost"));
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    answer
}

#[test]
fn a_server_whose_files_are_good_is_alive_and_ready() {
    let instance = Instance::start(&Plugins::shipped());
    let client = instance.client();
    let alive = get(&client, "/healthz");
    assert_eq!((alive.status, alive.json()), (200, json!({ "status": "ok" })));
    let ready = get(&client, "/readyz");
    let good = |product| json!({ "product": product, "state": "good", "problems": [] });
    let ids = ["brands", "example", "marketplace", "stores", "whale"];
    let products = json!(ids.map(good));
    assert_eq!(
        (ready.status, ready.json()),
        (200, json!({ "status": "ready", "products": products }))
    );
}

#[test]
fn a_file_that_was_never_good_keeps_a_server_from_being_ready() {
    let plugins =
        Plugins::default().and("small", GOOD).and("broken", "name = \"Broken\"\nkey = 1\n");
    let instance = Instance::start(&plugins);
    let client = instance.client();
    assert_eq!(get(&client, "/healthz").status, 200, "files are no matter of life");
    let ready = get(&client, "/readyz");
    assert_eq!(ready.status, 503);
    let body = ready.json();
    assert_eq!(body["status"], "not ready");
    assert_eq!(body["products"][0]["product"], "broken");
    assert_eq!(body["products"][0]["state"], "no good version");
    assert_eq!(body["products"][1], json!({ "product": "small", "state": "good", "problems": [] }));
    let problems = body["products"][0]["problems"].to_string();
    assert!(problems.contains("broken.toml") && problems.contains("key"), "{problems}");

    fs::remove_file(instance.plugin_file("broken")).unwrap();
    let mended = eventually(100, || (get(&client, "/readyz").status == 200).then_some(()));
    assert!(mended.is_some(), "without the file there is nothing wrong");
}

#[test]
fn a_broken_file_is_told_while_its_last_good_version_serves() {
    let instance = Instance::start(&Plugins::default().and("small", GOOD));
    fs::write(instance.plugin_file("small"), GOOD.replace("[keys.live]", "[keys.live")).unwrap();
    let client = instance.client();
    let state = |client: &Client| {
        let ready = get(client, "/readyz");
        assert_eq!(ready.status, 200, "every product has a good version");
        (ready.json()["products"][0]["state"] == "last good version").then(|| ready.json())
    };
    let told = eventually(100, || state(&client)).expect("the file is read");
    assert_eq!(told["products"][0]["problems"].as_array().unwrap().len(), 1, "{told}");

    drop(client);
    let instance = instance.restart();
    let told = state(&instance.client()).expect("a restart beside a broken file says the same");
    assert_eq!(told["products"][0]["product"], "small");
}

#[test]
fn a_folder_that_cannot_be_listed_is_told_and_without_anything_kept_nothing_is_ready() {
    let instance = Instance::start(&Plugins::default().and("small", GOOD));
    let (folder, moved) = (instance.folder().join("plugins"), instance.folder().join("moved"));
    fs::rename(&folder, &moved).unwrap();
    instance.app.plugins.reload();
    let ready = get(&instance.client(), "/readyz");
    assert_eq!(ready.status, 200, "what was good stays in force");
    assert_eq!(ready.json()["problems"].as_array().unwrap().len(), 1, "{:?}", ready.json());

    fs::rename(&moved, &folder).unwrap();
    fs::remove_file(instance.plugin_file("small")).unwrap();
    instance.app.plugins.reload();
    fs::remove_dir(&folder).unwrap();
    instance.app.plugins.reload();
    assert_eq!(get(&instance.client(), "/readyz").status, 503, "there is nothing to decide by");
}

#[test]
fn nothing_else_is_served() {
    let instance = Instance::start(&Plugins::shipped());
    let client = instance.client();
    for path in [
        "/",
        "/verify/",
        "/verify/whale/x",
        "/verifyx",
        "/forward-auth/",
        "/ext-authz",
        "/Healthz",
        "/healthz/",
        "/metrics",
        "/api/v1/keys",
        "/%76erify",
        "//verify",
    ] {
        let answer = client.send(&Request::new("GET", path).header("Host", "localhost"));
        assert_eq!((answer.status, answer.text().as_str()), (404, ""), "{path}");
    }
}

#[test]
fn a_unix_socket_serves_as_a_port_does() {
    let instance = Instance::start_on("unix:gate.sock", &Plugins::shipped());
    let client = instance.client();
    assert_eq!(get(&client, "/healthz").status, 200);
    let socket = instance.folder().join("gate.sock");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&socket).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o660, "for its owner and a group, nobody else");
}
