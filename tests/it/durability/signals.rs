//! What a running server does about signals, floods, and files that go away beside it.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::eventually;
use crate::harness::process::{Caller, Home, Verdict, python, until};

/// How long an end may take where nobody waits for an answer.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Hosts that a flood of requests makes up: more than are remembered in any way.
const MADE_UP_HOSTS: usize = 1_100;

#[expect(clippy::disallowed_methods, reason = "it measures another process")]
fn now() -> Instant {
    Instant::now()
}

/// Lines of the log so far that hold all of `parts`.
fn lines(home: &Home, parts: &[&str]) -> usize {
    let log = home.log();
    log.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count()
}

#[test]
fn a_server_ends_at_once_though_proxies_keep_connections() {
    let home = Home::with_acme();
    let secret = home.make_key("CI").secret;
    let server = home.serve();
    let mut callers: Vec<Caller> = (0..50).map(|_| Caller::to(server.gate)).collect();
    for caller in callers.iter_mut().skip(10) {
        assert_eq!(caller.verify(&secret), Verdict::allow());
    }
    let began = now();
    assert!(server.terminate().success());
    let taken = now() - began;
    assert!(taken < END_WITHIN, "{taken:?}: {}", home.log());
    assert!(callers.iter_mut().all(|caller| caller.try_verify(&secret).is_none()));
}

#[test]
fn the_log_of_every_detail_does_not_feed_itself() {
    let home = Home::with_acme();
    let server = home.serve_by(home.command(&["serve"]).env("KEYSTILE_LOG__LEVEL", "trace"));
    assert!(home.path("serve.log").exists(), "it lies beside config.toml");
    // Something is written, so that there is something to be logged.
    home.write("plugins/whale.toml", "broken");
    until("the broken file is told", || (lines(&home, &["whale.toml"]) > 0).then_some(()));
    let before = home.log().lines().count();
    let has_grown = || (home.log().lines().count() > before + 3).then_some(());
    assert!(eventually(50, has_grown).is_none(), "nobody wrote anything: {}", home.log());
    drop(server);
}

#[test]
fn settings_stay_when_their_file_goes_away() {
    let home = Home::with_acme();
    let before = fs::read_to_string(home.path("config.toml")).unwrap();
    let plans = "[plans.enterprise]\n[plans.gold]\nper_minute = 5\n";
    home.write("config.toml", &format!("{before}{plans}"));
    let server = home.serve();
    // Commands read the settings too; the server's own are asked for through the one that it has.
    let gold = |slug: &str| {
        let plan: keystile::http::control::Command = serde_json::from_value(serde_json::json!({
            "workspace": { "add": { "slug": slug, "name": slug, "plan": "gold" } }
        }))
        .unwrap();
        keystile::http::control::ask(&home.data(), &plan).unwrap().expect("the server runs")
    };
    gold("one");
    fs::remove_file(home.path("config.toml")).unwrap();
    until("it is missed", || (lines(&home, &["config.toml is gone"]) > 0).then_some(()));
    gold("two");
    let missed = || (lines(&home, &["config.toml is gone"]) > 1).then_some(());
    assert!(eventually(50, missed).is_none(), "it is told once");
    home.write("config.toml", &format!("{before}{plans}[plans.silver]\n"));
    until("it is read again", || (lines(&home, &["settings reloaded"]) > 0).then_some(()));
    gold("three");
    assert!(server.terminate().success());
}

#[test]
fn a_setting_that_is_put_back_needs_no_restart() {
    let home = Home::with_acme();
    let before = fs::read_to_string(home.path("config.toml")).unwrap();
    let server = home.serve();
    let reloads = || lines(&home, &["settings reloaded"]);
    home.write("config.toml", &format!("{before}[gate]\npeers = [\"192.0.2.1\"]\n"));
    until("the change is read", || (reloads() == 1).then_some(()));
    assert_eq!(lines(&home, &["`gate.peers` has changed"]), 1);
    home.write("config.toml", &before);
    until("it is put back", || (reloads() == 2).then_some(()));
    assert_eq!(lines(&home, &["`gate.peers` has changed"]), 1, "what runs is what is written");
    assert!(server.terminate().success());
}

#[test]
fn a_host_that_is_none_is_told_as_it_came_and_not_at_any_length() {
    let home = Home::with_acme();
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    let two = "gateway.whale.example, other";
    for host in [two, &"long".repeat(1_000)] {
        assert_eq!(caller.ask_for_host(host).unwrap().0, 403);
    }
    until("the first is told", || (lines(&home, &[two]) == 1).then_some(()));
    until("the second is told", || (lines(&home, &["longlong", "and more"]) == 1).then_some(()));
    let longest = home.log().lines().map(str::len).max();
    assert!(longest.is_some_and(|bytes| bytes < 500), "{longest:?}");
    assert!(server.terminate().success());
}

#[test]
fn made_up_hosts_do_not_keep_a_fault_quiet() {
    let home = Home::with_acme();
    let damaged = home.make_key("damaged");
    let damage = format!("UPDATE keys SET scopes = '[]' WHERE id = '{}'", damaged.id);
    tamper(&home, &damage);
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    for number in 0..MADE_UP_HOSTS {
        let (status, headers) = caller.ask_for_host(&format!("host-{number}.example")).unwrap();
        assert_eq!(status, 403);
        assert!(headers.contains(&("x-keystile-code".to_owned(), "unavailable".to_owned())));
    }
    let told = lines(&home, &["host-", "is denied"]);
    assert!((1..=100).contains(&told), "a flood is bounded: {told} lines");
    assert_eq!(caller.verify(&damaged.secret), Verdict::deny(503, "unavailable"));
    until("the fault is told", || (lines(&home, &["\"ERROR\"", "is denied"]) == 1).then_some(()));
    assert!(server.terminate().success());
}

/// Changes one row behind Keystile's back.
fn tamper(home: &Home, statement: &str) {
    const RUN: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute(sys.argv[2]).rowcount == 1
db.commit()";
    python(RUN, &[&home.data().join("keystile.db"), std::path::Path::new(statement)]);
}
