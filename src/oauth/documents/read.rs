//! What a document says, held to the rules for those that register themselves, and to some of its own.

use serde_json::{Map, Value};

use crate::oauth::clients::{AuthMethod, Description, GrantType};

/// A client that describes itself has no secret to share with anybody.
const SECRETS: [&str; 2] = ["client_secret", "client_secret_expires_at"];

/// What the document at `url` says of its client; else why it cannot be used.
pub(super) fn read(url: &str, body: &[u8]) -> Result<Description, &'static str> {
    let Ok(Value::Object(mut said)) = serde_json::from_slice::<Value>(body) else {
        return Err("it is no JSON object");
    };
    if said.get("client_id").and_then(Value::as_str) != Some(url) {
        return Err("its client_id is not its own address");
    }
    if SECRETS.iter().any(|name| said.contains_key(*name)) {
        return Err("it has a secret, which everybody can read");
    }
    let method = "token_endpoint_auth_method";
    said.entry(method).or_insert_with(|| AuthMethod::None.as_str().into());
    let description = description(&said)?;
    if description.auth_method != AuthMethod::None {
        return Err("its client cannot prove who it is by a secret");
    }
    if description.redirect_uris.is_empty() {
        return Err("it names no redirect URI");
    }
    if description.grant_types.contains(&GrantType::ClientCredentials) {
        return Err("its client cannot get tokens without anybody's consent");
    }
    Ok(description)
}

fn description(said: &Map<String, Value>) -> Result<Description, &'static str> {
    Description::read(said).map_err(|_| "it breaks the rules for what clients say of themselves")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://app.example/client.json";

    fn with(name: &str, value: Value) -> Result<Description, &'static str> {
        let mut said = json!({
            "client_id": URL,
            "client_name": "App",
            "redirect_uris": ["http://127.0.0.1/cb"],
        });
        if !name.is_empty() {
            said[name] = value;
        }
        read(URL, said.to_string().as_bytes())
    }

    #[test]
    fn a_document_describes_a_public_client() {
        let description = with("", Value::Null).unwrap();
        assert_eq!((description.name.as_str(), description.auth_method), ("App", AuthMethod::None));
        assert!(with("grant_types", json!(["authorization_code", "refresh_token"])).is_ok());
        assert!(with("token_endpoint_auth_method", json!("none")).is_ok());
    }

    #[test]
    fn what_such_a_client_cannot_have_is_refused() {
        for (name, value) in [
            ("client_id", json!("https://app.example/client.json/")),
            ("client_id", json!("https://evil.example/client.json")),
            ("client_id", json!([URL])),
            ("client_id", Value::Null),
            ("client_secret", json!("s")),
            ("client_secret_expires_at", json!(0)),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("redirect_uris", json!([])),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("grant_types", json!(["authorization_code", "client_credentials"])),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name} {value}");
        }
        for body in ["", "[]", "null", "{", "{}"] {
            assert!(read(URL, body.as_bytes()).is_err(), "{body}");
        }
    }
}
