//! A damaged row denies; it is told, and left as it is.

use std::fs;
use std::path::Path;

use crate::harness::process::{Caller, Home, Made, Verdict, python};

/// Bytes of a page, as SQLite makes it.
const PAGE: usize = 4_096;

/// Changes rows behind Keystile's back, while it does not run.
fn tamper(home: &Home, statement: &str) {
    const RUN: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute(sys.argv[2]).rowcount == 1
db.commit()";
    python(RUN, &[&home.data().join("keystile.db"), Path::new(statement)]);
}

/// Every way to damage what decides over one key. `ID` stands for the key's id.
const DAMAGES: [(&str, bool); 13] = [
    ("UPDATE keys SET scopes = '[\"*\"]' WHERE id = 'ID'", true),
    ("UPDATE keys SET scopes = '[\"read:products\"' WHERE id = 'ID'", true),
    ("UPDATE keys SET scopes = CAST(scopes AS BLOB) WHERE id = 'ID'", true),
    ("UPDATE keys SET restrictions = '{}' WHERE id = 'ID'", true),
    ("UPDATE keys SET allow_ip = '[\"0.0.0.0/0\"]' WHERE id = 'ID'", true),
    ("UPDATE keys SET expires_at = 99999999999999 WHERE id = 'ID'", true),
    ("UPDATE keys SET expires_at = 'never' WHERE id = 'ID'", true),
    ("UPDATE keys SET product = 'brands' WHERE id = 'ID'", true),
    ("UPDATE keys SET seal = zeroblob(16) WHERE id = 'ID'", true),
    ("UPDATE keys SET seal = zeroblob(7) WHERE id = 'ID'", true),
    ("UPDATE secrets SET ends_at = 99999999999999 WHERE key = 'ID'", true),
    ("UPDATE secrets SET seal = x'00' WHERE key = 'ID'", true),
    ("UPDATE workspaces SET plan = 'pro' WHERE slug = 'acme'", false),
];

#[test]
fn a_damaged_row_denies_and_is_left_as_it_is() {
    for (damage, is_of_key) in DAMAGES {
        println!("{damage}");
        let home = Home::with_acme();
        let (sound, Made { id, secret }) = (home.make_key("sound"), home.make_key("damaged"));
        tamper(&home, &damage.replace("ID", &id));
        let before = home.rows();
        if is_of_key {
            is_told(&home, &id);
        }
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        for _ in 0..3 {
            assert_eq!(caller.verify(&secret), Verdict::deny(503, "unavailable"), "{damage}");
        }
        let told = home.log().lines().filter(|line| line.contains("\"ERROR\"")).count();
        assert_eq!(told, 1, "{damage}: one line tells it, whoever asks how often: {}", home.log());
        if is_of_key {
            assert_eq!(caller.verify(&sound.secret), Verdict::allow(), "{damage}: others go on");
            is_told(&home, &id);
        }
        drop(caller);
        assert!(server.terminate().success());
        assert_eq!(home.rows(), before, "{damage}: nothing was made of it");
    }
}

#[test]
fn a_damaged_key_can_be_revoked_and_stays_denied() {
    let damages = DAMAGES.iter().filter(|(_, is_of_key)| *is_of_key).map(|(damage, _)| *damage);
    let unread = "UPDATE keys SET created_at = x'ff', name = x'00' WHERE id = 'ID'";
    for damage in damages.chain([unread]) {
        let home = Home::with_acme();
        let Made { id, secret } = home.make_key("damaged");
        tamper(&home, &damage.replace("ID", &id));
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        caller.verify(&secret);
        home.json(&["key", "revoke", &id]);
        let verdict = caller.verify(&secret);
        assert!([401, 503].contains(&verdict.status), "{damage}: {verdict:?}");
        assert!(home.refused(&["key", "restore", &id]).contains(&id), "{damage}");
    }
}

#[test]
fn a_damaged_old_secret_keeps_nobody_from_revoking() {
    for damage in [
        "UPDATE secrets SET created_at = 'yesterday' WHERE key = 'ID' AND ends_at NOT NULL",
        "UPDATE secrets SET created_at = 1.5 WHERE key = 'ID' AND ends_at IS NULL",
        "UPDATE secrets SET digest = x'00' WHERE key = 'ID' AND ends_at NOT NULL",
        "UPDATE secrets SET ends_at = 'later' WHERE key = 'ID' AND ends_at NOT NULL",
        "UPDATE secrets SET seal = zeroblob(16) WHERE key = 'ID' AND ends_at NOT NULL",
        "UPDATE keys SET created_at = 'yesterday' WHERE id = 'ID'",
        "UPDATE keys SET created_at = -1e300 WHERE id = 'ID'",
    ] {
        println!("{damage}");
        let home = Home::with_acme();
        let Made { id, secret: old } = home.make_key("damaged");
        let new = Made::of(&home.json(&["key", "rotate", &id, "--overlap", "1h"])).secret;
        tamper(&home, &damage.replace("ID", &id));
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        // Warm, where they are good still: a revocation must reach what is in memory.
        let _ = [&old, &new].map(|secret| caller.verify(secret));
        let output = home.run(&["key", "revoke", &id, "--json"]);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{damage}: {output:?}");
        for secret in [&old, &new] {
            assert_ne!(caller.verify(secret).status, 200, "{damage}");
        }
        drop(caller);
        server.kill9();
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        for secret in [&old, &new] {
            assert_ne!(caller.verify(secret).status, 200, "{damage}: after a restart");
        }
    }
}

#[test]
fn a_damaged_audit_row_keeps_nobody_from_revoking() {
    let last = "WHERE number = (SELECT max(number) FROM audit)";
    for damage in [
        "hash = 'text'",
        "hash = 7",
        "hash = 1.5",
        "hash = x''",
        "number = 1.5",
        "number = 'last'",
        "number = 9223372036854775807",
    ] {
        println!("{damage}");
        let home = Home::with_acme();
        let Made { id, secret } = home.make_key("CI");
        tamper(&home, &format!("UPDATE audit SET {damage} {last}"));
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        assert_eq!(caller.verify(&secret), Verdict::allow());
        let output = home.run(&["key", "revoke", &id, "--json"]);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{damage}: {output:?}");
        assert_eq!(caller.verify(&secret), Verdict::deny(401, "revoked_key"));
        home.make_key("others are made as before");
    }
}

/// Holds that the key is listed as damaged, and that no command but its end changes it.
fn is_told(home: &Home, id: &str) {
    let listed = home.json(&["key", "list"]);
    let states: Vec<_> = listed.as_array().unwrap().iter().map(|key| &key["state"]).collect();
    assert_eq!(states, ["damaged", "active"]);
    assert_eq!(home.json(&["key", "show", id])["state"], "damaged");
    for command in [
        ["key", "update", id, "--name", "other"].as_slice(),
        &["key", "update", id, "--scope", "read:products"],
        &["key", "rotate", id],
        &["key", "rotate", id, "--overlap", "0"],
        &["key", "rotate", id, "--finish"],
        &["key", "restore", id],
    ] {
        let said = home.refused(command);
        assert!(said.contains(id), "{command:?}: {said}");
    }
}

#[test]
fn a_damaged_page_never_lets_a_revoked_key_pass() {
    let home = Home::with_acme();
    let (good, revoked) = (home.make_key("good"), home.make_key("revoked"));
    home.json(&["key", "revoke", &revoked.id]);
    let path = home.data().join("keystile.db");
    let sound = fs::read(&path).unwrap();
    let (mut refused, mut denied) = (0, 0);
    for page in 1..sound.len() / PAGE {
        for name in ["keystile.db-wal", "keystile.db-shm"] {
            let _ = fs::remove_file(home.data().join(name));
        }
        let mut bytes = sound.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0xa5);
        fs::write(&path, bytes).unwrap();
        let Ok(server) = home.try_serve_by(&mut home.command(&["serve"])) else {
            refused += 1;
            continue;
        };
        let mut caller = Caller::to(server.gate);
        let verdict = caller.verify(&revoked.secret);
        assert_ne!(verdict.status, 200, "page {page}");
        denied += usize::from(caller.verify(&good.secret).status != 200);
        home.run(&["key", "list"]);
        assert_ne!(caller.verify(&revoked.secret).status, 200, "page {page}");
    }
    println!("{} pages: {refused} starts refused, {denied} more deny", sound.len() / PAGE);
    assert!(refused + denied > 0, "some of them are in use");
}
