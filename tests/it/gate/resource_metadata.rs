//! `/resource-metadata/PRODUCT`: what an app reads before it asks for a token.

use serde_json::json;

use crate::harness::{Answer, Instance, Plugins, Request};

const APPS: &str = r#"
name = "Apps"
hosts = ["api.apps.example"]
[keys.live]
prefix = "ap_live_"
[scopes]
"read:a" = "Read a"
"write:a" = "Write a"
[routes]
"GET /a" = "read:a"
[oauth]
resource = ["https://api.apps.example/mcp", "https://mcp.apps.example/"]
default_scopes = ["read:a"]
"#;

fn start() -> Instance {
    let closed = APPS.split("[oauth]").next().unwrap().replace("apps.example", "closed.example");
    Instance::start(&Plugins::default().and("apps", APPS).and("closed", &closed))
}

fn ask(instance: &Instance, target: &str, host: Option<&str>) -> Answer {
    let request = Request::new("GET", target).header("Host", "localhost");
    let request = match host {
        Some(host) => request.header("X-Original-Host", host),
        None => request,
    };
    instance.client().send(&request)
}

#[test]
fn rfc9728_3_2_the_document_names_the_resource_and_who_gives_tokens_for_it() {
    let instance = start();
    let answer = ask(&instance, "/resource-metadata/apps/mcp", Some("api.apps.example"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let issuer = format!("http://{}", instance.web);
    let expected = json!({
        "resource": "https://api.apps.example/mcp",
        "resource_name": "Apps",
        "authorization_servers": [issuer],
        "scopes_supported": ["read:a"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!(answer.json(), expected);
}

#[test]
fn rfc9728_3_3_the_resource_is_the_one_that_was_asked_for() {
    let instance = start();
    for (path, host, resource) in [
        ("/mcp", Some("api.apps.example"), Some("https://api.apps.example/mcp")),
        ("/mcp/x", Some("API.apps.example:443"), Some("https://api.apps.example/mcp")),
        ("/mcp?x", None, Some("https://api.apps.example/mcp")),
        ("", Some("mcp.apps.example"), Some("https://mcp.apps.example/")),
        ("/", Some("mcp.apps.example"), Some("https://mcp.apps.example/")),
        ("", Some("api.apps.example"), None),
        ("/mcpx", Some("api.apps.example"), None),
        ("/mcp", Some("evil.example"), None),
        ("/mcp", Some("a b"), None),
    ] {
        let answer = ask(&instance, &format!("/resource-metadata/apps{path}"), host);
        match resource {
            Some(resource) => assert_eq!(answer.json()["resource"], resource, "{path} {host:?}"),
            None => assert_eq!((answer.status, answer.body.len()), (404, 0), "{path} {host:?}"),
        }
    }
    for unknown in
        ["/resource-metadata/closed/mcp", "/resource-metadata/nobody", "/resource-metadata/"]
    {
        assert_eq!(ask(&instance, unknown, None).status, 404, "{unknown}");
    }
    let twice = Request::new("GET", "/resource-metadata/apps/mcp")
        .header("Host", "localhost")
        .header("X-Original-Host", "api.apps.example")
        .header("X-Forwarded-Host", "evil.example");
    assert_eq!(instance.client().send(&twice).status, 404);
}

#[test]
fn a_page_of_another_origin_may_read_it() {
    let instance = start();
    let asked = Request::new("OPTIONS", "/resource-metadata/apps/mcp")
        .header("Host", "localhost")
        .header("Origin", "https://inspector.example")
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "mcp-protocol-version");
    let answer = instance.client().send(&asked);
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-headers"), Some("*"));
}
