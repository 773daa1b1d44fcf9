//! What a client says of itself, checked: by registration (RFC 7591 §2), or in a document of its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::client::{AuthMethod, GrantType};
use crate::accounts::is_hidden;
use crate::oauth::redirect_uri::RedirectUri;
use crate::oauth::{Code, Error, Result};
use crate::registry::{is_loopback_host, normalised_host};

/// Redirect URIs of one client.
const REDIRECT_URIS_MAX: usize = 10;

/// Characters of a name.
const NAME_CHARACTERS_MAX: usize = 200;

/// Bytes of any other text.
const TEXT_BYTES_MAX: usize = 2_000;

/// Addresses of people who answer for a client.
const CONTACTS_MAX: usize = 10;

/// What a client is called that does not say.
const NAMELESS: &str = "An app without a name";

/// Links that people may follow. They are shown as text: nothing is fetched from there.
const LINKS: [&str; 4] = ["client_uri", "logo_uri", "tos_uri", "policy_uri"];

/// Other texts that are kept as they are.
const TEXTS: [&str; 2] = ["software_id", "software_version"];

/// What a client says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it is called, in letters that people can read.
    pub name: String,
    /// How it will prove who it is.
    pub auth_method: AuthMethod,
    /// Where it wants its answers.
    pub redirect_uris: Vec<String>,
    /// The ways in which it will get tokens.
    pub grant_types: Vec<GrantType>,
    /// The scopes that it names.
    pub scopes: Vec<String>,
    /// What else is kept of it.
    pub about: Map<String, Value>,
}

impl Description {
    /// Reads what a client says. What nobody knows is left out, and so is `null`.
    ///
    /// # Errors
    /// `InvalidRedirectUri` and `InvalidClientMetadata`.
    pub fn read(said: &Map<String, Value>) -> Result<Self> {
        let said = Said(said);
        let grant_types = grant_types(said)?;
        let redirect_uris = redirect_uris(said)?;
        if grant_types.contains(&GrantType::AuthorizationCode) && redirect_uris.is_empty() {
            return Err(bad_uri("redirect_uris is missing: a client that gets codes has one"));
        }
        check_web(said, &redirect_uris)?;
        check_response_types(said)?;
        if said.0.get("jwks").is_some() && said.0.get("jwks_uri").is_some() {
            return Err(bad("jwks and jwks_uri exclude each other"));
        }
        Ok(Self {
            name: said
                .text("client_name", NAME_CHARACTERS_MAX * 4)?
                .map_or_else(|| NAMELESS.to_owned(), shown_name),
            auth_method: auth_method(said)?,
            redirect_uris,
            grant_types,
            scopes: scopes(said)?,
            about: about(said)?,
        })
    }
}

/// The members, read by their kinds.
#[derive(Clone, Copy)]
struct Said<'a>(&'a Map<String, Value>);

impl<'a> Said<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(self, name: &'static str, bytes_max: usize) -> Result<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= bytes_max => Ok(Some(text)),
            Some(_) => Err(bad(format!("{name} is a text of at most {bytes_max} bytes"))),
        }
    }

    fn list(self, name: &'static str) -> Result<Option<Vec<&'a str>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let texts = value.as_array().map(|list| list.iter().map(Value::as_str).collect());
        let texts: Option<Option<Vec<&str>>> = texts;
        let short = |list: &Vec<&str>| list.iter().all(|text| text.len() <= TEXT_BYTES_MAX);
        match texts.flatten().filter(short) {
            Some(list) => Ok(Some(list)),
            None => Err(bad(format!("{name} is a list of texts"))),
        }
    }
}

fn redirect_uris(said: Said<'_>) -> Result<Vec<String>> {
    let list = said.list("redirect_uris")?.unwrap_or_default();
    if list.len() > REDIRECT_URIS_MAX {
        return Err(bad_uri(format!("at most {REDIRECT_URIS_MAX} redirect_uris")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(list.len());
    for text in list {
        let uri = RedirectUri::parse(text).map_err(|error| bad_uri(error.to_string()))?;
        if !kept.iter().any(|known| known == uri.as_str()) {
            kept.push(uri.as_str().to_owned());
        }
    }
    Ok(kept)
}

/// Those that are ours; a client that names only others has no use for us.
fn grant_types(said: Said<'_>) -> Result<Vec<GrantType>> {
    let Some(list) = said.list("grant_types")? else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let known = |kind: &&GrantType| list.contains(&kind.as_str());
    let kept: Vec<GrantType> = GrantType::ALL.iter().filter(known).copied().collect();
    if kept.is_empty() || kept == [GrantType::RefreshToken] {
        return Err(bad("grant_types names neither authorization_code nor client_credentials"));
    }
    Ok(kept)
}

/// An app on a web server has its answers sent there: neither to somebody's own machine nor to a
/// program of theirs (`OpenID` Connect Dynamic Client Registration 1.0 §2).
fn check_web(said: Said<'_>, redirect_uris: &[String]) -> Result<()> {
    let is_web = said.get("application_type").and_then(Value::as_str) == Some("web");
    let is_here = |uri: &String| {
        let uri = RedirectUri::parse(uri).ok();
        let host = uri.as_ref().and_then(|uri| normalised_host(uri.place()));
        host.is_some_and(|host| is_loopback_host(&host))
    };
    let is_elsewhere = |uri: &String| !uri.starts_with("https://") || is_here(uri);
    if is_web && redirect_uris.iter().any(is_elsewhere) {
        return Err(bad_uri("a web application has its redirect_uris by https on its own host"));
    }
    Ok(())
}

fn check_response_types(said: Said<'_>) -> Result<()> {
    let list = said.list("response_types")?;
    match list {
        Some(list) if !list.is_empty() && !list.contains(&"code") => {
            Err(bad("response_types is code, and nothing else"))
        }
        _ => Ok(()),
    }
}

fn auth_method(said: Said<'_>) -> Result<AuthMethod> {
    match said.text("token_endpoint_auth_method", TEXT_BYTES_MAX)? {
        None => Ok(AuthMethod::SecretBasic),
        Some(text) => AuthMethod::named(text).ok_or_else(|| {
            bad("token_endpoint_auth_method is none, client_secret_basic or client_secret_post")
        }),
    }
}

fn scopes(said: Said<'_>) -> Result<Vec<String>> {
    let text = said.text("scope", TEXT_BYTES_MAX)?.unwrap_or_default();
    let names: BTreeSet<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn about(said: Said<'_>) -> Result<Map<String, Value>> {
    let mut about = Map::new();
    for name in LINKS {
        let Some(link) = said.text(name, TEXT_BYTES_MAX)? else { continue };
        if !is_link(link) {
            return Err(bad(format!("{name} is a link by https or http")));
        }
        about.insert(name.to_owned(), link.into());
    }
    for name in TEXTS {
        let Some(text) = said.text(name, TEXT_BYTES_MAX)? else { continue };
        about.insert(name.to_owned(), text.into());
    }
    if let Some(contacts) = said.list("contacts")?.filter(|list| !list.is_empty()) {
        if contacts.len() > CONTACTS_MAX {
            return Err(bad(format!("at most {CONTACTS_MAX} contacts")));
        }
        about.insert("contacts".to_owned(), contacts.into());
    }
    match said.text("application_type", TEXT_BYTES_MAX)? {
        None => {}
        Some(kind @ ("web" | "native")) => {
            about.insert("application_type".to_owned(), kind.into());
        }
        Some(_) => return Err(bad("application_type is web or native")),
    }
    Ok(about)
}

/// Whether a text is a link that a browser may follow without running it.
fn is_link(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte);
    host.is_some_and(|host| !host.is_empty()) && text.bytes().all(is_plain)
}

/// A name without characters that are not seen, or that turn what is seen around.
fn shown_name(text: &str) -> String {
    let name: String = text.chars().filter(|c| !is_hidden(*c)).take(NAME_CHARACTERS_MAX).collect();
    let name = name.trim();
    if name.is_empty() { NAMELESS.to_owned() } else { name.to_owned() }
}

fn bad(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidClientMetadata, description)
}

fn bad_uri(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidRedirectUri, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(said: &Value) -> Result<Description> {
        Description::read(said.as_object().unwrap())
    }

    #[test]
    fn rfc7591_2_what_is_left_out_has_its_default() {
        let read = read(&json!({ "redirect_uris": ["https://app.example/cb"], "x": 1 })).unwrap();
        assert_eq!(read.auth_method, AuthMethod::SecretBasic);
        assert_eq!(read.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!((read.name.as_str(), read.scopes.len(), read.about.len()), (NAMELESS, 0, 0));
    }

    #[test]
    fn what_the_clients_of_agents_send_is_taken() {
        let read = read(&json!({
            "client_name": "Cursor",
            "redirect_uris": [
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "http://127.0.0.1:33418",
                "http://localhost:8123/callback"
            ],
            "grant_types": ["authorization_code", "refresh_token", "urn:example:other"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "scope": "read:b read:a read:a",
            "logo_uri": null
        }))
        .unwrap();
        assert_eq!(read.redirect_uris.len(), 3);
        assert_eq!(read.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        assert_eq!(read.scopes, ["read:a", "read:b"]);
    }

    #[test]
    fn a_name_hides_nothing_and_turns_nothing_around() {
        for (said, shown) in [
            ("Good\u{202e}txt.exe", "Goodtxt.exe"),
            ("\u{200b}\u{feff} \n", NAMELESS),
            ("\u{3164}", NAMELESS),
            ("\u{115f}\u{1160}\u{ffa0}", NAMELESS),
            ("\u{fe0f}\u{2800}\u{e0100}\u{34f}", NAMELESS),
            ("<b>Bold</b>", "<b>Bold</b>"),
            ("a\u{0}b\u{1b}[2J", "ab[2J"),
        ] {
            assert_eq!(shown_name(said), shown, "{said:?}");
        }
        assert_eq!(shown_name(&"é".repeat(400)).chars().count(), NAME_CHARACTERS_MAX);
    }

    #[test]
    fn rfc7591_3_2_2_what_nobody_may_register_is_refused() {
        let with = |name: &str, value: Value| {
            let mut said = json!({ "redirect_uris": ["https://app.example/cb"] });
            said[name] = value;
            read(&said).unwrap_err().code()
        };
        for (name, value) in [
            ("redirect_uris", json!([])),
            ("redirect_uris", Value::Null),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("redirect_uris", json!(["http://app.example/cb"])),
            ("redirect_uris", json!(["https://app.example/cb#x"])),
            ("redirect_uris", json!(vec!["https://app.example/cb"; 11])),
        ] {
            assert_eq!(with(name, value.clone()), Code::InvalidRedirectUri, "{value}");
        }
        for (name, value) in [
            ("redirect_uris", json!("https://app.example/cb")),
            ("redirect_uris", json!([1])),
            ("grant_types", json!(["implicit"])),
            ("grant_types", json!(["refresh_token"])),
            ("response_types", json!(["token"])),
            ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("client_name", json!(7)),
            ("client_name", json!("x".repeat(801))),
            ("client_uri", json!("javascript:alert(1)")),
            ("logo_uri", json!("data:image/png;base64,AAAA")),
            ("tos_uri", json!("https://")),
            ("policy_uri", json!("https://a.example/\"onload=\"x")),
            ("contacts", json!("ada@example.com")),
            ("contacts", json!(vec!["x"; 11])),
            ("application_type", json!("desktop")),
            ("scope", json!(["read:a"])),
        ] {
            assert_eq!(with(name, value.clone()), Code::InvalidClientMetadata, "{name} {value}");
        }
        for uri in ["http://127.0.0.1/cb", "https://localhost/cb", "com.example.app:/cb"] {
            let web = json!({ "redirect_uris": [uri], "application_type": "web" });
            assert_eq!(read(&web).unwrap_err().code(), Code::InvalidRedirectUri, "{uri}");
        }
        let both = json!({ "redirect_uris": ["https://a.example"], "jwks": {}, "jwks_uri": "x" });
        assert_eq!(read(&both).unwrap_err().code(), Code::InvalidClientMetadata);
    }
}
