//! `keystile key rotate | revoke | restore`

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::process::{Caller, Home, Made, Verdict, until};

fn revoked() -> Verdict {
    Verdict::deny(401, "revoked_key")
}

fn rotate(home: &Home, id: &str, arguments: &[&str]) -> (String, Value) {
    let answer = home.json(&[&["key", "rotate", id], arguments].concat());
    let fields: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["id", "key", "previous_expires_at"]);
    assert_eq!(answer["id"], id);
    (answer["key"].as_str().unwrap().to_owned(), answer["previous_expires_at"].clone())
}

#[test]
fn a_rotation_leaves_the_old_secret_good_until_its_overlap_ends() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret: first } = home.make_key("CI");
    let (second, end) = rotate(&home, &id, &["--overlap", "1h"]);
    assert_eq!(caller.verify(&first), Verdict::allow());
    assert_eq!(caller.verify(&second), Verdict::allow());

    let said = home.refused(&["key", "rotate", &id]);
    assert!(said.contains(end.as_str().unwrap()) && said.contains("--finish"), "{said}");
    let states = |key: &Value| -> Vec<Value> {
        key["secrets"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect()
    };
    let shown = home.json(&["key", "show", &id]);
    assert_eq!(states(&shown), ["current", "ending"]);
    assert_eq!(shown["secrets"][1]["ends_at"], end);

    let finished = home.json(&["key", "rotate", &id, "--finish"]);
    assert_eq!(states(&finished), ["current", "ended"]);
    assert_eq!(caller.verify(&first), revoked());
    assert_eq!(caller.verify(&second), Verdict::allow());
    let said = home.refused(&["key", "rotate", &id, "--finish"]);
    assert!(said.contains("no rotation to finish"), "{said}");
}

#[test]
fn a_rotation_without_overlap_ends_all_earlier_secrets() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret: first } = home.make_key("CI");
    let (second, _) = rotate(&home, &id, &[]);
    let (third, _) = rotate(&home, &id, &["--overlap", "0"]);
    assert_eq!([&first, &second].map(|it| caller.verify(it)), [revoked(), revoked()]);
    assert_eq!(caller.verify(&third), Verdict::allow());
    let (fourth, _) = rotate(&home, &id, &["--overlap", "90d"]);
    assert_eq!([&third, &fourth].map(|it| caller.verify(it)), [Verdict::allow(), Verdict::allow()]);
    let said = home.refused(&["key", "rotate", &id, "--overlap", "91d"]);
    assert!(said.contains("90d at most"), "{said}");
}

#[test]
fn the_default_overlap_is_a_day() {
    let home = Home::with_acme();
    let Made { id, .. } = home.make_key("CI");
    let (_, end) = rotate(&home, &id, &[]);
    let at = |value: &Value| value.as_str().unwrap().parse::<keystile::clock::Timestamp>().unwrap();
    let made = at(&home.json(&["key", "show", &id])["secrets"][0]["created_at"]);
    assert_eq!(at(&end).as_millis() - made.as_millis(), 86_400_000);
}

#[test]
fn a_revoked_key_is_denied_and_stays_as_it_was_revoked_first() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret } = home.make_key("CI");
    let first = home.json(&["key", "revoke", &id, "--reason", "leaked"]);
    assert_eq!((&first["state"], &first["revoked_reason"]), (&json!("revoked"), &json!("leaked")));
    assert_eq!(first["revoked_by"], first["created_by"]);
    assert_eq!(caller.verify(&secret), revoked());
    assert_eq!(home.json(&["key", "revoke", &id, "--reason", "again"]), first);
    for refused in [
        ["key", "update", &id, "--name", "other"].as_slice(),
        &["key", "rotate", &id],
        &["key", "rotate", &id, "--overlap", "0"],
    ] {
        assert!(home.refused(refused).contains("is revoked"), "{refused:?}");
    }
    let text = home.run(&["key", "list"]).stdout;
    assert!(text.lines().any(|line| line.starts_with(&id) && line.contains("revoked")), "{text}");
}

#[test]
fn a_restored_key_has_its_newest_secret_alone() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret: first } = home.make_key("CI");
    assert!(home.refused(&["key", "restore", &id]).contains("is not revoked"));
    let (second, _) = rotate(&home, &id, &[]);
    home.json(&["key", "revoke", &id]);
    assert_eq!([&first, &second].map(|it| caller.verify(it)), [revoked(), revoked()]);
    let restored = home.json(&["key", "restore", &id, "--reason", "a mistake"]);
    assert_eq!((&restored["state"], &restored["revoked_at"]), (&json!("active"), &Value::Null));
    assert_eq!(caller.verify(&first), revoked());
    assert_eq!(caller.verify(&second), Verdict::allow());
}

#[test]
fn a_revocation_is_undone_only_while_the_product_allows_it() {
    let home = Home::with_acme();
    let undo = |time: &str| {
        let whale = fs::read_to_string(home.path("plugins/whale.toml")).unwrap();
        let kept = whale.lines().filter(|line| !line.starts_with("undo ="));
        let lines: Vec<&str> = kept.collect();
        home.write("plugins/whale.toml", &format!("undo = \"{time}\"\n{}\n", lines.join("\n")));
    };
    let Made { id, .. } = home.make_key("CI");
    home.json(&["key", "revoke", &id]);
    undo("0s");
    let said = home.refused(&["key", "restore", &id]);
    assert!(said.contains("whale lets no revocation be undone"), "{said}");
    undo("2h");
    home.json(&["key", "restore", &id]);
    home.json(&["key", "revoke", &id]);
    undo("1s");
    let revoked = home.json(&["key", "show", &id])["revoked_at"].clone();
    let end = revoked.as_str().unwrap().parse::<keystile::clock::Timestamp>().unwrap();
    let clock = keystile::clock::Clock::system();
    until("a second has passed", || {
        let gone = clock.now().as_millis() - end.as_millis();
        (u128::try_from(gone).ok()? > Duration::from_secs(1).as_millis()).then_some(())
    });
    let said = home.refused(&["key", "restore", &id]);
    assert!(said.contains("1s only"), "{said}");
    assert_eq!(home.json(&["key", "show", &id])["revoked_at"], revoked);
}

#[test]
fn an_expired_key_is_denied_until_its_life_is_prolonged() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let Made { id, secret } = home.make_key_with("CI", &["--expires", "1s"]);
    until("the key has expired", || (caller.verify(&secret).status != 200).then_some(()));
    assert_eq!(caller.verify(&secret), Verdict::deny(401, "expired_key"));
    assert_eq!(home.json(&["key", "show", &id])["state"], "expired");
    let said = home.refused(&["key", "rotate", &id]);
    assert!(said.contains(&format!("keystile key update {id} --expires")), "{said}");
    home.json(&["key", "update", &id, "--expires", "90d"]);
    assert_eq!(caller.verify(&secret), Verdict::allow());
}
