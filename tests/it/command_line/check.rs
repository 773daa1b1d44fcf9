//! `keystile check`

use serde_json::{Value, json};

use crate::harness::process::Home;

const BROKEN: &str = "\
nmae = \"Shop\"
[keys.live]
prefix = \"shop_live_\"
[scopes]
\"read:orders\" = \"Orders\"
[routes]
\"GET /v1/orders\" = \"read:order\"
";

#[test]
fn what_ships_has_no_problems() {
    let home = Home::new();
    let output = home.run(&["check"]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""));
    assert_eq!(output.stdout, "5 products, 0 errors, 0 warnings\n");
    assert_eq!(home.json(&["check"]), json!([]));
    assert!(!home.data().exists(), "it opens no database");
}

#[test]
fn every_problem_is_told_with_its_place_and_the_line() {
    let home = Home::new();
    home.write("plugins/shop.toml", BROKEN);
    home.write("plugins/half.toml", "name = \"Half\n");
    let output = home.run(&["check"]);
    assert_eq!((output.code, output.stderr.as_str()), (1, ""));
    let file = home.path("plugins/shop.toml").display().to_string();
    let named = |place: &str| format!("{file}:{place}: error: ");
    for expected in [
        format!("{}unknown field `nmae`: did you mean `name`?\n  nmae = \"Shop\"\n", named("1:1")),
        "  nmae = \"Shop\"\n  ^^^^\n".to_owned(),
        named("7:20"),
        "did you mean `read:orders`?".to_owned(),
        format!("{}:1:13: error: ", home.path("plugins/half.toml").display()),
        "5 products, ".to_owned(),
    ] {
        assert!(output.stdout.contains(&expected), "{expected:?} is not in: {}", output.stdout);
    }

    let told = home.run(&["check", "--json"]);
    assert_eq!(told.code, 1);
    let problems = told.json();
    let unknown = problems.as_array().unwrap().iter().find(|it| it["line"] == 7).unwrap();
    let field = |name: &str| unknown[name].clone();
    assert_eq!((field("severity"), field("file")), (json!("error"), json!(file)));
    assert_eq!((field("column"), field("width")), (json!(20), json!(12)));
    assert_eq!(field("line_text"), "\"GET /v1/orders\" = \"read:order\"");
}

#[test]
fn warnings_do_not_count() {
    let home = Home::new();
    let whale = std::fs::read_to_string(home.path("plugins/whale.toml")).unwrap();
    home.write("plugins/whale.toml", &format!("{whale}\n[plans.platinum]\nper_minute = 5\n"));
    home.write("plugins/Not A Product.toml", "");
    let output = home.run(&["check"]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(output.stdout.contains("config.toml has no plan `platinum`"), "{}", output.stdout);
    assert!(output.stdout.ends_with("5 products, 0 errors, 2 warnings\n"), "{}", output.stdout);
    let severities = |value: &Value| -> Vec<Value> {
        value.as_array().unwrap().iter().map(|it| it["severity"].clone()).collect()
    };
    assert_eq!(severities(&home.json(&["check"])), ["warning", "warning"]);
}

#[test]
fn a_cost_that_a_plan_never_allows_is_a_warning() {
    let home = Home::new();
    home.write(
        "plugins/dear.toml",
        "name = \"Dear\"\n[keys.live]\nprefix = \"d_\"\n[scopes]\nread = \"\"\n[routes]\n\
         \"GET /all\" = { scope = \"read\", cost = 61 }\n\"GET /one\" = { scope = \"read\", cost = 60 }\n\
         \"GET /open\" = { scope = \"public\", cost = 61 }\n",
    );
    let output = home.run(&["check"]);
    assert_eq!(output.code, 0, "{output:?}");
    let warned = "dear.toml:7:1: warning: a cost of 61 is above what plan `free` allows";
    assert!(output.stdout.contains(warned), "{}", output.stdout);
    assert!(output.stdout.contains("dear.toml:9:"), "what is public has no use for a cost");
    assert_eq!(output.stdout.matches("is above what plan").count(), 1, "{}", output.stdout);
    assert_eq!(output.stdout.matches("warning:").count(), 2, "{}", output.stdout);
}

#[test]
fn plugins_are_read_beside_broken_settings() {
    let home = Home::new();
    home.write("config.toml", "pubic_url = \"x\"\nplugins = \"mine\"\n");
    home.write("mine/small.toml", "nmae = 1\n");
    let output = home.run(&["check"]);
    assert_eq!(output.code, 1, "{output:?}");
    for expected in ["config.toml:1:1: error: ", "mine/small.toml:1:1: error: "] {
        assert!(output.stdout.contains(expected), "{expected} is not in: {}", output.stdout);
    }
}

#[test]
fn problems_of_the_settings_are_problems_too() {
    let home = Home::new();
    home.write("config.toml", "[gate]\ncached_key = 1\n");
    let output = home.run(&["check"]);
    assert_eq!((output.code, output.stderr.as_str()), (1, ""));
    let place = format!("{}:2:1: error: ", home.path("config.toml").display());
    assert!(output.stdout.starts_with(&place), "{}", output.stdout);
    assert!(output.stdout.contains("cached_keys"), "{}", output.stdout);
}
