//! `keystile explain`: the decision step by step, with a server and without.

use serde_json::{Value, json};

use crate::harness::process::{Home, Made, Output, PRODUCTS};

/// The steps of a request that passes, in their order.
const STEPS: [&str; 13] = [
    "contract",
    "product",
    "credential",
    "key",
    "life",
    "https",
    "address",
    "host",
    "path",
    "route",
    "scope",
    "resource",
    "limit",
];

const HOST: &str = "https://gateway.whale.example";

/// An instance with a key, whether its server runs or not.
struct World {
    home: Home,
    key: Made,
}

impl World {
    fn new() -> Self {
        let home = Home::with_acme();
        let key = home.make_key_with("CI", &["--allow-ip", "203.0.113.0/24"]);
        Self { home, key }
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> Output {
        let command = [&["explain"], arguments].concat();
        Output::given(&mut self.home.command(&command), stdin)
    }

    /// What `--json` prints: the exit code is 0 whatever the verdict.
    fn told(&self, arguments: &[&str], stdin: &str) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat(), stdin);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{arguments:?}: {output:?}");
        assert!(!output.stdout.contains(&self.key.secret), "{output:?}");
        output.json()
    }

    /// The code of a request by the key from an address of its own; `allow` where it passes.
    fn code(&self, arguments: &[&str]) -> String {
        let with_key = ["--key-id", &self.key.id, "--ip", "203.0.113.9"];
        code(&self.told(&[arguments, &with_key].concat(), ""))
    }

    /// Runs `check` without a server, and then through one.
    fn alone_and_served(&self, check: impl Fn(&Self)) {
        check(self);
        let server = self.home.serve();
        check(self);
        assert!(server.terminate().success());
        assert!(!self.home.log().contains("\"ERROR\""), "{}", self.home.log());
    }
}

fn code(told: &Value) -> String {
    let word = if told["verdict"] == "allow" { &told["verdict"] } else { &told["code"] };
    word.as_str().unwrap().to_owned()
}

/// Each step with how it went.
fn steps(told: &Value) -> Vec<(&str, &str)> {
    let steps = told["steps"].as_array().unwrap().iter();
    steps.map(|it| (it["step"].as_str().unwrap(), it["outcome"].as_str().unwrap())).collect()
}

#[test]
fn a_request_that_passes_is_told_with_every_step() {
    let world = World::new();
    world.alone_and_served(|world| {
        let url = format!("{HOST}{PRODUCTS}");
        let by_secret = ["GET", &url, "--key", "-", "--ip", "203.0.113.9"];
        let told = world.told(&by_secret, &format!("{}\n", world.key.secret));
        assert_eq!((&told["verdict"], &told["status"]), (&json!("allow"), &json!(200)));
        assert_eq!(told["product"], "whale");
        assert_eq!(steps(&told), STEPS.map(|step| (step, "pass")));
        let compared = |step: usize| told["steps"][step]["compared"].as_str().unwrap().to_owned();
        assert!(compared(3).contains(&world.key.id), "{told}");
        assert!(compared(6).contains("203.0.113.9") && compared(6).contains("203.0.113.0/24"));
        assert!(compared(9).contains("GET /v1/stores/{store}/products"), "{told}");
        assert!(compared(10).contains("read:products"), "{told}");
        assert!(compared(11).contains("store=st_1"), "{told}");
        assert!(compared(12).contains("6000 of 6000 left in the minute"), "{told}");

        // Judged by its id, no credential is asked for, and the answer says so.
        let by_id = ["GET", &url, "--key-id", &world.key.id, "--ip", "203.0.113.9"];
        let told = world.told(&by_id, "");
        assert_eq!(steps(&told), STEPS.map(|step| (step, "pass")));
        assert_eq!(told["steps"][2]["compared"], "none: a key's id stands for its secret");
    });
}

#[test]
fn a_denial_ends_at_the_step_that_failed_and_exits_0() {
    let world = World::new();
    let mut wrong = world.key.secret.clone();
    let last = wrong.pop();
    wrong.push(if last == Some('0') { '1' } else { '0' });
    world.alone_and_served(|world| {
        let url = format!("{HOST}{PRODUCTS}");
        let told =
            world.told(&["POST", &url, "--key-id", &world.key.id, "--ip", "203.0.113.9"], "");
        assert_eq!((&told["verdict"], &told["status"]), (&json!("deny"), &json!(403)));
        assert_eq!(told["code"], "insufficient_scope");
        assert_eq!(told["type"], "permission_error");
        assert!(told["message"].as_str().unwrap().contains("write:products"), "{told}");
        assert_eq!(steps(&told).last(), Some(&("scope", "fail")));
        assert!(steps(&told).iter().rev().skip(1).all(|(_, outcome)| *outcome == "pass"));

        for (stdin, step, expected) in [
            (world.key.secret.as_str(), "address", "ip_not_allowed"),
            (&wrong, "key", "invalid_key"),
            ("wk_live_nonsense", "key", "invalid_key"),
            ("", "credential", "missing_credential"),
            ("one,two", "credential", "ambiguous_credential"),
        ] {
            let told = world.told(&["GET", &url, "--key", "-"], stdin);
            assert_eq!(
                (code(&told).as_str(), steps(&told).last()),
                (expected, Some(&(step, "fail")))
            );
            assert!(stdin.is_empty() || !told.to_string().contains(stdin), "{told}");
        }
        let told = world.told(&["GET", &url], "");
        assert_eq!(code(&told), "missing_credential");
    });
}

#[test]
fn people_are_shown_a_table_and_the_verdict() {
    let world = World::new();
    world.alone_and_served(|world| {
        let url = format!("{HOST}/v1/nowhere");
        let output =
            world.run(&["GET", &url, "--key-id", &world.key.id, "--ip", "203.0.113.9"], "");
        assert_eq!((output.code, output.stderr.as_str()), (0, ""));
        let text = &output.stdout;
        let failed: Vec<&str> = text.lines().filter(|line| line.starts_with("fail ")).collect();
        assert!(failed.len() == 1 && failed[0].contains("route"), "{text}");
        assert!(text.lines().filter(|line| line.starts_with("pass ")).count() >= 8, "{text}");
        for part in ["deny", "403", "route_not_declared", "permission_error"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let open = world.run(&["GET", &format!("{HOST}/v1/status")], "");
        assert!(open.stdout.contains("allow") && open.stdout.contains("open to everybody"));
        assert!(!open.stdout.contains("fail "), "{open:?}");
    });
}

#[test]
fn no_secret_is_taken_as_an_argument() {
    let world = World::new();
    world.alone_and_served(|world| {
        let url = format!("{HOST}{PRODUCTS}");
        let secret = &world.key.secret;
        let header = |name: &str, value: &str| format!("{name}: {value}");
        let said = |code: i32, arguments: &[&str]| {
            let output = world.run(&[&["GET", url.as_str()], arguments].concat(), "");
            assert_eq!((output.code, output.stdout.as_str()), (code, ""), "{output:?}");
            assert!(!output.stderr.contains(&secret[8..]), "it is repeated: {output:?}");
            output.stderr
        };
        assert!(said(2, &["--key", secret]).contains("--key -"));
        for name in ["X-Api-Key", "x-api-key", "Authorization", "AUTHORIZATION"] {
            let told = said(1, &["--header", &header(name, secret)]);
            assert!(told.contains("standard input"), "{told}");
        }
        // Another product's place for a secret is one, too.
        let bearer = header("Authorization", &format!("Bearer {secret}"));
        assert!(said(1, &["--header", &bearer]).contains("standard input"));
        assert!(said(2, &["--key", "-", "--key-id", &world.key.id]).contains("cannot be used"));
    });
}

#[test]
fn a_url_is_a_host_and_a_path_or_a_path_alone() {
    let world = World::new();
    let passes = "allow";
    world.alone_and_served(|world| {
        for (url, more, code) in [
            (format!("{HOST}{PRODUCTS}"), &[][..], passes),
            (format!("http://gateway.whale.example{PRODUCTS}"), &[], passes),
            (format!("https://GATEWAY.whale.example:8443{PRODUCTS}"), &[], passes),
            (format!("{HOST}{PRODUCTS}?page=2&x=/../"), &[], passes),
            (PRODUCTS.to_owned(), &["--product", "whale"], passes),
            (PRODUCTS.to_owned(), &["--product", "wale"], "unavailable"),
            (format!("{HOST}{PRODUCTS}"), &["--product", "brands"], "invalid_key"),
            (format!("https://elsewhere.example{PRODUCTS}"), &[], "unavailable"),
            (format!("https://elsewhere.example{PRODUCTS}"), &["--product", "whale"], passes),
            (PRODUCTS.to_owned(), &[], passes),
            (HOST.to_owned(), &[], "route_not_declared"),
            (format!("{HOST}?x"), &[], "route_not_declared"),
            (format!("{HOST}/v1/../v1/me"), &[], "ambiguous_path"),
            (format!("{HOST}//v1/me"), &[], "ambiguous_path"),
            (format!("{HOST}/v1/me#part"), &[], "ambiguous_path"),
            (format!("{HOST}/v1/stores/st_2/products"), &[], "resource_mismatch"),
        ] {
            assert_eq!(
                world.code(&[&["GET", url.as_str()], more].concat()),
                code,
                "{url} {more:?}"
            );
        }
        for url in [
            "gateway.whale.example/v1/me",
            "ftp://gateway.whale.example/v1/me",
            "",
            "*",
            "https:///v1/me",
        ] {
            let output = world.run(&["GET", url, "--product", "whale"], "");
            assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
            assert!(output.stderr.contains("https://HOST/PATH"), "{output:?}");
        }
    });
}

#[test]
fn address_headers_and_method_are_judged_as_the_gate_judges_them() {
    let world = World::new();
    world.alone_and_served(|world| {
        let url = format!("{HOST}{PRODUCTS}");
        let at = |ip: &[&str]| {
            let by = [&["GET", url.as_str(), "--key-id", &world.key.id], ip].concat();
            code(&world.told(&by, ""))
        };
        assert_eq!(at(&["--ip", "203.0.113.255"]), "allow");
        assert_eq!(at(&["--ip", "::ffff:203.0.113.7"]), "allow");
        assert_eq!(at(&["--ip", "198.51.100.1"]), "ip_not_allowed");
        assert_eq!(at(&[]), "ip_not_allowed", "an unknown address fails");
        assert_eq!(world.run(&["GET", &url, "--ip", "203.0.113"], "").code, 2);

        let with = |header: &str| world.code(&["GET", &url, "--header", header]);
        assert_eq!(with("Accept: */*"), "allow");
        assert_eq!(with("X-Keystile-Subject: key:key_1"), "invalid_request");
        assert_eq!(with("X-HTTP-Method-Override: DELETE"), "invalid_request");
        assert_eq!(with("X-Forwarded-Uri: /"), "invalid_request");
        let twice = ["GET", &url, "--header", "X-Request-Id: 12345678"];
        let twice = [&twice[..], &["--header", "X-Request-Id: 12345678"]].concat();
        assert_eq!(world.code(&twice), "invalid_request");
        for header in ["Accept", ": x", "A B: x"] {
            let output = world.run(&["GET", &url, "--header", header], "");
            assert_eq!(output.code, 2, "{output:?}");
        }
        assert_eq!(world.code(&["HEAD", &url]), "allow", "HEAD is GET");
        assert_eq!(world.code(&["get", &url]), "invalid_request");
        assert_eq!(world.code(&["PURGE", &url]), "route_not_declared");
        let unknown = ["GET", &url, "--key-id", "key_01m80jfddpf56be6af7ze9kg4j"];
        let output = world.run(&unknown, "");
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stderr.contains("there is no key key_01m8"), "{output:?}");
    });
}

#[test]
fn a_key_that_has_ended_is_explained_too() {
    let world = World::new();
    let url = format!("{HOST}{PRODUCTS}");
    world.home.json(&["key", "revoke", &world.key.id]);
    world.alone_and_served(|world| {
        let told = world.told(&["GET", &url, "--key-id", &world.key.id], "");
        assert_eq!(code(&told), "revoked_key");
        assert_eq!(steps(&told).last(), Some(&("life", "fail")));
        let told = world.told(&["GET", &url, "--key", "-"], &world.key.secret);
        assert_eq!(code(&told), "revoked_key");
    });
    let rows = world.home.rows();
    world.code(&["GET", &url]);
    assert_eq!(world.home.rows(), rows, "a question changes nothing");
}
