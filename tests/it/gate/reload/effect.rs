//! What a reload does to live keys, and that the log says to how many.

use std::fs;

use keystile::keys::Changes;
use serde_json::Value;

use super::super::asked::{Asked, Way};
use super::super::verdict::{self, Verdict};
use crate::harness::process::{Home, Made, Server, until};
use crate::harness::{Instance, Plugins};

const NOTES: &str = r#"
name = "Notes"
[keys.live]
prefix = "no_live_"
[resources.book]
[scopes]
"*" = "All"
"notes:read" = "Read"
"notes:write" = "Write"
"notes:share" = "Share"
[routes]
"GET /books/{book}" = "notes:read"
"POST /books/{book}" = "notes:write"
"GET /shared" = "notes:share"
"GET /me" = "authenticated"
"#;

fn key(home: &Home, scopes: &[&str]) -> Made {
    let create = ["key", "create", "--workspace", "acme", "--product", "notes", "--type", "live"];
    let scopes = scopes.iter().flat_map(|scope| ["--scope", scope]);
    let command: Vec<&str> = create.into_iter().chain(["--name", "CI"]).chain(scopes).collect();
    Made::of(&home.json(&command))
}

/// The log's lines that tell a reload's effect.
fn effects(home: &Home) -> Vec<Value> {
    let log = home.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["message"] == "plugin in force" && line["product"] == "notes")
        .collect()
}

/// The effect of writing `text`, as the log of the running server has it.
fn effect(home: &Home, _server: &Server, text: &str) -> Value {
    let before = effects(home).len();
    home.write("plugins/notes.toml", text);
    until("the reload is told", || effects(home).into_iter().nth(before))
}

#[test]
fn the_log_says_how_many_live_keys_a_reload_touches() {
    let home = Home::with_acme();
    home.write("plugins/notes.toml", NOTES);
    for scopes in [&["notes:write"][..], &["notes:write", "notes:read"], &["notes:read"], &["*"]] {
        key(&home, scopes);
    }
    let revoked = key(&home, &["notes:write", "notes:read", "notes:share"]);
    home.json(&["key", "revoke", &revoked.id]);
    let server = home.serve();

    let without = NOTES.replace("\"notes:write\" = \"Write\"\n", "");
    let without = without.replace("\"POST /books/{book}\" = \"notes:write\"\n", "");
    let told = effect(&home, &server, &without);
    assert_eq!(told["scopes_removed"], "1: notes:write");
    assert_eq!(told["live_keys_that_held_one"], 2, "not the revoked one: {told}");
    assert_eq!(told["routes_removed"], "1: POST /books/{book}");
    assert_eq!((&told["kind"], &told["scopes_added"]), (&"Changed".into(), &"0".into()));

    let told = effect(&home, &server, NOTES);
    assert_eq!(told["scopes_added"], "1: notes:write");
    assert_eq!((&told["live_keys_that_held_one"], &told["level"]), (&0.into(), &"INFO".into()));

    let told = effect(&home, &server, &NOTES.replace("\"no_live_\"", "\"no_other_\""));
    assert_eq!(told["key_types_removed"], "1: live");
    assert_eq!(told["live_keys_of_one"], 4, "{told}");
    effect(&home, &server, NOTES);

    let admin = "\"notes:read\" = { description = \"Read\", grant = \"admin\" }";
    let told = effect(&home, &server, &NOTES.replace("\"notes:read\" = \"Read\"", admin));
    assert_eq!(told["scopes_made_admin"], "1: notes:read");
    assert_eq!(told["live_keys_that_keep_one"], 2, "those that hold it by name: {told}");
    assert_eq!(told["live_keys_that_held_one"], 0, "{told}");
}

/// What `/me` tells the back end about a key, and the code of a request for a book.
fn told(instance: &Instance, secret: &str) -> (String, String) {
    let asked = |target| Asked::of("notes", "notes.example", "GET", target).bearer(secret);
    let answer = |target| instance.client().send(&asked(target).put(Way::Verify));
    let book = verdict::direct(Way::Verify, false, &answer("/books/b_1")).code().to_owned();
    match verdict::direct(Way::Verify, false, &answer("/me")) {
        Verdict::Pass(identity) => (identity["x-keystile-book"].clone(), book),
        Verdict::Denied(denial) => panic!("any good key may ask: {denial:?}"),
    }
}

#[test]
fn a_key_without_ids_loses_them_all_when_its_product_asks_for_one() {
    let instance = Instance::start(&Plugins::default().and("notes", NOTES));
    let free = instance.key("notes", "live", &["notes:read"]).make();
    let bound = instance.key("notes", "live", &["notes:read"]).bound_to("book", "b_1").make();
    let is = |secret: &str, book: &str, code: &str| {
        assert_eq!(told(&instance, secret), (book.to_owned(), code.to_owned()));
    };
    is(&free.secret, "*", "pass");
    is(&bound.secret, "b_1", "pass");
    for per_key in ["one", "some"] {
        let strict = format!("[resources.book]\nper_key = \"{per_key}\"");
        let strict = NOTES.replace("[resources.book]", &strict);
        fs::write(instance.plugin_file("notes"), strict).unwrap();
        instance.app.plugins.reload();
        is(&free.secret, "-", "resource_mismatch");
        is(&bound.secret, "b_1", "pass");
    }
    fs::write(instance.plugin_file("notes"), NOTES).unwrap();
    instance.app.plugins.reload();
    is(&free.secret, "*", "pass");
}

#[test]
fn a_bound_key_passes_nowhere_when_its_resource_is_renamed() {
    let instance = Instance::start(&Plugins::default().and("notes", NOTES));
    let bound = instance.key("notes", "live", &["notes:read"]).bound_to("book", "b_1").make();
    let free = instance.key("notes", "live", &["notes:read"]).make();
    let code = |secret: &str, target: &str| {
        let asked = Asked::of("notes", "notes.example", "GET", target).bearer(secret);
        let answer = instance.client().send(&asked.put(Way::Verify));
        verdict::direct(Way::Verify, false, &answer).code().to_owned()
    };
    assert_eq!(code(&bound.secret, "/books/b_2"), "resource_mismatch");

    let renamed = NOTES.replace("[resources.book]", "[resources.tome]").replace("{book}", "{tome}");
    fs::write(instance.plugin_file("notes"), renamed).unwrap();
    instance.app.plugins.reload();
    for target in ["/books/b_1", "/books/b_2", "/me"] {
        assert_eq!(code(&bound.secret, target), "resource_mismatch", "{target}");
        assert_eq!(code(&free.secret, target), "pass", "{target}");
    }

    let anything = Changes { restrictions: Some(Vec::new()), ..Changes::default() };
    instance.update(&bound, anything).unwrap();
    assert_eq!(code(&bound.secret, "/books/b_2"), "pass", "its owner has let it go");
}
