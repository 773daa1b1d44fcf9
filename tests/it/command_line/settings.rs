//! Settings: the file, then the environment, then flags; what is wrong is told with its place.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::harness::process::{Home, Output};

#[test]
fn what_is_wrong_with_the_file_is_told_with_line_and_column() {
    let home = Home::new();
    for (text, place, said) in [
        ("dta = \"x\"\n", "1:1", "did you mean `data`?"),
        ("\n[lsten]\n", "2:2", "did you mean `listen`?"),
        ("[listen]\n  gte = \"x\"\n", "2:3", "did you mean `gate`?"),
        ("[gate]\ncached_keys = 0\n", "2:15", "from 1 to"),
        ("[gate]\ncached_keys = \"many\"\n", "2:15", "cached_keys"),
        ("[gate]\npeers = [\"10.0.0.0/8\", \"ten\"]\n", "2:24", "range of addresses"),
        ("[listen]\ngate = \"8701\"\n", "2:8", "127.0.0.1:8701"),
        ("[listen]\ngate = \"unix:\"\n", "2:8", "needs a path"),
        ("[listen]\nweb = \"unix:/run/x\"\n", "2:7", "only `gate` can be a socket"),
        ("[log]\nlevel = \"loud\"\n", "2:9", "\"debug\""),
        ("public_url = \"http://keys.example\"\n", "1:14", "https://"),
        ("data = \"\"\n", "1:8", "is empty"),
        ("[plans]\n", "1:2", "there must be a plan"),
        ("[plans.free]\nper_minute = 0\n", "2:14", "from 1 to"),
        ("[plans.free]\nper_second = 1\n", "2:1", "per_second"),
        ("[plans.Free]\n", "1:8", "[a-z]"),
        ("data = \"a\"\ndata = \"b\"\n", "2:1", "twice"),
        ("data = \"a\n", "1:10", "invalid basic string"),
    ] {
        home.write("config.toml", text);
        let place = format!("{}:{place}: error: ", home.path("config.toml").display());
        for command in [["serve"].as_slice(), &["workspace", "list"]] {
            let output = home.run(command);
            assert_eq!((output.code, output.stdout.as_str()), (78, ""), "{text:?}: {output:?}");
            assert!(output.stderr.contains(&place), "{text:?}: {place} not in {output:?}");
            assert!(output.stderr.contains(said), "{text:?}: {said} not in {output:?}");
        }
        assert!(!home.data().exists(), "{text:?}");
    }
}

#[test]
fn all_problems_of_a_file_are_told_at_once() {
    let home = Home::new();
    home.write("config.toml", "dta = 1\n[gate]\ncached_keys = 0\n[log]\nlevel = \"loud\"\n");
    let said = home.fails(78, &["serve"]);
    assert_eq!(said.matches(": error: ").count(), 3, "{said}");
}

#[test]
fn a_file_that_is_named_must_be_there_and_be_text() {
    let home = Home::new();
    let file = home.path("config.toml");
    std::fs::remove_file(&file).unwrap();
    let said = home.fails(78, &["key", "list"]);
    assert!(said.contains("config.toml:1:1: error: cannot be read"), "{said}");
    std::fs::create_dir(&file).unwrap();
    let said = home.fails(78, &["key", "list"]);
    assert!(said.contains("config.toml:1:1: error: cannot be read"), "{said}");
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, b"data = \"\xff\"\n").unwrap();
    let said = home.fails(78, &["key", "list"]);
    assert!(said.contains("config.toml:1:"), "{said}");
}

fn with_variable(home: &Home, name: &str, value: impl AsRef<OsStr>) -> Output {
    Output::of(home.command(&["workspace", "list"]).env(name, value))
}

#[test]
fn the_environment_goes_before_the_file() {
    let home = Home::new();
    home.write("config.toml", "data = \"one\"\n");
    assert_eq!(with_variable(&home, "KEYSTILE_DATA", "two").code, 0);
    assert!(!home.path("one").exists());
    assert!(home.path("two/keystile.db").exists(), "relative to the file's folder");
    let named = home.path("config.toml");
    let output = Output::of(
        std::process::Command::new(env!("CARGO_BIN_EXE_keystile"))
            .args(["workspace", "list"])
            .env("KEYSTILE_CONFIG", &named),
    );
    assert_eq!(output.code, 0, "{output:?}");
    assert!(home.path("one/keystile.db").exists());
}

#[test]
fn a_variable_that_changes_one_plan_keeps_the_others() {
    let home = Home::new();
    let add = |slug: &str, plan: &str, variable: &str| {
        let mut command = home.command(&["workspace", "add", slug, "--plan", plan, "--json"]);
        Output::of(command.env(variable, "61"))
    };
    for plan in ["free", "pro", "enterprise"] {
        let output = add(plan, plan, "KEYSTILE_PLANS__FREE__PER_MINUTE");
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{plan}: {output:?}");
        assert_eq!(output.json()["plan"], plan);
    }
    let output = add("more", "gold", "KEYSTILE_PLANS__GOLD__PER_MINUTE");
    assert_eq!(output.code, 0, "a variable makes a plan, too: {output:?}");
    // Now that a workspace is on it, a start without it is refused.
    let said = home.fails(78, &["workspace", "list"]);
    assert!(said.contains("gold") && said.contains("more"), "{said}");
    // A file's own plans are all that there are.
    home.write("config.toml", "[plans.only]\n");
    let output = add("other", "pro", "KEYSTILE_PLANS__ONLY__PER_MINUTE");
    assert_eq!(output.code, 78, "{output:?}");
}

#[test]
fn what_is_wrong_with_a_variable_is_told_with_its_name() {
    let home = Home::new();
    for (name, value, said) in [
        ("KEYSTILE_LISTEN__GTE", "127.0.0.1:1", "did you mean `gate`?"),
        ("KEYSTILE_DTA", "x", "did you mean `data`?"),
        ("KEYSTILE_GATE__CACHED_KEYS", "many", "cached_keys"),
        ("KEYSTILE_LISTEN__GATE", "0.0.0.0:8701", "peers"),
        ("KEYSTILE_LISTEN__WEB", "0.0.0.0:8700", "public_url"),
        ("KEYSTILE_LOG__LEVEL", "loud", "debug"),
        ("KEYSTILE_", "x", "KEYSTILE_"),
    ] {
        let output = with_variable(&home, name, value);
        assert_eq!((output.code, output.stdout.as_str()), (78, ""), "{name}: {output:?}");
        let is_named = output.stderr.contains(name) || output.stderr.contains("config.toml");
        assert!(is_named && output.stderr.contains(said), "{name}: {output:?}");
    }
    let output = with_variable(&home, "KEYSTILE_DATA", OsStr::from_bytes(b"d\xff"));
    assert_eq!((output.code, output.stdout.as_str()), (78, ""), "{output:?}");
    assert!(output.stderr.contains("KEYSTILE_DATA") && output.stderr.contains("UTF-8"));
    assert!(!home.data().exists());
}

#[test]
fn variables_of_others_may_hold_any_bytes() {
    let home = Home::new();
    let output = with_variable(&home, "LESSOPEN", OsStr::from_bytes(b"\xff\xfe"));
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
}

#[test]
fn flags_go_before_everything() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--gate", "127.0.0.1:0"]);
    let server = home.serve_by(command.env("KEYSTILE_LISTEN__GATE", "unix:unused.sock"));
    assert_ne!(server.gate.port(), 0);
    assert!(!home.path("unused.sock").exists());
    let said = home.fails(2, &["serve", "--gate", "nowhere"]);
    assert!(said.contains("127.0.0.1:8701"), "{said}");
    let said = home.fails(78, &["serve", "--gate", "0.0.0.0:0"]);
    assert!(said.contains("peers"), "{said}");
}
