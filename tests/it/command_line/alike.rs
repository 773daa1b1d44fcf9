//! A command says the same whether a server runs or not.

use std::sync::LazyLock;

use regex::Regex;

use crate::harness::process::{Home, Output};

/// Each line is a command; `ID` stands for the first key's id, `'…'` for one argument.
const SCRIPT: &str = r#"
workspace list
workspace list --json
workspace add acme --name 'Acme Ltd' --plan pro
workspace add acme
workspace add more --json
workspace add more --plan platinum
workspace show acme
workspace show acme --json
workspace show nobody
workspace set-plan more enterprise
workspace set-plan more gold --json
workspace resource add acme store=st_1
workspace resource add acme store=st_1
workspace resource add acme shop=st_1
workspace resource list acme --json
workspace resource remove acme store=st_9
key list
key list --json
key create --workspace acme --product whale --type live --name CI --scope read:products --restrict store=st_1
key create --workspace acme --product whale --type test --name CI --scope read:orders --restrict store=st_1 --expires 1d --allow-ip 203.0.113.9/16 --metadata '{"a":[1,null]}' --json
key create --workspace acme --product whale --type test --name CI --scope read:order --restrict store=st_1
key create --workspace nobody --product whale --type test --name CI --scope read:orders --restrict store=st_1
key create --workspace acme --product brands --type live --name CI --scope admin:read --metadata null --json
key show ID
key show ID --json
key show key_01m80jfddpf56be6af7ze9kg4j
key list --workspace acme --product whale
key list --json --limit 2
key update ID --name Deploy --metadata 7
key update ID --metadata null --json
key update ID
key update ID --scope nonsense
usage key ID
usage key ID --by scope --json
usage workspace acme --by code --csv
usage workspace nobody
key rotate ID
key rotate ID --json
key rotate ID --finish --json
key rotate ID --finish
key rotate ID --overlap 0 --json
key rotate ID --overlap 400d
key restore ID
workspace resource remove acme store=st_1
workspace remove acme
key revoke ID --reason 'no longer needed'
key revoke ID --json
key update ID --name Other
key restore ID --json
key revoke ID
key list
workspace resource remove more store=st_1 --json
workspace remove more --json
workspace remove more
key create
key show nonsense
nginx whale
nginx nothing
check
"#;

#[test]
fn commands_answer_alike_with_and_without_a_server() {
    let (lone, served) = (Home::new(), Home::new());
    let running = served.serve();
    for line in SCRIPT.lines().filter(|line| !line.is_empty()) {
        let [said_alone, said_served] =
            [&lone, &served].map(|home| normalised(home, run(home, line)));
        assert_eq!(said_alone, said_served, "{line}");
    }
    assert!(running.terminate().success());
}

fn run(home: &Home, line: &str) -> Output {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new("'([^']*)'|[^ ]+").unwrap());
    let first = || {
        let keys = home.json(&["key", "list"]);
        keys.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    };
    let argument = |found: regex::Captures<'_>| match (found.get(1), &found[0]) {
        (Some(quoted), _) => quoted.as_str().to_owned(),
        (None, "ID") => first(),
        (None, plain) => plain.to_owned(),
    };
    home.run(&WORD.captures_iter(line).map(argument).collect::<Vec<_>>())
}

/// What differs between two instances, and what stands for it.
static CHANGING: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
    [
        ("key_[0-9a-z]{26}", "KEY"),
        ("(wk_live|wk_test|wahlu_live)_[0-9A-Za-z]{32}", "SECRET"),
        (r#""last4":"[0-9A-Za-z]{4}""#, "LAST4"),
        (r"(?m)^[0-9A-Za-z]{4}  ", "LAST4"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z *", "INSTANT"),
        // A column is as wide as its instants, which leave zeros at their end out.
        (" {2,}", "  "),
    ]
    .map(|(pattern, word)| (Regex::new(pattern).unwrap(), word))
});

/// The output with whatever differs between two instances replaced: ids, secrets and instants.
fn normalised(home: &Home, output: Output) -> Output {
    let folder = home.path("").display().to_string();
    let normal = |text: String| {
        let text = text.replace(folder.trim_end_matches('/'), "FOLDER");
        CHANGING
            .iter()
            .fold(text, |text, (pattern, word)| pattern.replace_all(&text, *word).into_owned())
    };
    Output { code: output.code, stdout: normal(output.stdout), stderr: normal(output.stderr) }
}
