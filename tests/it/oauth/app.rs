//! What apps send, what they are answered, and what somebody does for them in a browser.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};

use crate::harness::instance::WORKSPACE;
use crate::harness::{Answer, Browser, Request};

/// Where the app of most tests has its answers sent.
pub(super) const CALLBACK: &str = "https://app.example/cb?x=1";

/// What shows that it was the app that asked.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// A client as it knows itself.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

impl App {
    /// Fields, with what the app says of itself.
    pub(super) fn with<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let secret = self.secret.as_deref().map(|secret| ("client_secret", secret));
        fields.iter().copied().chain([("client_id", self.id.as_str())]).chain(secret).collect()
    }

    /// Its `Authorization: Basic`.
    pub(super) fn basic(&self) -> String {
        let text = format!("{}:{}", self.id, self.secret.as_deref().unwrap_or_default());
        format!("Basic {}", Base64::encode_string(text.as_bytes()))
    }
}

/// What an app has been given.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) scope: String,
}

impl Tokens {
    pub(super) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = |name: &str| answer.json()[name].as_str().unwrap_or_default().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token"), scope: text("scope") }
    }
}

pub(super) fn query(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(super) fn challenge() -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(VERIFIER))
}

/// What an app asks for; a field of `more` replaces one of these, and an empty one takes it away.
pub(super) fn authorize_url(app: &App, more: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let usual = [
        ("response_type", "code"),
        ("client_id", app.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("resource", "https://notes.example/mcp"),
        ("state", "st&te é"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let is_replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = usual.into_iter().filter(|(name, _)| !is_replaced(name));
    let all: Vec<_> =
        kept.chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    format!("/oauth/authorize?{}", query(&all))
}

/// Sends a browser to ask for something; the path of the page that shows it.
pub(super) fn asked(browser: &Browser, app: &App, more: &[(&str, &str)]) -> String {
    let answer = browser.get(&authorize_url(app, more));
    assert_eq!(answer.status, 303, "{}", answer.text());
    let path = answer.header("location").unwrap().to_owned();
    assert!(path.starts_with("/oauth/consent/"), "{path}");
    path
}

/// Says yes to whatever a page shows, for the usual workspace.
pub(super) fn allow(browser: &Browser, page: &str, more: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page);
    browser.send(&yes(browser, page, &shown, more))
}

/// The form that says yes to whatever is shown.
pub(super) fn yes(browser: &Browser, page: &str, shown: &Answer, more: &[(&str, &str)]) -> Request {
    assert_eq!(shown.status, 200, "{}", shown.text());
    let text = shown.text();
    let scopes = text.split("name=\"scope\" value=\"").skip(1);
    let scopes: Vec<&str> = scopes.map(|rest| rest.split('"').next().unwrap()).collect();
    let scopes = scopes.into_iter().map(|name| ("scope", name));
    let fields = [("decision", "allow"), ("workspace", WORKSPACE)];
    let fields: Vec<_> = fields.into_iter().chain(scopes).chain(more.iter().copied()).collect();
    browser.filled_in(page, &fields)
}

/// Where an answer sends the browser.
pub(super) fn sent_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("a place to go to").to_owned()
}

/// A parameter of a URL's query.
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let first = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "{name} stands more than once in {url}");
    first
}

/// The code of an error, and the status that it came with.
pub(super) fn error(answer: &Answer) -> (u16, String) {
    let json = answer.json();
    let description = json["error_description"].as_str().unwrap_or_default();
    assert!(
        description.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')),
        "RFC 6749 §5.2: {description}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    (answer.status, json["error"].as_str().unwrap_or_default().to_owned())
}

/// Asserts that an answer is an error of this code.
#[track_caller]
pub(super) fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(error(answer), (status, code.to_owned()), "{}", answer.text());
}
