//! Reloads under load: no request is dropped, and each verdict is of one generation.
//!
//! The two versions of the file differ in all that an answer can show: environment, scopes,
//! resource, routes and what they need. An answer that mixed them would be of neither colour.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::super::asked::{Asked, Way};
use super::super::verdict::{self, Verdict};
use crate::harness::{Client, Instance, Key, Plugins, eventually};

/// Reloads that change what is in force; every third is preceded by one that must not.
const RELOADS: usize = 200;

/// Connections that ask all the while.
const CALLERS: usize = 3;

/// Verdicts that each of them has at least.
const VERDICTS_MIN: usize = 500;

const COLOURS: [&str; 2] = ["blue", "green"];

/// One version of the file.
fn version(colour: &str) -> String {
    format!(
        r#"
name = "The {colour} one"
hosts = ["swap.example"]
[keys.live]
prefix = "sw_live_"
environment = "{colour}"
[resources.{colour}_box]
from = ["path:box"]
mismatch = "{colour}_error"
[scopes]
"{colour}:read" = "Read"
"{colour}:write" = "Write"
[routes]
"GET /boxes/{{box}}" = "authenticated"
"GET /writes" = "{colour}:write"
"GET /{colour}" = "{colour}:read"
[plans.enterprise]
per_minute = 4_000_000_000
"#
    )
}

/// What the key is made under: the scopes of both.
fn first() -> String {
    let scopes = "[scopes]\n\"green:read\" = \"Read\"\n";
    version("blue").replace("[scopes]\n", scopes)
}

const TARGETS: [&str; 4] = ["/boxes/b_1", "/writes", "/blue", "/green"];

/// The one colour of an answer to a question about `target`.
fn colour_of(target: &str, verdict: &Verdict, key: &Key) -> &'static str {
    let shown = format!("{target}: {verdict:?}");
    let colour = match (verdict, target) {
        (Verdict::Pass(identity), _) => identity["x-keystile-environment"].clone(),
        (Verdict::Denied(denial), "/writes") => {
            assert_eq!(denial.code(), "insufficient_scope", "{shown}");
            let required = denial.error["required_scope"].as_str().unwrap();
            let challenge = denial.challenge.as_deref().unwrap();
            assert!(challenge.contains(&format!("scope=\"{required}\"")), "{shown}");
            required.strip_suffix(":write").expect(&shown).to_owned()
        }
        (Verdict::Denied(denial), _) => {
            assert_eq!(denial.code(), "route_not_declared", "{shown}");
            let other = if target == "/blue" { "green" } else { "blue" };
            other.to_owned()
        }
    };
    let colour = COLOURS.into_iter().find(|it| *it == colour).expect(&shown);
    if let Verdict::Pass(identity) = verdict {
        assert!(target != "/writes" && (target == "/boxes/b_1" || target[1..] == *colour));
        let names: Vec<&str> = identity.keys().map(String::as_str).collect();
        assert!(names.contains(&format!("x-keystile-{colour}-box").as_str()), "{shown}");
        assert_eq!(names.len(), 10, "no resource of the other version: {shown}");
        assert_eq!(identity["x-keystile-scopes"], format!("{colour}:read"), "{shown}");
        assert_eq!(identity["x-keystile-key"], key.id.to_string(), "{shown}");
    }
    colour
}

fn ask(client: &Client, key: &Key, target: &str) -> Verdict {
    let asked = Asked::of("swap", "swap.example", "GET", target).bearer(&key.secret);
    verdict::direct(Way::VerifyByHost, false, &client.send(&asked.put(Way::VerifyByHost)))
}

/// Asks until it is over; answers how often.
fn ask_on(client: &Client, key: &Key, asked: &AtomicUsize, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        for target in TARGETS {
            colour_of(target, &ask(client, key, target), key);
        }
        asked.fetch_add(TARGETS.len(), Ordering::SeqCst);
    }
    assert_eq!(client.connections_opened(), 1, "a connection was dropped");
}

/// Writes a version in one of the ways of editors and deployments.
fn write(instance: &Instance, number: usize, text: &str) {
    let (file, beside) = (instance.plugin_file("swap"), instance.folder().join("beside"));
    match number % 4 {
        0 => fs::write(file, text).unwrap(),
        1 => {
            fs::write(&beside, text).unwrap();
            fs::rename(beside, file).unwrap();
        }
        2 => {
            let release = instance.folder().join(format!("release-{number}"));
            fs::write(&release, text).unwrap();
            symlink(release, &beside).unwrap();
            fs::rename(beside, file).unwrap();
        }
        _ => {
            // Half of it, seen as it is.
            let half = text.find("[routes]").unwrap() + 3;
            fs::write(&file, &text[..half]).unwrap();
            instance.app.plugins.reload();
            fs::write(file, text).unwrap();
        }
    }
}

/// Breaks the file as `number` says, and has it looked at.
fn break_it(instance: &Instance, number: usize) {
    let file = instance.plugin_file("swap");
    let broken: &[u8] =
        [&b"name = "[..], b"", b"\xff\xfe", b"[routes]\n\"GET x\" = 1\n"][number % 4];
    fs::write(file, broken).unwrap();
    instance.app.plugins.reload();
}

/// Swaps the versions, and holds that each is in force once the reload has returned.
fn swap(instance: &Instance, client: &Client, key: &Key) {
    for number in 0..RELOADS {
        let (colour, other) = (COLOURS[number % 2], COLOURS[(number + 1) % 2]);
        if number % 3 == 2 {
            break_it(instance, number);
            let told = ask(client, key, TARGETS[0]);
            assert_eq!(colour_of(TARGETS[0], &told, key), other, "a broken file changes nothing");
        }
        write(instance, number, &version(colour));
        instance.app.plugins.reload();
        for target in TARGETS {
            let told = ask(client, key, target);
            assert_eq!(colour_of(target, &told, key), colour, "reload {number}, {target}");
        }
    }
    assert_eq!(client.connections_opened(), 1);
}

#[test]
fn two_hundred_reloads_under_load_drop_nothing_and_mix_nothing() {
    let instance = Instance::start(&Plugins::default().and("swap", &first()));
    let key = instance.key("swap", "live", &["blue:read", "green:read"]).make();
    // From here on each scope is known to one version alone.
    fs::write(instance.plugin_file("swap"), version("green")).unwrap();
    instance.app.plugins.reload();
    let counts: Vec<AtomicUsize> = (0..CALLERS).map(|_| AtomicUsize::new(0)).collect();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _over = Over(&is_over);
        for count in &counts {
            let (client, key, is_over) = (instance.client(), &key, &is_over);
            scope.spawn(move || ask_on(&client, key, count, is_over));
        }
        swap(&instance, &instance.client(), &key);
        let have_enough = || counts.iter().all(|it| it.load(Ordering::SeqCst) >= VERDICTS_MIN);
        let all = eventually(1_000, || have_enough().then_some(()));
        assert!(all.is_some(), "each caller has its verdicts: {counts:?}");
    });
}

/// Ends the callers however the test ends, so that none is waited for in vain.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_removed_product_is_denied_at_once_and_comes_back_with_its_file() {
    let instance = Instance::start(&Plugins::default().and("swap", &first()));
    let key = instance.key("swap", "live", &["blue:read"]).make();
    let client = instance.client();
    for _ in 0..20 {
        assert_eq!(ask(&client, &key, "/blue").code(), "pass");
        fs::remove_file(instance.plugin_file("swap")).unwrap();
        instance.app.plugins.reload();
        assert_eq!(ask(&client, &key, "/blue").code(), "unavailable");
        fs::write(instance.plugin_file("swap"), first()).unwrap();
        instance.app.plugins.reload();
    }
    assert_eq!(client.connections_opened(), 1);
}
