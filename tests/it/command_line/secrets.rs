//! A secret is shown once, and is nowhere else: no log, no error, no file.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::harness::process::{Caller, Home, Made};

/// Characters of a secret's end: the random part, by which it is searched.
const BODY: usize = 32;

#[test]
fn a_secret_is_in_no_file_no_log_and_no_later_answer() {
    let home = Home::with_acme();
    let mut secrets: Vec<String> = Vec::new();
    let mut ids = Vec::new();
    let mut take = |made: Made| {
        ids.push(made.id);
        secrets.push(made.secret);
    };
    (0..10).for_each(|number| take(home.make_key(&format!("direct {number}"))));
    let server = home.serve_by(home.command(&["serve"]).env("KEYSTILE_LOG__LEVEL", "trace"));
    (0..10).for_each(|number| take(home.make_key(&format!("served {number}"))));
    for id in ids.iter().take(4) {
        secrets.push(home.json(&["key", "rotate", id])["key"].as_str().unwrap().to_owned());
    }

    let mut said = String::new();
    let mut caller = Caller::to(server.gate);
    for secret in &secrets {
        caller.verify(secret);
        let target = format!("/verify?key={secret}");
        write!(said, "{:?}", caller.get(&target)).unwrap();
        write!(said, "{:?}", caller.get(&format!("/{secret}"))).unwrap();
        write!(said, "{:?}", caller.get(&format!("/verify/{secret}"))).unwrap();
        write!(said, "{:?}", caller.ask_for_host(secret)).unwrap();
    }
    let first = ids[0].as_str();
    for command in [
        ["key", "list", "--json"].as_slice(),
        &["key", "list"],
        &["key", "show", first],
        &["key", "update", first, "--name", "other", "--json"],
        &["key", "rotate", first],
        &["key", "rotate", first, "--finish"],
        &["key", "revoke", first],
        &["key", "restore", first],
        &["key", "revoke", first, "--json"],
        &["workspace", "remove", "acme"],
        &["workspace", "show", "acme", "--json"],
        // Pasted where something else belongs.
        &["key", "update", first, "--scope", &secrets[0]],
        &["key", "update", first, "--restrict", &format!("{}=a", secrets[0])],
        &["workspace", "show", &secrets[0]],
        &["nginx", &secrets[0]],
    ] {
        let output = home.run(command);
        said.push_str(&output.stdout);
        said.push_str(&output.stderr);
    }
    assert!(home.path("data/keystile.db-wal").exists(), "the write-ahead log is searched too");
    assert!(searched(&home.path(""), &secrets, &said) >= 5);
    drop(caller);
    assert!(server.terminate().success());
    searched(&home.path(""), &secrets, &said);
}

/// Holds that no secret is in any file below `folder`, nor in `said`; answers how many files.
fn searched(folder: &Path, secrets: &[String], said: &str) -> usize {
    let mut files = 0;
    let mut folders = vec![folder.to_owned()];
    let mut texts = vec![("an answer".to_owned(), said.to_owned())];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.file_type().unwrap().is_file() {
                files += 1;
                let text = fs::read(entry.path()).unwrap();
                let text = String::from_utf8_lossy(&text).into_owned();
                texts.push((entry.path().display().to_string(), text));
            }
        }
    }
    for (place, text) in texts {
        for secret in secrets {
            let body = &secret[secret.len() - BODY..];
            assert!(!text.contains(body), "{place} holds a secret");
        }
    }
    files
}
