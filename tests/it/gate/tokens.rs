//! Access tokens at the gate: judged like keys, and told apart from them.

use keystile::clock::Span;
use keystile::http::control::Question;
use keystile::secret::Secret;
use keystile::usage::Whose;

use super::asked::{Asked, Way};
use super::verdict::{Verdict, direct};
use crate::harness::{Instance, Plugins, Service, eventually};

const HOST: &str = "api.apps.example";

/// Keys stand in a header of their own; apps may read what is public to them.
const APPS: &str = r#"
name = "Apps"
hosts = ["api.apps.example"]
credentials = ["x-api-key"]

[keys.live]
prefix = "ap_live_"
hosts = ["keys.apps.example"]
rate = 0.1

[resources.store]
from = ["query:store"]

[scopes]
"read:a" = "Read a"
"read:b" = "Read b"
"read:*" = "Read all"
"write:a" = "Write a"
"admin:a" = { description = "All of a", grant = "admin" }

[routes]
"GET /mcp/a" = "read:a"
"GET /both" = ["read:a", "read:b"]
"GET /any" = { any = ["admin:a", "read:b", "write:a"] }
"POST /a" = "write:a"
"GET /me" = "authenticated"
"GET /open" = "public"

[oauth]
resource = ["https://api.apps.example", "https://api.apps.example/mcp"]
default_scopes = ["read:a"]
"#;

/// The same under another name, and without OAuth.
fn closed() -> String {
    let text = APPS.split("[oauth]").next().unwrap();
    text.replace("apps.example", "closed.example").replace("ap_live_", "cl_live_")
}

fn start() -> Instance {
    let plugins = Plugins::default().and("apps", APPS).and("closed", &closed());
    Instance::start(&plugins)
}

fn get(target: &str) -> Asked {
    Asked::of("apps", HOST, "GET", target)
}

fn verdict(instance: &Instance, way: Way, asked: &Asked) -> Verdict {
    let answer = instance.client().send(&asked.put(way));
    direct(way, asked.is_head(), &answer)
}

fn code(instance: &Instance, asked: &Asked) -> String {
    verdict(instance, Way::Verify, asked).code().to_owned()
}

/// The challenge of a refusal, which is the same in every way to ask.
fn challenge(instance: &Instance, asked: &Asked) -> String {
    let [first, rest @ ..] = Way::ALL.map(|way| match verdict(instance, way, asked) {
        Verdict::Denied(denial) => denial.challenge.unwrap_or_default(),
        Verdict::Pass(_) => panic!("it passes: {asked:?}"),
    });
    assert!(rest.iter().all(|other| *other == first), "{first} {rest:?}");
    first
}

fn token(service: &Service<'_>) -> Asked {
    get("/mcp/a").bearer(&service.token())
}

#[test]
fn rfc6750_2_1_a_token_passes_in_every_dialect_and_the_back_end_is_told_whose_it_is() {
    let instance = start();
    let service = instance.service("apps", &["read:a", "write:a"]);
    let asked = token(&service);
    let subject = format!("client:{}", service.client.id);
    let lower = get("/mcp/a").header("Authorization", format!("bearer {}", service.token()));
    for way in Way::ALL {
        let Verdict::Pass(identity) = verdict(&instance, way, &asked) else {
            panic!("{way:?} refuses it");
        };
        for (name, value) in [
            ("subject", subject.as_str()),
            ("key", "-"),
            ("client", service.client.id.as_str()),
            ("owner", "-"),
            ("workspace", "acme"),
            ("product", "apps"),
            ("plan", "enterprise"),
            ("environment", "-"),
            ("scopes", "read:a write:a"),
            ("store", "*"),
        ] {
            assert_eq!(identity[&format!("x-keystile-{name}")], value, "{way:?}");
        }
        assert_eq!(identity.len(), 10);
        assert_eq!(verdict(&instance, way, &lower).code(), "pass", "the scheme has no case");
    }
    let answer = instance.client().send(&asked.put(Way::Verify));
    assert_eq!(answer.header("x-ratelimit-limit"), Some("6000"), "no key type's rate touches it");
}

#[test]
fn a_token_opens_what_its_scopes_open() {
    let instance = start();
    let service = instance.service("apps", &["read:a", "write:a"]);
    let narrow = service.token_for(Some("read:a"));
    for (method, target, expected) in [
        ("GET", "/mcp/a", "pass"),
        ("GET", "/me", "pass"),
        ("GET", "/open", "pass"),
        ("POST", "/a", "insufficient_scope"),
        ("GET", "/both", "insufficient_scope"),
        ("GET", "/any", "insufficient_scope"),
        ("GET", "/nowhere", "route_not_declared"),
        ("GET", "/mcp//a", "ambiguous_path"),
    ] {
        let asked = Asked::of("apps", HOST, method, target).bearer(&narrow);
        assert_eq!(code(&instance, &asked), expected, "{method} {target}");
    }
    let whole = Asked::of("apps", HOST, "POST", "/a").bearer(&service.token());
    assert_eq!(code(&instance, &whole), "pass");
}

#[test]
fn rfc6750_3_1_a_challenge_leads_from_nothing_to_a_token_and_from_one_scope_to_more() {
    let instance = start();
    let service = instance.service("apps", &["write:a"]);
    let well_known = "https://api.apps.example/.well-known/oauth-protected-resource";
    let realm = "Bearer realm=\"apps\"";

    let bare = challenge(&instance, &get("/mcp/a"));
    let expected = format!("{realm}, scope=\"read:a\", resource_metadata=\"{well_known}/mcp\"");
    assert_eq!(bare, expected, "no error where nothing was sent (RFC 6750 §3.1)");

    let step_up = |target| challenge(&instance, &get(target).bearer(&service.token()));
    let lacking = format!("{realm}, error=\"insufficient_scope\"");
    let mcp = step_up("/mcp/a");
    assert_eq!(mcp, format!("{lacking}, scope=\"read:a\", resource_metadata=\"{well_known}/mcp\""));
    let both = step_up("/both");
    assert_eq!(
        both,
        format!("{lacking}, scope=\"read:a read:b\", resource_metadata=\"{well_known}\"")
    );

    service.end_grants();
    let unknown = Secret::mint("ks_at_").unwrap();
    let invalid = challenge(&instance, &get("/mcp/a").bearer(unknown.expose()));
    let expected = "error=\"invalid_token\", scope=\"read:a\"";
    assert_eq!(invalid, format!("{realm}, {expected}, resource_metadata=\"{well_known}/mcp\""));
    let elsewhere = Asked::of("closed", "api.closed.example", "GET", "/mcp/a");
    assert_eq!(challenge(&instance, &elsewhere), "Bearer realm=\"closed\"");
}

#[test]
fn mcp_authorization_a_first_challenge_names_all_that_its_request_needs() {
    let instance = start();
    let scope_of = |asked: &Asked| {
        let challenge = challenge(&instance, asked);
        challenge.split("scope=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    for (method, target, expected) in [
        ("POST", "/a", "read:a write:a"),
        ("GET", "/both", "read:a read:b"),
        ("GET", "/any", "read:a read:b"),
        ("GET", "/me", "read:a"),
        ("GET", "/nowhere", "read:a"),
    ] {
        let asked = Asked::of("apps", HOST, method, target);
        assert_eq!(scope_of(&asked), expected, "{method} {target}");
        let anothers = asked.bearer("eyJhbGciOi");
        assert_eq!(scope_of(&anothers), expected, "{method} {target} with another's token");
    }
}

#[test]
fn where_one_scope_is_enough_the_challenge_names_one_that_apps_may_have() {
    let instance = start();
    let service = instance.service("apps", &["read:a"]);
    let challenge = challenge(&instance, &get("/any").bearer(&service.token()));
    assert!(challenge.contains(", scope=\"read:b\", "), "{challenge}");
}

#[test]
fn rfc8707_2_a_token_for_one_product_is_none_at_another() {
    let other = APPS.replace("apps.example", "other.example");
    let plugins = Plugins::default().and("apps", APPS).and("other", &other);
    let instance = Instance::start(&plugins.and("closed", &closed()));
    let token = instance.service("apps", &["read:a"]).token();
    let at = |product, host| Asked::of(product, host, "GET", "/mcp/a").bearer(&token);
    assert_eq!(code(&instance, &at("apps", HOST)), "pass");
    assert_eq!(code(&instance, &at("other", "api.other.example")), "invalid_token");
    assert_eq!(code(&instance, &at("closed", "api.closed.example")), "missing_credential");
}

#[test]
fn no_other_secret_of_ours_and_no_other_place_passes_for_an_access_token() {
    let instance = start();
    let service = instance.service("apps", &["read:a"]);
    let token = service.token();
    for prefix in ["ks_rt_", "ks_ac_", "ks_cs_", "ks_rg_", "ap_live_"] {
        let secret = Secret::mint(prefix).unwrap();
        let asked = get("/mcp/a").bearer(secret.expose());
        assert_eq!(code(&instance, &asked), "missing_credential", "keys stand elsewhere");
        let asked = get("/mcp/a").header("X-Api-Key", secret.expose());
        assert_eq!(code(&instance, &asked), "invalid_key", "{prefix}");
    }
    let in_key_header = get("/mcp/a").header("X-Api-Key", &token);
    assert_eq!(code(&instance, &in_key_header), "invalid_key");
    let in_query = get(&format!("/mcp/a?access_token={token}"));
    assert_eq!(code(&instance, &in_query), "missing_credential");
    let key = instance.key("apps", "live", &["read:a"]).make().secret;
    let both = get("/mcp/a").bearer(&token).header("X-Api-Key", key);
    assert_eq!(code(&instance, &both), "ambiguous_credential");
    let twice = get("/mcp/a").bearer(&token).bearer(&token);
    assert_eq!(code(&instance, &twice), "ambiguous_credential");
    let cut = get("/mcp/a").bearer(&token[..token.len() - 1]);
    assert_eq!(code(&instance, &cut), "invalid_key");
}

#[test]
fn a_token_ends_when_it_expires_and_at_once_with_its_grant_or_client() {
    let instance = start();
    let [first, second, third] = [0; 3].map(|_| instance.service("apps", &["read:a"]));
    let [of_first, of_second, of_third] = [&first, &second, &third].map(token);
    for asked in [&of_first, &of_second, &of_third] {
        assert_eq!(code(&instance, asked), "pass");
    }
    first.end_grants();
    assert_eq!(code(&instance, &of_first), "invalid_token");
    second.remove();
    assert_eq!(code(&instance, &of_second), "invalid_token");
    instance.advance("59m");
    assert_eq!(code(&instance, &of_third), "pass");
    instance.advance("1m");
    assert_eq!(code(&instance, &of_third), "invalid_token");
    instance.sweep();
    assert_eq!(code(&instance, &of_third), "invalid_token");
}

#[test]
fn a_token_survives_a_restart_and_a_change_of_its_workspace_s_plan_holds_at_once() {
    let instance = start();
    let service = instance.service("apps", &["read:a"]);
    let (asked, again) = (token(&service), token(&service));
    assert_eq!(code(&instance, &asked), "pass");
    instance.set_plan("acme", "free").unwrap();
    let answer = instance.client().send(&asked.put(Way::Verify));
    assert_eq!(answer.header("x-ratelimit-limit"), Some("60"));
    let instance = instance.restart();
    assert_eq!(code(&instance, &again), "pass");
}

#[test]
fn a_client_of_an_operator_has_its_own_quota_whatever_its_tokens_are() {
    let instance = start();
    instance.set_plan("acme", "free").unwrap();
    let [first, second] = [0; 2].map(|_| instance.service("apps", &["read:a"]));
    let tokens = [token(&first), token(&first)];
    for number in 0..60 {
        assert_eq!(code(&instance, &tokens[number % 2]), "pass", "{number}");
    }
    assert_eq!(code(&instance, &tokens[0]), "rate_limited");
    assert_eq!(code(&instance, &token(&first)), "rate_limited");
    assert_eq!(code(&instance, &token(&second)), "pass");
}

#[test]
fn a_product_with_one_quota_for_a_workspace_counts_keys_and_tokens_together() {
    let plugins =
        Plugins::default().and("apps", &APPS.replace("[keys", "bucket = \"workspace\"\n[keys"));
    let instance = Instance::start(&plugins);
    instance.set_plan("acme", "free").unwrap();
    let (token, key) = (token(&instance.service("apps", &["read:a"])), "keys.apps.example");
    let secret = instance.key("apps", "live", &["read:a"]).make().secret;
    let by_key = get("/mcp/a").host(Some(key)).header("X-Api-Key", &secret);
    for _ in 0..6 {
        assert_eq!(code(&instance, &by_key), "pass");
    }
    assert_eq!(code(&instance, &by_key), "rate_limited", "its type has a tenth");
    for _ in 0..54 {
        assert_eq!(code(&instance, &token), "pass");
    }
    assert_eq!(code(&instance, &token), "rate_limited");
}

#[test]
fn a_row_that_does_not_bear_its_checksum_lets_nobody_in() {
    for damage in [
        "UPDATE oauth_access_tokens SET scopes = '[\"write:a\"]'",
        "UPDATE oauth_access_tokens SET expires_at = expires_at + 1",
        "UPDATE oauth_grants SET scopes = '[\"read:a\",\"write:a\"]'",
        "UPDATE oauth_grants SET product = 'other'",
        "UPDATE oauth_grants SET restrictions = '{'",
        "UPDATE oauth_clients SET origin = 'workspace'",
        "UPDATE oauth_clients SET scopes = '[\"read:a\",\"write:a\"]'",
        "UPDATE workspaces SET plan = 'pro'",
    ] {
        let instance = start();
        let asked = token(&instance.service("apps", &["read:a"]));
        instance.damage(&[damage.to_owned()]);
        assert_eq!(code(&instance, &asked), "unavailable", "{damage}");
    }
}

#[test]
fn a_scope_that_becomes_the_operators_and_a_product_that_leaves_oauth_end_what_tokens_open() {
    let instance = start();
    let asked = token(&instance.service("apps", &["read:a"]));
    assert_eq!(code(&instance, &asked), "pass");
    let file = instance.plugin_file("apps");
    let admin = APPS
        .replace("\"read:a\" = \"Read a\"", "\"read:a\" = { grant = \"admin\" }")
        .replace("default_scopes = [\"read:a\"]", "");
    for (text, expected) in [
        (admin.as_str(), "insufficient_scope"),
        (APPS, "pass"),
        (APPS.split("[oauth]").next().unwrap(), "missing_credential"),
    ] {
        std::fs::write(&file, text).unwrap();
        let is_so = || (code(&instance, &asked) == expected).then_some(());
        eventually(250, is_so).unwrap_or_else(|| panic!("never {expected}"));
    }
}

#[test]
fn what_apps_ask_counts_for_their_workspace_and_stays_when_they_go() {
    let instance = start();
    let service = instance.service("apps", &["read:a"]);
    let (asked, now) = (token(&service), instance.app.clock.now());
    for _ in 0..3 {
        assert_eq!(code(&instance, &asked), "pass");
    }
    assert_eq!(code(&instance, &asked.clone().target("/both")), "insufficient_scope");
    instance.write_counts().unwrap();
    let counted = || {
        let whose = Whose::Workspace("acme".to_owned());
        let by_outcome = instance.usage().by_outcome(&whose, now.floor(Span::days(1))).unwrap();
        by_outcome.iter().map(|it| (it.code.clone(), it.requests)).collect::<Vec<_>>()
    };
    let expected = [("allowed".to_owned(), 3), ("insufficient_scope".to_owned(), 1)];
    assert_eq!(counted(), expected);
    let listed = &service.grants()[0];
    assert_eq!((listed.used_at, listed.used_from.as_deref()), (Some(now), Some("127.0.0.1")));

    assert_eq!(code(&instance, &asked), "pass");
    service.end_grants();
    assert_eq!(code(&instance, &asked), "invalid_token");
    instance.write_counts().unwrap();
    assert_eq!(counted()[0], ("allowed".to_owned(), 4), "it was asked before");
    assert!(service.grants().is_empty());
}

#[test]
fn explain_judges_a_token_by_the_same_steps() {
    let instance = start();
    let service = instance.service("apps", &["read:a"]);
    let question = |secret: &str| Question {
        method: "GET".to_owned(),
        url: format!("http://{HOST}/mcp/a"),
        key: Some(secret.to_owned().into()),
        key_id: None,
        product: None,
        ip: None,
        headers: Vec::new(),
    };
    let told = instance.explain(question(&service.token())).unwrap();
    assert_eq!((told["verdict"].as_str(), told["status"].as_u64()), (Some("allow"), Some(200)));
    let steps = told["steps"].to_string();
    assert!(steps.contains(service.client.id.as_str()), "{steps}");
    assert!(!steps.contains("ks_at_"), "{steps}");
    let unknown = Secret::mint("ks_at_").unwrap();
    let told = instance.explain(question(unknown.expose())).unwrap();
    assert_eq!(
        (told["verdict"].as_str(), told["code"].as_str()),
        (Some("deny"), Some("invalid_token"))
    );
}
