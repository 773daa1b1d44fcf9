//! A restart and a crash keep what was acknowledged.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use keystile::http::control::{Command, ask};
use serde_json::{Value, json};

use crate::harness::process::{Caller, Home, Made, Server, Verdict, python, until};

const CYCLES: usize = 10;
const WRITERS: usize = 8;

/// How long a restart after a crash may take before the test has failed; two seconds are usual.
const READY_WITHIN: Duration = Duration::from_secs(10);

/// A key as the acknowledgements of its changes leave it.
struct Known {
    id: String,
    secret: String,
    ended: Vec<String>,
    is_revoked: bool,
    /// A change of it was not acknowledged when the server was killed: it may hold or not.
    is_unsure: bool,
}

#[expect(clippy::disallowed_methods, reason = "it measures another process")]
fn now() -> Instant {
    Instant::now()
}

/// Has the server carry a command out; `None` when it went away before it answered.
fn carry_out(data: &Path, command: Value) -> Option<Value> {
    let command: Command = serde_json::from_value(command).unwrap();
    ask(data, &command).ok().flatten()
}

/// Creates, revokes, restores and rotates until the server goes away.
fn write(data: &Path, number: usize, keys: &Mutex<Vec<Known>>, acknowledged: &AtomicUsize) {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    for turn in number.. {
        let usable = keys.iter_mut().rev().find(|key| !key.is_unsure);
        let is_done = match (turn % 5, usable) {
            (0 | 3, _) | (_, None) => create(data, &mut keys),
            (1, Some(key)) => rotate(data, key),
            (_, Some(key)) => revoke_or_restore(data, key),
        };
        if is_done.is_none() {
            return;
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
}

fn create(data: &Path, keys: &mut Vec<Known>) -> Option<()> {
    let made = carry_out(
        data,
        json!({ "key": { "create": {
            "workspace": "acme", "product": "whale", "type": "live", "name": "CI",
            "scopes": ["read:products"], "restrictions": [["store", "st_1"]],
        } } }),
    )?;
    let Made { id, secret } = Made::of(&made);
    keys.push(Known { id, secret, ended: Vec::new(), is_revoked: false, is_unsure: false });
    Some(())
}

fn rotate(data: &Path, key: &mut Known) -> Option<()> {
    if key.is_revoked {
        return revoke_or_restore(data, key);
    }
    key.is_unsure = true;
    let rotated =
        carry_out(data, json!({ "key": { "rotate": { "id": key.id, "overlap_seconds": 0 } } }))?;
    key.ended.push(std::mem::replace(&mut key.secret, Made::of(&rotated).secret));
    key.is_unsure = false;
    Some(())
}

fn revoke_or_restore(data: &Path, key: &mut Known) -> Option<()> {
    key.is_unsure = true;
    let verb = if key.is_revoked { "restore" } else { "revoke" };
    carry_out(data, json!({ "key": { verb: { "id": key.id, "reason": null } } }))?;
    key.is_revoked = !key.is_revoked;
    key.is_unsure = false;
    Some(())
}

/// Holds that each key is as its acknowledgements say.
fn all_hold(server: &Server, keys: &[Mutex<Vec<Known>>]) -> usize {
    let mut caller = Caller::to(server.gate);
    let revoked = Verdict::deny(401, "revoked_key");
    let mut checked = 0;
    for keys in keys {
        let keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys.iter().filter(|key| !key.is_unsure) {
            let expected = if key.is_revoked { revoked.clone() } else { Verdict::allow() };
            assert_eq!(caller.verify(&key.secret), expected, "{}", key.id);
            for ended in &key.ended {
                assert_eq!(caller.verify(ended), revoked, "an ended secret of {}", key.id);
            }
            checked += 1;
        }
    }
    checked
}

/// Holds that SQLite finds nothing wrong with a copy of what the crash has left.
fn is_sound(home: &Home) {
    const CHECK: &str = "
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchall())";
    let copy = tempfile::tempdir().unwrap();
    for name in ["keystile.db", "keystile.db-wal"] {
        fs::copy(home.data().join(name), copy.path().join(name)).unwrap();
    }
    assert_eq!(python(CHECK, &[&copy.path().join("keystile.db")]).trim(), "[('ok',)]");
}

#[test]
fn a_kill_under_load_loses_nothing_that_was_acknowledged() {
    let home = Home::with_boundless_acme();
    let steady = home.make_key("steady").secret;
    let keys: Vec<Mutex<Vec<Known>>> = (0..WRITERS).map(|_| Mutex::default()).collect();
    let (mut acknowledged_in_all, mut slowest) = (0, Duration::ZERO);
    let mut server = home.serve();
    for cycle in 0..CYCLES {
        let (acknowledged, is_killed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (gate, data) = (server.gate, home.data());
        thread::scope(|scope| {
            for (number, keys) in keys.iter().enumerate() {
                let (data, acknowledged) = (&data, &acknowledged);
                scope.spawn(move || write(data, number, keys, acknowledged));
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut caller = Caller::to(gate);
                    while let Some(verdict) = caller.try_verify(&steady) {
                        assert_eq!(verdict, Verdict::allow());
                    }
                    assert!(is_killed.load(Ordering::SeqCst), "an answer was lost before");
                });
            }
            until("the writers were answered", || {
                (acknowledged.load(Ordering::SeqCst) >= 60 + 11 * cycle).then_some(())
            });
            is_killed.store(true, Ordering::SeqCst);
            server.kill9();
        });
        acknowledged_in_all += acknowledged.into_inner();
        is_sound(&home);
        let began = now();
        server = home.serve();
        slowest = slowest.max(began.elapsed());
        all_hold(&server, &keys);
    }
    let checked = all_hold(&server, &keys);
    println!(
        "{CYCLES} kills, {acknowledged_in_all} acknowledged, {checked} keys checked, ready again \
         within {slowest:?}"
    );
    assert!(slowest < READY_WITHIN, "{slowest:?}");
    let listed = home.json(&["key", "list"]);
    let states = listed.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap());
    assert!(states.clone().all(|state| state == "active" || state == "revoked"));
    assert!(checked > 100 && states.count() >= checked.min(1_000));
}

#[test]
fn a_kill_during_the_first_start_leaves_no_half_of_a_database() {
    for turn in 0..24 {
        let home = Home::new();
        let mut starting = home.command(&["serve"]);
        let mut starting = starting.stderr(std::process::Stdio::null()).spawn().unwrap();
        thread::park_timeout(Duration::from_micros(turn * 1_500));
        starting.kill().unwrap();
        starting.wait().unwrap();
        let output = home.run(&["workspace", "add", "acme", "--json"]);
        assert_eq!(output.code, 0, "turn {turn}: {output:?}");
        let names = fs::read_dir(home.data()).unwrap().map(|it| it.unwrap().file_name());
        let left: Vec<_> =
            names.filter(|name| name.display().to_string().contains("new")).collect();
        assert!(left.is_empty(), "turn {turn}: {left:?}");
    }
}

#[test]
fn a_restart_keeps_everything_and_an_end_leaves_nothing_open() {
    let home = Home::with_boundless_acme();
    let (kept, revoked) = (home.make_key("kept"), home.make_key("revoked"));
    let server = home.serve();
    home.json(&["key", "revoke", &revoked.id]);
    let rotated = home.json(&["key", "rotate", &kept.id])["key"].as_str().unwrap().to_owned();
    let before = home.json(&["key", "list"]);
    assert!(server.terminate().success());
    assert_eq!(home.json(&["key", "list"]), before);
    let mut names: Vec<_> = fs::read_dir(home.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["keystile.db", "keystile.lock"],
        "the log is in the database, the socket gone"
    );

    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    assert_eq!(home.json(&["key", "list"]), before);
    assert_eq!(caller.verify(&kept.secret), Verdict::allow());
    assert_eq!(caller.verify(&rotated), Verdict::allow());
    assert_eq!(caller.verify(&revoked.secret), Verdict::deny(401, "revoked_key"));
}

#[test]
fn a_server_ends_though_its_socket_was_removed() {
    let home = Home::with_boundless_acme();
    let server = home.serve();
    fs::remove_file(home.data().join("keystile.sock")).unwrap();
    assert!(server.terminate().success());
    home.make_key("the folder is free");
}
