//! What a plugin file may say, and every mistake that is known, with its place.

use super::read;
use crate::clock::Span;
use crate::registry::*;
use proptest::prelude::*;

/// A product that uses every field that there is.
const WHALE: &str = r#"
name = "Whale Gateway"
description = "Stores, carts and agents."
hosts = ["gateway.whale.example"]
credentials = ["x-api-key"]
preflight = "deny"
https = false
bucket = "key"
undo = "60m"

[keys.live]
prefix = "wk_live_"
description = "Production keys. Access real store data."

[keys.test]
prefix = "wk_test_"
environment = "sandbox"
rate = 0.1
hosts = ["sandbox.whale.example"]

[keys.restricted]
prefix = "rk_"
access = "scoped"

[resources.store]
description = "A shop."
per_key = "one"
mismatch = "store_mismatch_error"
from = ["path:store"]

[params]
sku = "[A-Z]{2}-[0-9]{1,8}"

[scopes]
"*" = "Full access (all read + write)"
"read:*" = "All read scopes"
"read:products" = "List and read products, variants"
"read:orders" = "Order management"
"read:storefront" = "Visitor sessions and events"
"write:agent" = "AI agent chat"
"admin:read" = { description = "Admin-only orchestration state", grant = "admin" }

[routes]
"GET /v1/stores/{store}/products" = "read:products"
"GET /v1/stores/{store}/products/{*rest}" = "read:products"
"POST /v1/stores/{store}/agent/chat" = { scope = "write:agent", cost = 10 }
"GET /v1/search" = { any = ["read:products", "read:storefront"] }
"GET /v1/export" = ["read:products", "read:orders"]
"GET /v1/skus/{sku}" = "read:products"
"GET /v1/status" = "public"
"* /v1/me" = "authenticated"

[oauth]
resource = ["https://gateway.whale.example/mcp", "https://gateway.whale.example"]
scopes = ["read:products", "read:orders"]
default_scopes = ["read:products"]

[plans.free]
per_minute = 30
"#;

fn whale() -> Product {
    let manifest = read("plugins/whale.toml", "whale", WHALE);
    assert!(manifest.diagnostics.is_empty(), "{:#?}", manifest.diagnostics);
    manifest.product.unwrap()
}

#[test]
fn a_product_is_what_its_file_says() {
    let whale = whale();
    assert_eq!((whale.id.as_str(), whale.name.as_str()), ("whale", "Whale Gateway"));
    assert_eq!(whale.credentials, [Credential::Header("x-api-key".into())]);
    assert_eq!((whale.preflight, whale.bucket), (Preflight::Deny, Bucket::Key));
    assert_eq!((whale.is_https_required, whale.undo), (false, Span::seconds(3_600)));
    let hosts: Vec<_> = whale.all_hosts().collect();
    assert_eq!(hosts, ["gateway.whale.example", "sandbox.whale.example"]);

    let ids: Vec<_> = whale.key_types.iter().map(|key_type| key_type.id.as_str()).collect();
    assert_eq!(ids, ["live", "test", "restricted"]);
    let test = whale.key_type_of_prefix("wk_test_").unwrap();
    assert_eq!((test.environment.as_str(), test.access), ("sandbox", Access::Scoped));
    assert!((test.rate - 0.1).abs() < f64::EPSILON);
    assert_eq!(whale.key_type("live").unwrap().environment, "live");
    assert!(whale.key_type_of_prefix("wk_").is_none());

    let store = whale.resource("store").unwrap();
    assert_eq!((store.per_key, store.header.as_str()), (PerKey::One, "x-keystile-store"));
    assert_eq!(store.mismatch, "store_mismatch_error");
    assert_eq!(whale.plans["free"].per_minute, Some(30));
    assert_eq!(whale.plans["free"].per_day, None);
    assert!(whale.scopes.get("admin:read").unwrap().is_admin);
    assert_eq!(whale.scopes.iter().next().unwrap().name.as_ref(), "*");
    let oauth = whale.oauth.unwrap();
    assert_eq!(oauth.audiences[0].as_str(), "https://gateway.whale.example/mcp");
    assert_eq!(oauth.audiences.len(), 2);
    assert_eq!(oauth.scopes, ["read:products", "read:orders"]);
    assert_eq!(oauth.default_scopes, ["read:products"]);
}

#[test]
fn applications_may_ask_for_every_open_scope_by_name_where_nothing_else_is_said() {
    assert!(read("f.toml", "n", SMALL).product.unwrap().oauth.is_none());
    let scopes = "\"a:b\" = \"A\"\n\"a:*\" = \"All\"\n\"a:c\" = { grant = \"admin\" }";
    let text = SMALL.replace("\"a:b\" = \"A\"", scopes);
    let text = text.replace("name = \"N\"", "name = \"N\"\nhosts = [\"a.b\", \"c.d\"]\n[oauth]");
    let oauth = read("f.toml", "n", &text).product.unwrap().oauth.unwrap();
    let audiences: Vec<_> = oauth.audiences.iter().map(Audience::as_str).collect();
    assert_eq!(audiences, ["https://a.b"]);
    assert_eq!(
        (&oauth.scopes[..], &oauth.default_scopes[..]),
        (&["a:b".into()][..], &["a:b".into()][..])
    );
}

#[test]
fn its_routes_need_what_its_file_says() {
    let whale = whale();
    let grant = |scopes: &[&str]| whale.scopes.grant(scopes.iter().copied());
    for (method, path, held, expected) in [
        ("GET", "v1 stores st_1 products", "read:products", Some(true)),
        ("GET", "v1 stores st_1 products 7 images", "read:*", Some(true)),
        ("GET", "v1 stores st_1 products", "write:agent", Some(false)),
        ("GET", "v1 search", "read:storefront", Some(true)),
        ("GET", "v1 export", "read:products", Some(false)),
        ("GET", "v1 export", "*", Some(true)),
        ("GET", "v1 skus AB-1", "read:products", Some(true)),
        ("GET", "v1 skus ab", "read:products", None),
        ("GET", "v1 status", "", Some(true)),
        ("PATCH", "v1 me", "", Some(true)),
        ("PROPFIND", "v1 me", "", None),
    ] {
        let segments: Vec<_> = path.split(' ').collect();
        let found = whale.routes.find(method, &segments);
        let is_met = found.map(|found| found.route.needs.is_met_by(&grant(&[held])));
        assert_eq!(is_met, expected, "{method} {path} with {held}");
    }
    let segments = ["v1", "stores", "st_1", "agent", "chat"];
    let chat = whale.routes.find("POST", &segments).unwrap();
    assert_eq!((chat.route.cost, chat.param("store")), (10, Some("st_1")));
    let needed = chat.route.needs.scopes().unwrap();
    assert_eq!(whale.scopes.names(needed).collect::<Vec<_>>(), ["write:agent"]);
}

const SMALL: &str = r#"name = "N"
[keys.live]
prefix = "sk_"
[scopes]
"a:b" = "A"
[routes]
"GET /a" = "a:b"
"#;

#[test]
fn what_is_left_out_has_its_default() {
    let manifest = read("f.toml", "n", SMALL);
    assert!(manifest.diagnostics.is_empty(), "{:#?}", manifest.diagnostics);
    let product = manifest.product.unwrap();
    assert_eq!(product.credentials, [Credential::Authorization]);
    assert_eq!((product.preflight, product.bucket), (Preflight::Deny, Bucket::Key));
    assert_eq!((product.undo, product.is_https_required), (Span::seconds(3_600), false));
    let live = &product.key_types[0];
    assert_eq!((live.environment.as_str(), live.access), ("live", Access::Scoped));
    assert!((live.rate - 1.0).abs() < f64::EPSILON);
    assert_eq!(product.routes.iter().next().unwrap().cost, 1);
}

/// Each problem of `text` as `line:column message`.
fn problems(text: &str) -> Vec<String> {
    let manifest = read("f.toml", "n", text);
    let is_bad = manifest.diagnostics.iter().any(crate::source::Diagnostic::is_error);
    assert_eq!(manifest.product.is_none(), is_bad, "{text}");
    let shown = |d: &crate::source::Diagnostic| format!("{}:{} {}", d.line, d.column, d.message);
    manifest.diagnostics.iter().map(shown).collect()
}

/// `SMALL` with `line` in place of its line `number`, or after its last where there is no such.
fn with_line(number: usize, line: &str) -> String {
    let mut lines: Vec<&str> = SMALL.lines().collect();
    match lines.get_mut(number - 1) {
        Some(place) => *place = line,
        None => lines.push(line),
    }
    lines.join("\n")
}

/// The line of `SMALL` to replace, what to write, where the problem is, a part of its message.
const MISTAKES: &[(usize, &str, &str, &str)] = &[
    (1, "name = 7", "1:8", "must be a string, not a whole number"),
    (1, "name = \" \"", "1:8", "one line of 1 to"),
    (1, "", "1:1", "`name` is missing"),
    (1, "name = \"N\"\nhost = [\"a.b\"]", "2:1", "did you mean `hosts`?"),
    (1, "name = \"N\"\n[oath]\nx = 1", "2:2", "unknown field `oath`"),
    (1, "name = \"N\"\n[oauth]", "2:2", "write resource ="),
    (1, "name = \"N\"\nhosts = [\"a.b\"]\n[oauth]\nx = 1", "4:1", "unknown field `x`"),
    (1, "name = \"N\"\n[oauth]\nresource = 1", "3:12", "must be a string"),
    (1, "name = \"N\"\n[oauth]\nresource = []", "3:12", "write one `resource`"),
    (1, "name = \"N\"\n[oauth]\nresource = \"http://a.b\"", "3:12", "loopback alone"),
    (5, "\"a:b\" = \"A\"\n[oauth]\nresource = \"https://a.b\"\nscopes = []", "8:10", "is empty"),
    (
        5,
        "\"a:b\" = \"A\"\n[oauth]\nresource = \"https://a.b\"\nscopes = [\"a:d\"]",
        "8:11",
        "did you mean `a:b`?",
    ),
    (
        5,
        "\"a:b\" = \"A\"\n\"a:c\" = { grant = \"admin\" }\n[oauth]\nresource = \"https://a.b\"\nscopes = [\"a:b\", \"a:c\"]",
        "9:18",
        "by operators alone",
    ),
    (
        5,
        "\"a:b\" = \"A\"\n\"a:c\" = \"C\"\n[oauth]\nresource = \"https://a.b\"\nscopes = [\"a:b\"]\ndefault_scopes = [\"a:c\"]",
        "10:19",
        "add it to `scopes`",
    ),
    (
        5,
        "\"a:b\" = { grant = \"admin\" }\n[oauth]\nresource = \"https://a.b\"",
        "6:2",
        "no scope that an application",
    ),
    (1, "name = \"N\"\nhosts = [\"a.b:80\"]", "2:10", "write \"a.b\""),
    (1, "name = \"N\"\nhosts = [\"https://a.b/\"]", "2:10", "write \"a.b\""),
    (1, "name = \"N\"\nhosts = [\"*.b\"]", "2:10", "each host by its name"),
    (1, "name = \"N\"\nhosts = [\"a b\"]", "2:10", "is no host"),
    (1, "name = \"N\"\ncredentials = []", "2:15", "must stand somewhere"),
    (1, "name = \"N\"\ncredentials = [\"X-Real-IP\"]", "2:16", "between the proxy"),
    (1, "name = \"N\"\ncredentials = [\"a\", \"A\"]", "2:21", "listed twice"),
    (1, "name = \"N\"\npreflight = \"allowed\"", "2:13", "did you mean `allow`?"),
    (1, "name = \"N\"\nhttps = \"yes\"", "2:9", "true or false"),
    (1, "name = \"N\"\nbucket = \"keys\"", "2:10", "did you mean `key`?"),
    (1, "name = \"N\"\nundo = \"1w\"", "2:8", "not a duration"),
    (1, "name = \"N\"\n[params]\nb = \"[\"", "3:5", "not a pattern"),
    (1, "name = \"N\"\n[plans.free]\nper_minute = 0", "3:14", "from 1 to 4000000000"),
    (1, "name = \"N\"\n[plans.free]\nper_hour = 1", "3:1", "unknown field `per_hour`"),
    (2, "[keys.Live]", "2:7", "no key type's name"),
    (3, "", "2:7", "`prefix` of `keys.live` is missing"),
    (3, "prefix = \"sk\"", "3:10", "is no prefix"),
    (3, "prefix = \"SK_\"", "3:10", "is no prefix"),
    (3, "prefix = \"ks_x_\"", "3:10", "Keystile's own secrets"),
    (3, "prefix = \"abcdefghijklmnopqrstuv_\"", "3:10", "is no prefix"),
    (3, "prefix = \"sk_\"\nrate = 0", "4:8", "above 0 and at most 1"),
    (3, "prefix = \"sk_\"\naccess = \"all\"", "4:10", "\"scoped\" or \"full\""),
    (3, "prefix = \"sk_\"\nenvironment = \"a b\"", "4:15", "one word"),
    (3, "prefix = \"sk_\"\n[keys.test]\nprefix = \"sk_\"", "5:10", "[keys.live] has this"),
    (4, "[resources.key]\nfrom = [\"query:k\"]\n[scopes]", "4:12", "choose another name"),
    (4, "[resources.Store]\nfrom = [\"query:s\"]\n[scopes]", "4:12", "no resource's name"),
    (4, "[resources.store]\n[scopes]", "4:12", "no route can name a `store`"),
    (4, "[resources.s]\nfrom = [\"body:s\"]\n[scopes]", "5:9", "is no place"),
    (4, "[resources.s]\nfrom = [\"query:s[]\"]\n[scopes]", "5:9", "no query field's name"),
    (4, "[resources.s]\nfrom = [\"header:Host\"]\n[scopes]", "5:9", "choose another header"),
    (4, "[resources.s]\nfrom = [\"header:Authorization\"]\n[scopes]", "5:9", "the secret"),
    (4, "[resources.s]\nfrom = []\n[scopes]", "5:8", "name it somewhere"),
    (4, "[resources.s]\nper_key = \"two\"\nfrom = [\"query:s\"]\n[scopes]", "5:11", "\"any\""),
    (5, "\"a:b\" = \"A\"\n\"*:a\" = \"A\"", "6:1", "only be the last segment"),
    (5, "\"a:b\" = \"A\"\n\"a b\" = \"A\"", "6:1", "is no scope"),
    (5, "\"a:b\" = \"A\"\n\"a:*\" = { grant = \"admin\" }", "6:1", "take the grant out"),
    (5, "\"a:b\" = { grant = \"all\" }", "5:19", "must be \"admin\""),
    (5, "\"a:b\" = 1", "5:9", "must be a text"),
    (7, "\"GET /a\" = \"a:bb\"", "7:12", "did you mean `a:b`?"),
    (7, "\"GET /a\" = [\"a:b\", \"zzzzz\"]", "7:20", "write it under [scopes]"),
    (7, "\"GET /a\" = []", "7:12", "the list is empty"),
    (7, "\"GET /a\" = [\"public\"]", "7:13", "stands alone"),
    (7, "\"GET /a\" = {}", "7:1", "write scope ="),
    (7, "\"GET /a\" = { scope = \"a:b\", any = [\"a:b\"] }", "7:35", "keep one of the two"),
    (7, "\"GET /a\" = { scop = \"a:b\", scope = \"a:b\" }", "7:14", "did you mean `scope`?"),
    (7, "\"GET /a\" = { scope = \"a:b\", cost = 0 }", "7:36", "from 1 to 4000000000"),
    (7, "\"GET /a\" = 1", "7:12", "a scope, a list of scopes"),
    (7, "\"GET  /a\" = \"a:b\"", "7:1", "begins with `/`"),
    (7, "\"/a\" = \"a:b\"", "7:1", "a method and a path"),
    (7, "\"HEAD /a\" = \"a:b\"", "7:1", "judged as GET"),
    (7, "\"GET /a/\" = \"a:b\"", "7:1", "write `/a`"),
    (8, "\"GET /a\" = \"a:b\"", "8:1", "is written twice"),
    (7, "\"GET /{x}\" = \"a:b\"\n\"GET /{y}\" = \"a:b\"", "8:1", "`GET /{x}` is the same"),
    (7, "\"GET /a\" = oops", "7:12", "must be quoted"),
];

#[test]
fn every_mistake_is_found_at_its_place_with_its_mend() {
    let mut wrong = Vec::new();
    for (number, line, place, message) in MISTAKES {
        let found = problems(&with_line(*number, line));
        let is_it = |f: &String| f.starts_with(&format!("{place} ")) && f.contains(message);
        if !matches!(&found[..], [only] if is_it(only)) {
            wrong.push(format!("{line}: wanted {place} {message}, found {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_route_cannot_need_a_wildcard_nor_a_rest_name_a_resource() {
    let found = problems(
        &SMALL.replace("\"A\"\n", "\"A\"\n\"a:*\" = \"all\"\n").replace("= \"a:b\"", "= \"a:*\""),
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("8:12 a route cannot need the wildcard"), "{found:#?}");

    let text = SMALL
        .replace("GET /a", "GET /{s}/{*t}")
        .replace("[scopes]", "[resources.s]\n[resources.t]\n[scopes]");
    let found = problems(&text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("5:12 no route can name a `t`"), "{found:#?}");
    assert!(found[1].starts_with("9:1 `{*t}` is many segments"), "{found:#?}");
}

#[test]
fn warnings_leave_the_product_in_force() {
    for (text, message) in [
        (
            SMALL.replace("[scopes]", "[params]\nb = \"x\"\n[scopes]"),
            "5:1 no route has a parameter `b`",
        ),
        (
            SMALL.replace("[scopes]", "[resources.s]\nfrom = [\"query:s\", \"path:s\"]\n[scopes]"),
            "5:20 no route has a parameter {s}",
        ),
        (
            SMALL.replace("= \"a:b\"", "= { scope = \"public\", cost = 2 }"),
            "7:39 a public route is not counted",
        ),
    ] {
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with(message), "{found:#?}");
    }
}

#[test]
fn all_problems_are_found_at_once_and_an_empty_file_says_so() {
    let found = problems("nam = 1\n[keys]\n[scopes]\n\"x y\" = 1\n[routes]\n\"GET a\" = \"x\"\n");
    assert_eq!(found.len(), 7, "{found:#?}");
    let found = problems("  \n");
    assert!(found[0].starts_with("1:1 the file is empty"), "{found:#?}");
    assert!(problems("# nothing but a comment\n").len() >= 4);
}

proptest! {
    #[test]
    fn a_file_that_was_cut_and_pasted_at_random_is_good_or_has_an_error(
        cut in 0..WHALE.len(), length in 0..80_usize, from in 0..WHALE.len(), pasted in 0..40_usize,
    ) {
        let rest = WHALE.get(cut + length..).unwrap_or_default();
        let paste = WHALE.get(from..from + pasted).unwrap_or_default();
        let text = format!("{}{paste}{rest}", &WHALE[..cut]);
        let manifest = read("f.toml", "n", &text);
        let is_bad = manifest.diagnostics.iter().any(crate::source::Diagnostic::is_error);
        prop_assert_eq!(manifest.product.is_none(), is_bad, "{}", text);
        for diagnostic in &manifest.diagnostics {
            prop_assert!(diagnostic.line <= text.lines().count() + 1);
            prop_assert!(!diagnostic.to_string().is_empty());
        }
    }
}
