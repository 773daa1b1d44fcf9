//! An instance with products that apps may use, people who let them in, and the steps that apps take.

use std::sync::Mutex;

use keystile::accounts::Workspaces;
use keystile::accounts::people::{People, Role};
use keystile::audit::{Actor, Entry, Log, Wanted};
use keystile::oauth::clients::{Clients, GrantType, Maker, Terms};
use keystile::store::Fault;
use serde_json::Value;

use super::app::{App, CALLBACK, FORM, Tokens, VERIFIER, allow, asked, parameter, query, sent_to};
use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{Address, Answer, Browser, Client, Instance, Request, eventually};

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

/// An instance with the products, Ada who develops for the workspace, and Olga who runs it.
pub(super) struct Lab {
    pub(super) instance: Instance,
    /// The browser with which Ada lets apps in, once she has signed in: that is slow by design.
    lets_in: Mutex<Option<Browser>>,
}

impl Lab {
    pub(super) fn new() -> Self {
        Self::of(&Plugins::default().and("notes", NOTES).and("shop", SHOP))
    }

    pub(super) fn of(plugins: &Plugins) -> Self {
        let instance = Instance::start(plugins);
        instance.person("olga@example.com", None).unwrap();
        instance.person("ada@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
        Self::on(instance)
    }

    /// One on an instance as it is.
    pub(super) fn on(instance: Instance) -> Self {
        Self { instance, lets_in: Mutex::default() }
    }

    /// The same with other settings.
    pub(super) fn set(&self, oauth: &str) {
        let file = self.instance.folder().join("config.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("\n[oauth]").next().unwrap();
        std::fs::write(&file, format!("{text}\n[oauth]\n{oauth}\n")).unwrap();
        self.instance.reload_settings();
    }

    /// Leaves apps one scope of the notes that they may ask for.
    pub(super) fn open_for_notes(&self, scope: &str) {
        let file = self.instance.plugin_file("notes");
        std::fs::write(&file, format!("{NOTES}scopes = [\"{scope}\"]\n")).unwrap();
        let registry = &self.instance.app.plugins.registry;
        let is_read = || {
            let notes = registry.load().product("notes")?.oauth.clone()?;
            (notes.scopes == [scope]).then_some(())
        };
        assert!(eventually(500, is_read).is_some(), "the file was not read again");
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.instance.web)
    }

    pub(super) fn client(&self) -> Client {
        Client::of(Address::Tcp(self.instance.web))
    }

    pub(super) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(method, target).header("Host", self.instance.web.to_string())
    }

    pub(super) fn get(&self, target: &str) -> Answer {
        self.client().send(&self.request("GET", target))
    }

    /// Sends a form to an endpoint, as a program does.
    pub(super) fn form(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let body = query(fields);
        let request = self.request("POST", target).header("Content-Type", FORM).body(&body);
        self.client().send(&request)
    }

    pub(super) fn json(
        &self,
        method: &str,
        target: &str,
        bearer: Option<&str>,
        body: &Value,
    ) -> Answer {
        let request = self.request(method, target).header("Content-Type", "application/json");
        let request = match bearer {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        self.client().send(&request.body(&body.to_string()))
    }

    /// An app that an operator has made.
    pub(super) fn made(&self, terms: Terms) -> App {
        self.made_by(Maker::Operator, terms)
    }

    pub(super) fn made_by(&self, maker: Maker, terms: Terms) -> App {
        let minted = self.with_clients(|clients| clients.add(&actor(), maker, terms)).unwrap();
        let secret = minted.secret.map(|secret| secret.expose().to_owned());
        App { id: minted.client.id.to_string(), secret }
    }

    /// What comes of an action on clients.
    pub(super) fn with_clients<T>(&self, act: impl FnOnce(&Clients<'_>) -> T) -> T {
        let registry = self.instance.app.plugins.registry.load();
        let (store, principals) = (&self.instance.app.store, &self.instance.app.principals);
        act(&Clients { store, principals, registry: &registry })
    }

    /// What the workspace's log has of one action.
    pub(super) fn logged(&self, action: &str) -> Vec<Entry> {
        let (action, workspace) = (action.to_owned(), WORKSPACE.to_owned());
        let wanted = Wanted { action, workspace, ..Wanted::default() };
        Log { store: &self.instance.app.store }.list(&wanted, 0, 100).unwrap()
    }

    /// A public app of an operator's.
    pub(super) fn public_app(&self) -> App {
        self.made(Terms {
            name: "Sync".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            ..Terms::default()
        })
    }

    /// A confidential app of an operator's.
    pub(super) fn secret_app(&self) -> App {
        self.made(Terms {
            name: "Ledger".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            is_confidential: true,
            ..Terms::default()
        })
    }

    /// A confidential app that acts by itself.
    pub(super) fn service(&self, scopes: &[&str]) -> App {
        self.made(service_terms(scopes))
    }

    /// What clients are registered with where not everybody may.
    pub(super) fn initial_token(&self) -> keystile::error::Result<String> {
        let life = "1d".parse().unwrap();
        let minted = self.with_clients(|clients| clients.mint_initial(&actor(), life))?;
        Ok(minted.expose().to_owned())
    }

    /// A browser that somebody has signed in with.
    pub(super) fn browser(&self, email: &str) -> Browser {
        let browser = self.instance.browser();
        assert_eq!(browser.sign_in(email, PASSWORD).status, 303);
        browser
    }

    pub(super) fn ada(&self) -> Browser {
        self.browser("ada@example.com")
    }

    /// A code that Ada has the app given, for whatever it asks.
    pub(super) fn code(&self, app: &App, more: &[(&str, &str)]) -> String {
        let mut kept = self.lets_in.lock().unwrap();
        let browser = kept.take().filter(|browser| browser.get("/console/account").status == 200);
        let browser = kept.insert(browser.unwrap_or_else(|| self.ada()));
        let page = asked(browser, app, more);
        let answer = allow(browser, &page, &[]);
        parameter(&sent_to(&answer), "code").expect("a code")
    }

    /// Redeems a code as its app does.
    pub(super) fn redeem(&self, app: &App, code: &str) -> Answer {
        let fields =
            [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.form("/oauth/token", &app.with(&fields))
    }

    pub(super) fn refresh(&self, app: &App, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.form("/oauth/token", &app.with(&fields))
    }

    /// Tokens that Ada has the app given.
    pub(super) fn tokens(&self, app: &App) -> Tokens {
        Tokens::of(&self.redeem(app, &self.code(app, &[])))
    }

    /// How many rows a table has.
    pub(super) fn rows(&self, table: &str) -> i64 {
        let select = format!("SELECT count(*) FROM {table}");
        let counted = self.instance.app.store.read(|db| db.first(&select, &[], |row| row.get(0)));
        let counted: Result<Option<i64>, Fault> = counted;
        counted.unwrap().unwrap()
    }

    pub(super) fn person_id(&self, email: &str) -> String {
        let keystile::app::App { store, hasher, principals, .. } = &*self.instance.app;
        let people = People { store, hasher, principals };
        people.show(&email.parse().unwrap()).unwrap().id.to_string()
    }

    /// Removes the workspace that every instance has.
    pub(super) fn remove_workspace(&self) -> keystile::error::Result<()> {
        let keystile::app::App { store, principals, .. } = &*self.instance.app;
        Workspaces { store, principals }.remove(&actor(), &WORKSPACE.parse().unwrap())
    }

    /// What the gate says of an access token that is presented to read notes.
    pub(super) fn at_gate(&self, access: &str) -> u16 {
        self.gate("notes", "/v1/notes", access)
    }

    /// What the gate says of an access token that is presented to read `path` of a product.
    pub(super) fn gate(&self, product: &str, path: &str, access: &str) -> u16 {
        let asked = Request::new("GET", format!("/verify/{product}"))
            .header("Host", "localhost")
            .header("X-Original-URI", path)
            .header("X-Original-Method", "GET")
            .header("Authorization", format!("Bearer {access}"));
        self.instance.client().send(&asked).status
    }

    /// Whether a token is worth something to its own confidential app.
    pub(super) fn is_active(&self, app: &App, token: &str) -> bool {
        let answer = self.form("/oauth/introspect", &app.with(&[("token", token)]));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["active"] == true
    }
}

/// The terms of a confidential app that acts by itself.
pub(super) fn service_terms(scopes: &[&str]) -> Terms {
    Terms {
        name: "Nightly".to_owned(),
        product: Some("notes".to_owned()),
        is_confidential: true,
        grant_types: vec![GrantType::ClientCredentials],
        workspace: Some(WORKSPACE.to_owned()),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        ..Terms::default()
    }
}

pub(super) fn actor() -> Actor {
    Actor::CommandLine("test".to_owned())
}
