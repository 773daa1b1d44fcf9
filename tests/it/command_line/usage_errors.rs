//! Bad input: a clear error, the right exit code, and nothing written.

use crate::harness::process::{Home, create};

/// Terms that no key of `whale` can have, and what is said of them.
fn wrong_terms() -> Vec<(i32, Vec<String>, &'static str)> {
    let usual = ["--scope", "read:products", "--restrict", "store=st_1", "--name", "CI"];
    let with = |more: &[&str]| -> Vec<String> {
        usual.iter().chain(more).map(|&it| it.to_owned()).collect()
    };
    let only = |terms: &[&str]| terms.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let long_name = "n".repeat(101);
    let deep_note = format!("\"{}\"", "x".repeat(4_095));
    let many: Vec<String> =
        (0..101).flat_map(|it| ["--allow-ip".into(), format!("192.0.2.{it}")]).collect();
    vec![
        (1, with(&["--scope", "read:product"]), "did you mean `read:products`?"),
        (1, with(&["--scope", "nonsense"]), "whale has no scope `nonsense`"),
        (1, with(&["--scope", "read:products:*"]), "whale has no scope `read:products:*`"),
        (1, with(&["--scope", "admin:*"]), "whale has no scope `admin:*`"),
        (1, with(&["--scope", ""]), "whale has no scope ``"),
        (1, only(&["--name", "CI", "--restrict", "store=st_1"]), "at least one scope"),
        (1, with(&["--restrict", "store=st_2"]), "exactly one store"),
        (1, only(&["--name", "CI", "--scope", "read:products"]), "exactly one store"),
        (1, with(&["--restrict", "brand=b"]), "whale has no resource `brand`; it has store"),
        (1, only(&["--name", "CI", "--scope", "read:*", "--restrict", "store=a/b"]), "`a/b`"),
        (1, only(&["--name", "CI", "--scope", "read:*", "--restrict", "store=a,b"]), "`a,b`"),
        (2, with(&["--restrict", "store"]), "RESOURCE=ID"),
        (2, with(&["--restrict", "store="]), "RESOURCE=ID"),
        (2, with(&["--allow-ip", "203.0.113.0/33"]), "203.0.113.0/24"),
        (2, with(&["--allow-ip", "localhost"]), "not a range of addresses"),
        (2, with(&["--allow-ip", "all"]), "not a range of addresses"),
        (1, with(&many.iter().map(String::as_str).collect::<Vec<_>>()), "at most 100 ranges"),
        (2, with(&["--expires", "3w"]), "30s, 15m, 24h or 90d"),
        (2, with(&["--expires=-1d"]), "not a duration"),
        (2, with(&["--expires", "0s"]), "a second at least"),
        (2, with(&["--expires", "99999999999999999999d"]), "100 years at most"),
        (2, with(&["--expires", "2030-02-30"]), "a day such as"),
        (1, with(&["--expires", "2020-01-01"]), "is over"),
        (2, with(&["--metadata", "{"]), "not JSON"),
        (1, with(&["--metadata", &deep_note]), "longer than 4,096 bytes"),
        (1, only(&["--name", "", "--scope", "read:*", "--restrict", "store=s"]), "1 to 100"),
        (1, only(&["--name", " \t", "--scope", "read:*", "--restrict", "store=s"]), "1 to 100"),
        (1, only(&["--name", &long_name, "--scope", "*", "--restrict", "store=s"]), "1 to 100"),
        (1, only(&["--name", "a\nb", "--scope", "*", "--restrict", "store=s"]), "no control"),
        (1, only(&["--name", "a\u{1b}[2J", "--scope", "*", "--restrict", "store=s"]), "no control"),
        (2, with(&["--owner-is", "me"]), "--owner-is"),
        (2, with(&["wk_live_stray"]), "unexpected argument"),
    ]
}

/// Commands that ask for what is not there, or make no sense.
const WRONG_COMMANDS: [(i32, &str, &str); 38] = [
    (1, "workspace add acme", "there is a workspace acme already"),
    (1, "workspace add new --plan platinum", "enterprise, free, pro"),
    (2, "workspace add", "<SLUG>"),
    (2, "workspace add Acme", "lower-case"),
    (2, "workspace add -acme", "-a"),
    (2, "workspace add a/b", "lower-case"),
    (2, "workspace add a_b", "lower-case"),
    (1, "workspace show nobody", "there is no workspace nobody"),
    (1, "workspace set-plan acme platinum", "enterprise, free, pro"),
    (1, "workspace set-plan nobody pro", "there is no workspace nobody"),
    (1, "workspace remove nobody", "there is no workspace nobody"),
    (1, "workspace resource add acme shop=st_1", "no product has a resource `shop`"),
    (1, "workspace resource add acme store=a/b", "does not look like an id"),
    (1, "workspace resource add nobody store=st_1", "there is no workspace nobody"),
    (2, "workspace resource add acme store", "RESOURCE=ID"),
    (1, "workspace resource list nobody", "there is no workspace nobody"),
    (1, "workspace resource remove acme store=st_7", "does not own store=st_7"),
    (1, "key show key_01m80jfddpf56be6af7ze9kg4j", "there is no key key_01m8"),
    (1, "key revoke key_01m80jfddpf56be6af7ze9kg4j", "there is no key key_01m8"),
    (1, "key rotate key_01m80jfddpf56be6af7ze9kg4j", "there is no key key_01m8"),
    (1, "key restore key_01m80jfddpf56be6af7ze9kg4j", "there is no key key_01m8"),
    (1, "key update key_01m80jfddpf56be6af7ze9kg4j --name x", "there is no key key_01m8"),
    (2, "key show nonsense", "key_"),
    (2, "key revoke", "<ID>"),
    (1, "key update ID", "say what to change"),
    (1, "key update ID --scope read:product", "did you mean `read:products`?"),
    (1, "key update ID --restrict store=a/b", "`a/b` does not look like an id"),
    (2, "key update ID --allow-ip nowhere", "or any"),
    (2, "key update ID --expires later", "or never"),
    (2, "key rotate ID --overlap soon", "or 0"),
    (1, "key rotate ID --overlap 91d", "90d at most"),
    (2, "key rotate ID --overlap 1h --finish", "cannot be used with"),
    (1, "key rotate ID --finish", "no rotation to finish"),
    (1, "key restore ID", "is not revoked"),
    (2, "key list --limit 0", "--limit"),
    (2, "key list --workspace No", "lower-case"),
    (2, "key nonsense", "nonsense"),
    (2, "", "Usage: keystile"),
];

#[test]
fn wrong_input_is_told_and_changes_nothing() {
    let home = Home::with_acme();
    let id = home.make_key("CI").id;
    // A full-access type, to which no scope can be given.
    let whale = std::fs::read_to_string(home.path("plugins/whale.toml")).unwrap();
    let full = "[keys.full]\nprefix = \"wk_full_\"\naccess = \"full\"\n\n[resources.store]";
    home.write("plugins/whale.toml", &whale.replacen("[resources.store]", full, 1));
    home.json(&["workspace", "list"]);
    let before = home.rows();
    try_all(&home, &id);
    assert_eq!(home.rows(), before, "without a server");
    let server = home.serve();
    try_all(&home, &id);
    assert_eq!(home.rows(), before, "through a server");
    assert!(server.terminate().success());
    assert!(!home.log().contains("\"ERROR\""), "a refusal is no fault of ours: {}", home.log());
}

fn try_all(home: &Home, id: &str) {
    let make = ["key", "create", "--workspace", "acme", "--product", "whale", "--type", "live"];
    for (code, terms, said) in wrong_terms() {
        let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
        expect(home, code, &[&make, terms.as_slice()].concat(), said);
    }
    for (code, command, said) in WRONG_COMMANDS {
        let command: Vec<&str> =
            command.split_whitespace().map(|it| if it == "ID" { id } else { it }).collect();
        expect(home, code, &command, said);
    }
    for (place, value, said) in [
        (3, "nobody", "there is no workspace nobody"),
        (5, "wale", "there is no product `wale`; there is brands, example,"),
        (7, "live2", "whale has no key type `live2`; it has"),
        (7, "full", "there are no scopes to choose"),
    ] {
        let mut command = create("CI", &[]);
        command[place] = value;
        expect(home, 1, &command, said);
    }
}

fn expect(home: &Home, code: i32, command: &[&str], said: &str) {
    let told = if code == 1 { home.refused(command) } else { home.fails(code, command) };
    assert!(told.contains(said), "{command:?}: {said:?} is not in: {told}");
    assert!(!told.contains('\u{1b}'), "{command:?} steers the terminal: {told:?}");
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    for command in [["--help"].as_slice(), &["key", "--help"], &["key", "create", "--help"]] {
        let output = home.run(command);
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{command:?}");
        assert!(output.stdout.contains("Usage: keystile"), "{command:?}");
    }
    let version = home.run(&["--version"]);
    assert_eq!(version.stdout, format!("keystile {}\n", env!("CARGO_PKG_VERSION")));
    assert!(!home.data().exists());
}
