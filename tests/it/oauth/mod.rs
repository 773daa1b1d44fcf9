//! The authorization server, by the RFCs: each test of a rule names where it stands.

mod apps;
mod authorize;
mod clients;
mod code;
mod consent;
mod crash;
mod damage;
mod documents;
mod ends;
mod introspect;
mod metadata;
mod older_style;
mod races;
mod refresh;
mod register;
mod revoke;
mod secrecy;
mod service;
mod token;

use std::sync::Mutex;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use keystile::accounts::Workspaces;
use keystile::accounts::people::{People, Role};
use keystile::audit::Actor;
use keystile::oauth::clients::{Clients, GrantType, Maker, Terms};
use keystile::store::Fault;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{Address, Answer, Browser, Client, Instance, Request};

/// A product that apps may use, by two names.
const NOTES: &str = r#"
name = "Notes"
hosts = ["notes.example"]

[keys.live]
prefix = "nk_"

[scopes]
"read:notes" = "Read notes"
"write:notes" = "Write notes"
"read:tags" = "Read tags"
"admin:all" = { description = "Everything", grant = "admin" }

[routes]
"GET /v1/notes" = "read:notes"

[oauth]
resource = ["https://notes.example/mcp", "https://notes.example/v1"]
default_scopes = ["read:notes"]
"#;

/// A product whose tokens are bound to one store.
const SHOP: &str = r#"
name = "Shop"
hosts = ["shop.example"]

[keys.live]
prefix = "shk_"

[resources.store]
per_key = "one"

[scopes]
"read:stock" = "Read stock"

[routes]
"GET /v1/stores/{store}" = "read:stock"

[oauth]
resource = "https://shop.example"
"#;

/// Where the app of most tests has its answers sent.
const CALLBACK: &str = "https://app.example/cb?x=1";

/// What shows that it was the app that asked.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const FORM: &str = "application/x-www-form-urlencoded";

/// An instance with the products, Ada who develops for the workspace, and Olga who runs it.
struct Lab {
    instance: Instance,
    /// The browser with which Ada lets apps in, once she has signed in: that is slow by design.
    lets_in: Mutex<Option<Browser>>,
}

/// A client as it knows itself.
#[derive(Clone, Debug)]
struct App {
    id: String,
    secret: Option<String>,
}

impl Lab {
    fn new() -> Self {
        Self::of(&Plugins::default().and("notes", NOTES).and("shop", SHOP))
    }

    fn of(plugins: &Plugins) -> Self {
        let instance = Instance::start(plugins);
        instance.person("olga@example.com", None).unwrap();
        instance.person("ada@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
        Self { instance, lets_in: Mutex::default() }
    }

    /// The same with other settings.
    fn set(&self, oauth: &str) {
        let file = self.instance.folder().join("config.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("\n[oauth]").next().unwrap();
        std::fs::write(&file, format!("{text}\n[oauth]\n{oauth}\n")).unwrap();
        self.instance.reload_settings();
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.instance.web)
    }

    fn client(&self) -> Client {
        Client::of(Address::Tcp(self.instance.web))
    }

    fn request(&self, method: &str, target: &str) -> Request {
        Request::new(method, target).header("Host", self.instance.web.to_string())
    }

    fn get(&self, target: &str) -> Answer {
        self.client().send(&self.request("GET", target))
    }

    /// Sends a form to an endpoint, as a program does.
    fn form(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let body = query(fields);
        let request = self.request("POST", target).header("Content-Type", FORM).body(&body);
        self.client().send(&request)
    }

    fn json(&self, method: &str, target: &str, bearer: Option<&str>, body: &Value) -> Answer {
        let request = self.request(method, target).header("Content-Type", "application/json");
        let request = match bearer {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        self.client().send(&request.body(&body.to_string()))
    }

    /// An app that an operator has made.
    fn made(&self, terms: Terms) -> App {
        let registry = self.instance.app.plugins.registry.load();
        let (store, principals) = (&self.instance.app.store, &self.instance.app.principals);
        let clients = Clients { store, principals, registry: &registry };
        let actor = Actor::CommandLine("test".to_owned());
        let minted = clients.add(&actor, Maker::Operator, terms).unwrap();
        let secret = minted.secret.map(|secret| secret.expose().to_owned());
        App { id: minted.client.id.to_string(), secret }
    }

    /// A public app of an operator's.
    fn public_app(&self) -> App {
        self.made(Terms {
            name: "Sync".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            ..Terms::default()
        })
    }

    /// A confidential app of an operator's.
    fn secret_app(&self) -> App {
        self.made(Terms {
            name: "Ledger".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            is_confidential: true,
            ..Terms::default()
        })
    }

    /// A confidential app that acts by itself.
    fn service(&self, scopes: &[&str]) -> App {
        self.made(Terms {
            name: "Nightly".to_owned(),
            product: Some("notes".to_owned()),
            is_confidential: true,
            grant_types: vec![GrantType::ClientCredentials],
            workspace: Some(WORKSPACE.to_owned()),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            ..Terms::default()
        })
    }

    /// A browser that somebody has signed in with.
    fn browser(&self, email: &str) -> Browser {
        let browser = self.instance.browser();
        assert_eq!(browser.sign_in(email, PASSWORD).status, 303);
        browser
    }

    fn ada(&self) -> Browser {
        self.browser("ada@example.com")
    }

    /// A code that Ada has the app given, for whatever it asks.
    fn code(&self, app: &App, more: &[(&str, &str)]) -> String {
        let mut kept = self.lets_in.lock().unwrap();
        let browser = kept.take().filter(|browser| browser.get("/console/account").status == 200);
        let browser = kept.insert(browser.unwrap_or_else(|| self.ada()));
        let page = asked(browser, app, more);
        let answer = allow(browser, &page, &[]);
        parameter(&sent_to(&answer), "code").expect("a code")
    }

    /// Redeems a code as its app does.
    fn redeem(&self, app: &App, code: &str) -> Answer {
        let fields =
            [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.form("/oauth/token", &app.with(&fields))
    }

    fn refresh(&self, app: &App, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.form("/oauth/token", &app.with(&fields))
    }

    /// Tokens that Ada has the app given.
    fn tokens(&self, app: &App) -> Tokens {
        Tokens::of(&self.redeem(app, &self.code(app, &[])))
    }

    /// How many rows a table has.
    fn rows(&self, table: &str) -> i64 {
        let select = format!("SELECT count(*) FROM {table}");
        let counted = self.instance.app.store.read(|db| db.first(&select, &[], |row| row.get(0)));
        let counted: Result<Option<i64>, Fault> = counted;
        counted.unwrap().unwrap()
    }

    fn person_id(&self, email: &str) -> String {
        let keystile::app::App { store, hasher, principals, .. } = &*self.instance.app;
        let people = People { store, hasher, principals };
        people.show(&email.parse().unwrap()).unwrap().id.to_string()
    }

    /// Removes the workspace that every instance has.
    fn remove_workspace(&self) -> keystile::error::Result<()> {
        let keystile::app::App { store, principals, .. } = &*self.instance.app;
        let actor = Actor::CommandLine("test".to_owned());
        Workspaces { store, principals }.remove(&actor, &WORKSPACE.parse().unwrap())
    }

    /// Whether a token is worth something to its own confidential app.
    fn is_active(&self, app: &App, token: &str) -> bool {
        let answer = self.form("/oauth/introspect", &app.with(&[("token", token)]));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["active"] == true
    }
}

impl App {
    /// Fields, with what the app says of itself.
    fn with<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let secret = self.secret.as_deref().map(|secret| ("client_secret", secret));
        fields.iter().copied().chain([("client_id", self.id.as_str())]).chain(secret).collect()
    }

    /// Its `Authorization: Basic`.
    fn basic(&self) -> String {
        let text = format!("{}:{}", self.id, self.secret.as_deref().unwrap_or_default());
        format!("Basic {}", Base64::encode_string(text.as_bytes()))
    }
}

/// What an app has been given.
#[derive(Clone, Debug)]
struct Tokens {
    access: String,
    refresh: String,
    scope: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = |name: &str| answer.json()[name].as_str().unwrap_or_default().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token"), scope: text("scope") }
    }
}

fn query(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn challenge() -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(VERIFIER))
}

/// What an app asks for; a field of `more` replaces one of these, and an empty one takes it away.
fn authorize_url(app: &App, more: &[(&str, &str)]) -> String {
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
fn asked(browser: &Browser, app: &App, more: &[(&str, &str)]) -> String {
    let answer = browser.get(&authorize_url(app, more));
    assert_eq!(answer.status, 303, "{}", answer.text());
    let path = answer.header("location").unwrap().to_owned();
    assert!(path.starts_with("/oauth/consent/"), "{path}");
    path
}

/// Says yes to whatever a page shows, for the usual workspace.
fn allow(browser: &Browser, page: &str, more: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let text = shown.text();
    let scopes = text.split("name=\"scope\" value=\"").skip(1);
    let scopes: Vec<&str> = scopes.map(|rest| rest.split('"').next().unwrap()).collect();
    let scopes = scopes.into_iter().map(|name| ("scope", name));
    let fields = [("decision", "allow"), ("workspace", WORKSPACE)];
    let fields: Vec<_> = fields.into_iter().chain(scopes).chain(more.iter().copied()).collect();
    browser.post(page, &fields)
}

/// Where an answer sends the browser.
fn sent_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").expect("a place to go to").to_owned()
}

/// A parameter of a URL's query.
fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let first = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "{name} stands more than once in {url}");
    first
}

/// The code of an error, and the status that it came with.
fn error(answer: &Answer) -> (u16, String) {
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
fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(error(answer), (status, code.to_owned()), "{}", answer.text());
}
