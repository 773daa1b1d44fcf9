//! `keystile client …`

use serde_json::{Value, json};

use crate::harness::process::Home;

const CALLBACK: &str = "https://app.example/cb";

fn add(home: &Home, terms: &[&str]) -> Value {
    home.json(&[&["client", "add", "--name", "Sync"], terms].concat())
}

fn id(client: &Value) -> String {
    client["client_id"].as_str().expect("it has an id").to_owned()
}

#[test]
fn clients_are_made_listed_shown_and_revoked() {
    let home = Home::with_acme();
    assert_eq!(home.json(&["client", "list"]), json!([]));
    let public = add(&home, &["--redirect-uri", CALLBACK]);
    let fields: Vec<&str> = public.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields[..3], ["client_id", "origin", "name"], "without a secret: {public}");
    assert_eq!(public["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!((&public["auth_method"], &public["origin"]), (&json!("none"), &json!("operator")));

    let secret = add(&home, &["--redirect-uri", CALLBACK, "--confidential", "--oauth20"]);
    assert!(secret["client_secret"].as_str().unwrap().starts_with("ks_cs_"), "{secret}");
    assert_eq!(secret["is_oauth20"], true);
    let service = ["--confidential", "--grant", "client_credentials", "--workspace", "acme"];
    let service = add(&home, &service);
    assert_eq!(service["workspace"], "acme");

    let listed = home.json(&["client", "list"]);
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids, [id(&service), id(&secret), id(&public)], "the newest first");
    assert!(!listed.to_string().contains("ks_cs_"), "{listed}");
    let of_acme = home.json(&["client", "list", "--workspace", "acme"]);
    assert_eq!(of_acme.as_array().unwrap().len(), 1);

    let shown = home.json(&["client", "show", &id(&secret)]);
    let last4 = shown["secrets"][0]["last4"].as_str().unwrap();
    assert!(secret["client_secret"].as_str().unwrap().ends_with(last4), "{shown}");
    let revoked = home.json(&["client", "revoke", &id(&secret)]);
    assert_eq!(revoked, json!({ "client_id": id(&secret), "removed": true }));
    assert!(home.refused(&["client", "show", &id(&secret)]).contains("there is no client"));
}

#[test]
fn a_client_is_changed_and_given_another_secret() {
    let home = Home::with_acme();
    let made = add(&home, &["--redirect-uri", CALLBACK, "--confidential"]);
    let id = id(&made);
    let changed = home.json(&[
        "client",
        "update",
        &id,
        "--name",
        "Ledger",
        "--redirect-uri",
        "http://127.0.0.1/cb",
    ]);
    assert_eq!(changed["redirect_uris"], json!(["http://127.0.0.1/cb"]));
    assert_eq!((&changed["name"], changed.get("client_secret")), (&json!("Ledger"), None));
    let rotated = home.json(&["client", "rotate", &id, "--overlap", "1h"]);
    assert_ne!(rotated["client_secret"], made["client_secret"]);
    let shown = home.json(&["client", "show", &id]);
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 2, "{shown}");
    home.json(&["client", "rotate", &id, "--overlap", "0"]);
    let shown = home.json(&["client", "show", &id]);
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 1, "those before are over: {shown}");
}

#[test]
fn what_cannot_be_is_refused() {
    let home = Home::with_acme();
    for (terms, said) in [
        (&[][..], "redirect URI"),
        (&["--redirect-uri", "http://app.example/cb"], "http://app.example/cb"),
        (&["--redirect-uri", "https://app.example/#x"], "https://app.example/#x"),
        (&["--confidential", "--grant", "client_credentials"], "workspace"),
        (&["--grant", "client_credentials", "--workspace", "acme"], "confidential"),
        (&["--redirect-uri", CALLBACK, "--product", "nothing"], "nothing"),
        (&["--redirect-uri", CALLBACK, "--scope", "read:nothing"], "read:nothing"),
        (&["--redirect-uri", CALLBACK, "--workspace", "nowhere"], "nowhere"),
    ] {
        let refused = home.refused(&[&["client", "add", "--name", "Sync"], terms].concat());
        assert!(refused.contains(said), "{terms:?}: {refused}");
    }
    let usage = ["client", "add", "--name", "Sync", "--redirect-uri", CALLBACK];
    for more in [&["--oauth20"][..], &["--grant", "password"]] {
        home.fails(2, &[&usage[..], more].concat());
    }
    home.fails(2, &["client", "show", "nonsense"]);
    let public = id(&add(&home, &["--redirect-uri", CALLBACK]));
    assert!(home.refused(&["client", "rotate", &public]).contains("no secret"));
    assert!(home.refused(&["client", "update", &public]).contains("say what to change"));
}

#[test]
fn people_see_a_secret_once_and_a_table() {
    let home = Home::with_acme();
    let made = home.run(&[
        "client",
        "add",
        "--name",
        "Sync",
        "--redirect-uri",
        CALLBACK,
        "--confidential",
    ]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{made:?}");
    assert!(
        made.stdout.starts_with("ks_cs_") && made.stdout.contains("not shown again"),
        "{made:?}"
    );
    let listed = home.run(&["client", "list"]).stdout;
    assert!(listed.starts_with("CLIENT_ID") && listed.contains("Sync"), "{listed}");
    let token = home.run(&["client", "registration-token", "--life", "1h"]).stdout;
    assert!(token.starts_with("ks_"), "{token}");
}
