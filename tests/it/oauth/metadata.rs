//! What the server says of itself.

use serde_json::Value;

use super::Lab;

const PATH: &str = "/.well-known/oauth-authorization-server";

#[test]
fn rfc8414_3_the_issuer_is_the_one_whose_document_it_is() {
    let lab = Lab::new();
    let answer = lab.get(PATH);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.json()["issuer"], lab.issuer());
    assert_eq!(lab.get("/.well-known/openid-configuration").json(), answer.json());
}

#[test]
fn rfc8414_2_the_document_says_what_there_is_and_nothing_else() {
    let lab = Lab::new();
    let json = lab.get(PATH).json();
    for (name, expected) in [
        ("response_types_supported", vec!["code"]),
        ("code_challenge_methods_supported", vec!["S256"]),
        (
            "grant_types_supported",
            vec!["authorization_code", "refresh_token", "client_credentials"],
        ),
        (
            "token_endpoint_auth_methods_supported",
            vec!["none", "client_secret_basic", "client_secret_post"],
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            vec!["client_secret_basic", "client_secret_post"],
        ),
        ("scopes_supported", vec!["read:notes", "read:stock", "read:tags", "write:notes"]),
    ] {
        assert_eq!(json[name], serde_json::json!(expected), "{name}");
    }
    assert_eq!(json["authorization_response_iss_parameter_supported"], true, "RFC 9207 §3");
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    assert!(!json.as_object().unwrap().values().any(is_empty), "{json}");
    for name in
        ["token_endpoint", "registration_endpoint", "revocation_endpoint", "introspection_endpoint"]
    {
        let path = json[name].as_str().unwrap().strip_prefix(&lab.issuer()).unwrap();
        assert_eq!(lab.get(path).status, 405, "{name} is there, and takes no GET");
    }
    let path = json["authorization_endpoint"].as_str().unwrap();
    assert_eq!(lab.get(path.strip_prefix(&lab.issuer()).unwrap()).status, 400);
}

#[test]
fn what_is_off_is_not_advertised_and_other_documents_are_4xx() {
    let lab = Lab::new();
    lab.set("registration = \"off\"");
    assert!(lab.get(PATH).json().get("registration_endpoint").is_none());
    let said = serde_json::json!({ "redirect_uris": [super::CALLBACK] });
    let refused = lab.json("POST", "/oauth/register", None, &said);
    super::assert_error(&refused, 403, "access_denied");
    for path in [
        "/.well-known/oauth-authorization-server/mcp",
        "/mcp/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/",
    ] {
        assert_eq!(lab.get(path).status, 404, "{path}");
    }
}

#[test]
fn another_host_is_answered_by_nothing() {
    let lab = Lab::new();
    let request = crate::harness::Request::new("GET", PATH).header("Host", "evil.example");
    let answer = lab.client().send(&request);
    assert_eq!(answer.status, 421);
    assert!(!answer.text().contains("token_endpoint"));
}

#[test]
fn until_there_is_anybody_nothing_is_given() {
    let instance = crate::harness::Instance::start(&crate::harness::Plugins::default());
    let lab = Lab::on(instance);
    for path in ["/oauth/token", "/oauth/register", "/oauth/introspect", "/oauth/revoke"] {
        assert_eq!(lab.form(path, &[]).status, 503, "{path}");
    }
}
