//! Every acknowledgement is preceded by a sync of the write-ahead log: a kill cannot show that, a
//! trace of the system's calls does.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::thread;

use keystile::http::control::{Command, ask};
use serde_json::json;

use crate::harness::process::Home;

/// Acknowledgements of one client, and of four more at once.
const ALONE: usize = 100;
const TOGETHER: usize = 25;

#[test]
fn every_acknowledgement_comes_after_a_sync_of_the_log() {
    let home = Home::with_boundless_acme();
    // Elsewhere, since the server watches its own folder: each line of the trace would be told to it,
    // and the telling traced.
    let elsewhere = tempfile::tempdir().unwrap();
    let trace = elsewhere.path().join("trace");
    let calls = "trace=fsync,fdatasync,read,recvfrom,write,sendto";
    let mut traced = Process::new("strace");
    traced.args(["-f", "-y", "-s", "64", "-e", calls, "-o"]).arg(&trace);
    let plain = home.command(&["serve"]);
    traced.arg(plain.get_program()).args(plain.get_args()).current_dir(home.path(""));
    let server = home.serve_by(&mut traced);
    let data = home.data();
    (0..ALONE).for_each(|_| create(&data));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..TOGETHER).for_each(|_| create(&data)));
        }
    });
    assert!(server.terminate().success());
    let checked = acknowledged(&fs::read_to_string(&trace).unwrap());
    assert_eq!(checked, ALONE + 4 * TOGETHER, "acknowledgements in the trace");
}

fn create(data: &Path) {
    let command = json!({ "key": { "create": {
        "workspace": "acme", "product": "whale", "type": "live", "name": "CI",
        "scopes": ["read:products"], "restrictions": [["store", "st_1"]],
    } } });
    let command: Command = serde_json::from_value(command).unwrap();
    ask(data, &command).unwrap().expect("the server runs");
}

/// Holds that between the reading of each command and its answer a sync of the log began and
/// ended; answers how many were answered.
fn acknowledged(trace: &str) -> usize {
    // Syncs are counted as they begin; for each thread, what it is at.
    let (mut begun, mut newest_done, mut answered) = (0_usize, 0_usize, 0_usize);
    let (mut asked, mut syncing) = (HashMap::new(), HashMap::new());
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let is_sync = call.contains("fdatasync(") || call.contains("fsync(");
        if is_sync && call.contains("keystile.db-wal") {
            begun += 1;
            if call.contains("<unfinished") {
                syncing.insert(thread, begun);
            } else if call.ends_with("= 0") {
                newest_done = begun;
            }
        } else if call.contains("sync resumed>") {
            if let Some(number) = syncing.remove(thread).filter(|_| call.ends_with("= 0")) {
                newest_done = newest_done.max(number);
            }
        } else if call.contains(r#""{\"key\":{\"create\""#) {
            asked.insert(thread, begun);
        } else if call.contains(r#""{\"ok\":"#) {
            let begun_before = asked.remove(thread).expect("it was asked first");
            assert!(newest_done > begun_before, "acknowledged before the log was synced: {line}");
            answered += 1;
        }
    }
    answered
}
