//! How counts reach the disk: once, behind every change, and within a second.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use keystile::http::control::By;
use keystile::store::Write;
use serde_json::Value;

use super::{ask, instance, key, question};
use crate::harness::process::{Caller, Home, Verdict, python, until};

/// Threads that flood the writer with chunks, and changes that are asked for meanwhile.
const FLOODERS: usize = 8;
const CHANGES: usize = 51;

/// Adds up what is on the disk.
const SUM: &str = "
import sqlite3, sys
db = sqlite3.connect(f'file:{sys.argv[1]}?mode=rw', uri=True)
print(db.execute('SELECT sum(requests) FROM usage_counts').fetchone()[0])";

#[test]
fn a_change_does_not_wait_for_the_chunks_that_wait() {
    let instance = instance();
    let store = &instance.app.store;
    let (is_over, chunks) = (AtomicBool::new(false), Arc::new(AtomicUsize::new(0)));
    let mut waited_for: Vec<usize> = thread::scope(|scope| {
        for _ in 0..FLOODERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let chunks = Arc::clone(&chunks);
                    let chunk = move |_: &Write<'_>| Ok(chunks.fetch_add(1, Ordering::SeqCst));
                    store.write_behind(chunk).unwrap();
                }
            });
        }
        until("the flood has begun", || (chunks.load(Ordering::SeqCst) > 100).then_some(()));
        let change = |_| {
            let (before, seen) = (chunks.load(Ordering::SeqCst), Arc::clone(&chunks));
            store.write(move |_| Ok(seen.load(Ordering::SeqCst))).unwrap() - before
        };
        let waited_for = (0..CHANGES).map(change).collect();
        is_over.store(true, Ordering::SeqCst);
        waited_for
    });
    waited_for.sort_unstable();
    // The one that is being written, and those that were while the change was on its way.
    assert!(waited_for[CHANGES / 2] <= 2, "chunks that each change waited for: {waited_for:?}");
}

#[test]
fn a_chunk_whose_commit_failed_is_added_once() {
    let instance = instance();
    let key = key(&instance, &["read:a"]);
    let client = instance.client();
    assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
    instance.write_counts().unwrap();
    let held = Held::database(&instance.folder().join("data/keystile.db"));
    for _ in 0..5 {
        assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed", "the gate goes on");
    }
    assert!(instance.write_counts().is_err(), "somebody else holds the database");
    assert_eq!(ask(&client, &question(&key.secret, "/b")), "insufficient_scope");
    held.release();
    let told = instance.usage_of(&key, "1d", By::Code);
    assert_eq!((&told["requests"], &told["allowed"]), (&7.into(), &6.into()), "{told}");
}

#[test]
fn a_kill_loses_at_most_what_was_counted_in_the_last_second() {
    let home = Home::with_acme();
    let made = home.make_key("CI");
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    for _ in 0..50 {
        assert_eq!(caller.verify(&made.secret), Verdict::allow());
    }
    // What is shown is what is on the disk: `key show` writes nothing.
    until("the requests are on the disk", || {
        let shown = home.json(&["key", "show", &made.id]);
        (shown["last_used_at"] != Value::Null).then_some(())
    });
    let database = home.data().join("keystile.db");
    until("all of them are", || (python(SUM, &[&database]).trim() == "50").then_some(()));
    server.kill9();
    let told = home.json(&["usage", "key", &made.id]);
    assert_eq!((&told["requests"], &told["allowed"]), (&50.into(), &50.into()));
}

#[test]
fn the_last_request_before_an_end_is_counted() {
    let home = Home::with_acme();
    let made = home.make_key("CI");
    for times in 1..=3 {
        let server = home.serve();
        assert_eq!(Caller::to(server.gate).verify(&made.secret), Verdict::allow());
        assert!(server.terminate().success());
        let told = home.json(&["usage", "key", &made.id]);
        assert_eq!(told["requests"], times, "{told}");
    }
}

/// Another process that holds the database for itself, until it is told to let go.
struct Held(Child);

impl Held {
    fn database(file: &Path) -> Self {
        let script = "import sqlite3, sys\n\
                      db = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)\n\
                      db.execute('BEGIN IMMEDIATE')\n\
                      print('held', flush=True)\n\
                      sys.stdin.read()\n\
                      db.execute('ROLLBACK')";
        let mut python = Command::new("python3");
        python.args(["-c", script]).arg(file);
        python.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3 is installed");
        let said = child.stdout.as_mut().unwrap().read_exact(&mut [0; 4]);
        said.expect("it holds the database");
        Self(child)
    }

    fn release(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}
