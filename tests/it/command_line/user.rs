//! `keystile user …`, and the owners of keys.

use serde_json::json;

use crate::harness::instance::PASSWORD;
use crate::harness::process::{Home, Output};

fn given(home: &Home, command: &[&str], stdin: &str) -> Output {
    Output::given(&mut home.command(command), stdin)
}

#[test]
fn people_are_added_listed_and_removed() {
    let home = Home::with_acme();
    assert_eq!(home.json(&["user", "list"]), json!([]));
    let ada = home.add_person("Ada@Example.com", &["--operator"]);
    let fields: Vec<&str> = ada.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["id", "email", "is_operator", "memberships", "created_at", "origin"]);
    assert_eq!(ada["origin"]["by"], "command_line");
    assert!(!ada["origin"]["account"].as_str().unwrap().is_empty());
    assert_eq!((&ada["email"], &ada["is_operator"]), (&json!("ada@example.com"), &json!(true)));
    assert!(ada["id"].as_str().unwrap().starts_with("user_"));
    let bob = home.add_person("bob@example.com", &["--workspace", "acme", "--role", "developer"]);
    assert_eq!(bob["memberships"], json!([{ "workspace": "acme", "role": "developer" }]));
    assert_eq!(home.json(&["user", "list"]), json!([ada, bob]));
    assert!(home.refused(&["user", "remove", "ada@example.com"]).contains("last operator"));
    let removed = home.json(&["user", "remove", "bob@example.com"]);
    assert_eq!(removed, json!({ "email": "bob@example.com", "removed": true, "keys": [] }));
    home.json(&["user", "remove", "ada@example.com"]);
    assert_eq!(home.json(&["user", "list"]), json!([]));
}

#[test]
fn what_nobody_can_be_called_or_choose_is_refused() {
    let home = Home::with_acme();
    home.add_person("ada@example.com", &["--operator"]);
    let add = |email: &str, terms: &[&str], password: &str| {
        let command = [&["user", "add", email, "--password-stdin"], terms].concat();
        let output = given(&home, &command, password);
        assert_eq!(output.stdout, "", "{output:?}");
        assert!(!output.stderr.contains(password.trim_end()) || password.trim_end().is_empty());
        (output.code, output.stderr)
    };
    let good = format!("{PASSWORD}\n");
    for (code, email, terms, password, said) in [
        (2, "ada", [].as_slice(), good.as_str(), "not an e-mail address"),
        (1, "ada@example.com", &[], &good, "is there already"),
        (1, "ADA@example.com", &[], &good, "is there already"),
        (1, "bob@example.com", &[], "elevenchars\n", "shorter than 12"),
        (1, "bob@example.com", &[], "passwordpassword\n", "many people"),
        (1, "bob@example.com", &[], "\n", "no password"),
        (
            1,
            "bob@example.com",
            &["--workspace", "nobody", "--role", "owner"],
            &good,
            "no workspace",
        ),
        (2, "bob@example.com", &["--workspace", "acme"], &good, "--role"),
        (2, "bob@example.com", &["--role", "owner"], &good, "--workspace"),
        (2, "bob@example.com", &["--workspace", "acme", "--role", "boss"], &good, "not a role"),
    ] {
        let (found, told) = add(email, terms, password);
        assert_eq!(found, code, "{email} {terms:?}: {told}");
        assert!(told.contains(said), "{email} {terms:?}: {told}");
    }
    assert_eq!(home.json(&["user", "list"]).as_array().unwrap().len(), 1);
    assert!(home.refused(&["user", "remove", "bob@example.com"]).contains("nobody called"));
    let said = home.refused(&["user", "add", "bob@example.com"]);
    assert!(said.contains("--password-stdin"), "without a terminal nothing is asked: {said}");
}

#[test]
fn a_password_is_changed_through_a_server_too() {
    let home = Home::new();
    home.add_person("ada@example.com", &["--operator"]);
    let server = home.serve();
    let passwd = ["user", "passwd", "ada@example.com", "--password-stdin", "--json"];
    let changed = given(&home, &passwd, "another lantern harbour\n");
    assert_eq!(changed.code, 0, "{changed:?}");
    let browser = crate::harness::Browser::of(home.web());
    assert_eq!(browser.sign_in("ada@example.com", "another lantern harbour").status, 303);
    assert!(server.terminate().success());
}

#[test]
fn a_key_has_an_owner_who_is_named_when_they_go() {
    let home = Home::with_acme();
    let ada = home.add_person("ada@example.com", &["--operator"]);
    let bob = home.add_person("bob@example.com", &["--workspace", "acme", "--role", "developer"]);
    home.add_person("eve@example.com", &[]);
    let key = home.make_key_with("CI", &["--owner", "bob@example.com"]);
    let owner = |id: &str| home.json(&["key", "show", id])["owner"].clone();
    assert_eq!(owner(&key.id), bob["id"]);
    let update = |email: &str| ["key", "update", &key.id, "--owner", email].map(str::to_owned);
    for email in ["eve@example.com", "nobody@example.com"] {
        let command = update(email);
        let said = home.refused(&command.each_ref().map(String::as_str));
        assert!(said.contains("neither a member of acme nor an operator"), "{said}");
    }
    home.json(&update("ada@example.com").each_ref().map(String::as_str));
    assert_eq!(owner(&key.id), ada["id"]);
    home.json(&update("bob@example.com").each_ref().map(String::as_str));
    let removed = home.json(&["user", "remove", "bob@example.com"]);
    assert_eq!(removed["keys"], json!([key.id]));
    let server = home.serve();
    let mut caller = crate::harness::process::Caller::to(server.gate);
    assert_eq!(caller.verify(&key.secret).status, 200, "the key goes on working");
}

#[test]
fn somebody_who_is_there_is_given_more_without_a_password() {
    let home = Home::with_acme();
    home.run(&["workspace", "add", "globex"]);
    home.add_person("ada@example.com", &["--operator"]);
    home.add_person("bob@example.com", &["--workspace", "acme", "--role", "owner"]);
    let add = |terms: &[&str]| home.json(&[&["user", "add", "bob@example.com"], terms].concat());
    let bob = add(&["--workspace", "globex", "--role", "viewer"]);
    assert_eq!(
        bob["memberships"],
        json!([
            { "workspace": "acme", "role": "owner" },
            { "workspace": "globex", "role": "viewer" }
        ])
    );
    assert_eq!(bob["is_operator"], false);
    let bob = add(&["--workspace", "globex", "--role", "admin", "--operator"]);
    assert_eq!(
        (&bob["memberships"][1]["role"], &bob["is_operator"]),
        (&json!("admin"), &json!(true))
    );
    assert_eq!(add(&["--operator"]), bob, "once more changes nothing");
    let lower = ["user", "add", "bob@example.com", "--workspace", "acme", "--role", "viewer"];
    assert!(home.refused(&lower).contains("last owner"));
    let nowhere = ["user", "add", "bob@example.com", "--workspace", "none", "--role", "viewer"];
    assert!(!home.refused(&nowhere).contains("none is there"));

    let server = home.serve();
    let browser = crate::harness::Browser::of(home.web());
    assert_eq!(browser.sign_in("bob@example.com", PASSWORD).status, 303, "it is the same password");
    assert_eq!(browser.get("/console/people").status, 200, "an operator sees everybody");
    add(&["--workspace", "globex", "--role", "owner"]);
    assert_eq!(browser.get("/console/people").status, 303, "with more to do they sign in anew");
    assert!(server.terminate().success());
}
