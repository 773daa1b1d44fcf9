//! `keystile usage key ID | workspace SLUG`

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::harness::process::{Caller, Home, Made, Output, Verdict};

/// An instance whose key was used three times and refused twice, with no server any more.
fn used() -> (Home, Made) {
    let home = Home::with_acme();
    let made = home.make_key("CI");
    let server = home.serve();
    let mut caller = Caller::to(server.gate);
    for _ in 0..3 {
        assert_eq!(caller.verify(&made.secret), Verdict::allow());
    }
    let told = home.json(&["usage", "key", &made.id]);
    assert_eq!(told["requests"], 3, "a server tells of what it has in memory");
    home.json(&["key", "revoke", &made.id]);
    for _ in 0..2 {
        assert_eq!(caller.verify(&made.secret).code, "revoked_key");
    }
    assert!(server.terminate().success());
    (home, made)
}

#[test]
fn usage_is_told_by_time_by_code_and_by_scope() {
    let (home, made) = used();
    let told = home.json(&["usage", "key", &made.id, "--by", "day", "--since", "2d"]);
    let fields: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["of", "by", "since", "until", "requests", "allowed", "refused", "rows"];
    assert_eq!(fields, expected);
    assert_eq!((&told["of"], &told["by"]), (&json!(made.id), &json!("day")));
    let totals = (&told["requests"], &told["allowed"], &told["refused"]);
    assert_eq!(totals, (&json!(5), &json!(3), &json!(2)));

    let codes = home.json(&["usage", "workspace", "acme", "--by", "code"]);
    let expected = json!([
        { "code": "allowed", "requests": 3 },
        { "code": "revoked_key", "requests": 2 },
    ]);
    assert_eq!(codes["rows"], expected);
    let scopes = home.json(&["usage", "workspace", "acme", "--by", "scope"]);
    assert_eq!(
        (&scopes["rows"][0]["scope"], &scopes["rows"][0]["requests"]),
        (&json!("read:products"), &json!(3))
    );
    for by in ["minute", "hour"] {
        let told = home.json(&["usage", "workspace", "acme", "--by", by]);
        let counted: i64 = told["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["requests"].as_i64().unwrap())
            .sum();
        assert_eq!(counted, 5, "{told}");
    }
}

#[test]
fn people_see_a_table_with_its_sum_and_scripts_a_heading() {
    let (home, made) = used();
    let table = home.run(&["usage", "key", &made.id, "--by", "code"]);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(
        lines[..4],
        ["CODE         REQUESTS", "allowed      3", "revoked_key  2", ""],
        "{table:?}"
    );
    let sum = format!("5 requests of {} since ", made.id);
    assert!(
        lines[4].starts_with(&sum) && lines[4].ends_with(": 3 allowed, 2 refused"),
        "{table:?}"
    );

    let csv = home.run(&["usage", "key", &made.id, "--by", "code", "--csv"]);
    assert_eq!(csv.stdout, "code,requests\nallowed,3\nrevoked_key,2\n");
    let csv = home.run(&["usage", "key", &made.id, "--by", "day", "--csv"]);
    let mut lines = csv.stdout.lines();
    assert_eq!(lines.next(), Some("at,outcome,requests"));
    assert!(lines.next().unwrap().ends_with("T00:00:00.000Z,allowed,3"), "{csv:?}");
    let csv = home.run(&["usage", "key", &made.id, "--by", "scope", "--csv"]);
    assert!(csv.stdout.starts_with("scope,requests,last_used_at\nread:products,3,"), "{csv:?}");
}

#[test]
fn a_chart_is_drawn_in_a_terminal_alone() {
    let (home, made) = used();
    let piped = home.run(&["usage", "key", &made.id, "--by", "code"]);
    assert!(!piped.stdout.contains('█'), "{piped:?}");
    let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let plain = home.command(&["usage", "key", &made.id, "--by", "code"]);
    let mut shown = Command::new("python3");
    shown.args(["-c", script]).arg(Path::new(plain.get_program())).args(plain.get_args());
    let shown = Output::of(&mut shown);
    let bars: Vec<usize> =
        shown.stdout.lines().map(|line| line.matches('█').count()).filter(|it| *it > 0).collect();
    assert_eq!(bars, [32, 21], "{shown:?}");
}

#[test]
fn an_empty_answer_says_what_to_do() {
    let home = Home::with_acme();
    let made = home.make_key("CI");
    let told = home.run(&["usage", "key", &made.id]);
    assert_eq!(told.code, 0);
    assert!(told.stdout.starts_with(&format!("no requests of {} since ", made.id)), "{told:?}");
    assert!(told.stdout.contains("--since 30d") && told.stdout.contains("keystile explain"));
    let csv = home.run(&["usage", "workspace", "acme", "--csv"]);
    assert_eq!(csv.stdout, "at,outcome,requests\n");
}

#[test]
fn what_reaches_beyond_the_counts_is_told() {
    let home = Home::with_acme();
    let told =
        home.run(&["usage", "workspace", "acme", "--since", "90d", "--by", "minute", "--csv"]);
    assert_eq!((told.code, told.stdout.as_str()), (0, "at,outcome,requests\n"));
    assert!(told.stderr.contains("minutes are told apart since"), "{told:?}");
    assert!(told.stderr.contains("`--by hour` reaches further"), "{told:?}");
}

#[test]
fn nobody_has_no_usage() {
    let home = Home::with_acme();
    assert!(home.refused(&["usage", "workspace", "nobody"]).contains("nobody"));
    assert!(home.refused(&["usage", "key", "key_01m80jfddpf56be6af7ze9kg4j"]).contains("key_01m8"));
    home.fails(2, &["usage", "key", "acme"]);
    home.fails(2, &["usage", "workspace", "acme", "--by", "year"]);
    home.fails(2, &["usage", "workspace", "acme", "--json", "--csv"]);
    let nothing = home.fails(2, &["usage", "workspace", "acme", "--since", "0s"]);
    assert!(nothing.contains("--since") && nothing.contains("no time at all"), "{nothing}");
}

#[test]
fn a_span_of_nothing_is_refused_on_the_socket_as_well() {
    let home = Home::with_acme();
    let server = home.serve();
    let command = json!({
        "usage": { "of": { "workspace": "acme" }, "since_seconds": 0, "by": "hour" }
    });
    let command = serde_json::from_value(command).unwrap();
    let refused = keystile::http::control::ask(&home.data(), &command).unwrap_err();
    assert!(refused.to_string().contains("span"), "{refused}");
    assert!(server.terminate().success());
}
