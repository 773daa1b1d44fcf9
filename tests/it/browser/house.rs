//! An instance in which somebody has worked for a while: the pages have something to show.

use keystile::accounts::people::Role;
use keystile::config::OAuth;
use keystile::http::control::UserCommand;
use keystile::id::KeyId;
use keystile::oauth::clients::Clients;
use serde_json::json;

use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{BackEnd, Instance, Key, Nginx, Request, eventually};

pub(super) const OPERATOR: &str = "ada@example.com";
pub(super) const MEMBER: &str = "bob@example.com";
pub(super) const VIEWER: &str = "carol@example.com";

const CALLBACK: &str = "https://app.example/callback";

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// As long as names may be, without a place to break it.
const LONG: &str = "Warenwirtschaftssystemschnittstellenverbindungsschluessel-Nord";

/// The instance, and what stands in it.
pub(super) struct House {
    pub(super) instance: Instance,
    /// A key in the middle of a rotation, much in use.
    pub(super) busy: KeyId,
    pub(super) revoked: KeyId,
    /// The id of [`MEMBER`].
    pub(super) member: String,
    /// The id of an app that [`MEMBER`] has let in.
    pub(super) client: String,
}

impl House {
    pub(super) fn furnished() -> Self {
        let instance = Instance::start(&Plugins::shipped());
        instance.person(OPERATOR, None).unwrap();
        let member = instance.person(MEMBER, Some((WORKSPACE, Role::Owner))).unwrap();
        let member = member["id"].as_str().unwrap().to_owned();
        instance.person(VIEWER, Some((WORKSPACE, Role::Viewer))).unwrap();
        instance.workspace("globex", "pro").unwrap();
        instance.workspace("initech", "free").unwrap();
        for id in ["st_1", "st_2", "st_harbour_street_19"] {
            instance.own("store", id);
        }
        let back_end = BackEnd::start();
        let nginx = Nginx::start(&instance, &back_end, &["whale"]);
        let busy = shop(&instance, "Web shop");
        let revoked = shop(&instance, LONG);
        for (place, name) in ["Nightly import", "Warehouse", "Reports"].iter().enumerate() {
            instance.advance(&format!("{}h", place + 1));
            let key = shop(&instance, name);
            ask(&nginx, &key.secret, "/v1/stores/st_1/orders");
        }
        work(&instance, &nginx, &busy);
        instance.revoke(&revoked).unwrap();
        ask(&nginx, &revoked.secret, "/v1/stores/st_1/products");
        instance.rotate(&busy, "24h");
        ask(&nginx, &busy.secret, "/v1/stores/st_1/products");
        instance.write_counts().unwrap();
        let client = app(&instance);
        let house = Self { instance, busy: busy.id, revoked: revoked.id, member, client };
        house.let_in();
        house
    }

    /// Where a browser is sent by an app that asks to be let in.
    pub(super) fn asks(&self) -> String {
        let fields = [
            ("response_type", "code"),
            ("client_id", &self.client),
            ("redirect_uri", CALLBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("/oauth/authorize?{query}")
    }

    /// [`MEMBER`] lets the app in, and it gets its first token.
    fn let_in(&self) {
        let browser = self.instance.browser();
        browser.sign_in(MEMBER, PASSWORD);
        let page = browser.get(&self.asks()).header("location").unwrap().to_owned();
        let text = browser.get(&page).text();
        let scopes = text.split("name=\"scope\" value=\"").skip(1);
        let scopes = scopes.map(|rest| ("scope", rest.split('"').next().unwrap()));
        let decision = [("decision", "allow"), ("workspace", WORKSPACE)];
        let answer = browser.post(&page, &decision.into_iter().chain(scopes).collect::<Vec<_>>());
        let back = answer.header("location").unwrap_or_else(|| panic!("{}", answer.text()));
        let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let answer = browser.post_as_it_is("/oauth/token", &fields);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Where an app that registered itself sends somebody.
    pub(super) fn asked_by_an_app(&self, response_type: &str) -> String {
        asks(&app_that_registers(&self.instance, LONG), response_type)
    }

    /// Ends all sessions of somebody.
    pub(super) fn end_sessions(&self, email: &str) {
        let (email, password) = (email.parse().unwrap(), PASSWORD.to_owned().into());
        self.instance.user_command(UserCommand::SetPassword { email, password }).unwrap();
    }

    /// Breaks a plugin file, so that its last good version stays in force.
    pub(super) fn break_whale(&self) {
        let file = self.instance.plugin_file("whale");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replacen("= \"read:orders\"", "= \"read:oders\"", 1)).unwrap();
        let said = eventually(500, || {
            let answer =
                self.instance.client().send(&Request::new("GET", "/readyz").header("Host", "gate"));
            answer.text().contains("last good version").then_some(())
        });
        said.expect("the broken file is noticed");
    }
}

/// The id of an app that has registered itself as `name`.
pub(super) fn app_that_registers(instance: &Instance, name: &str) -> String {
    let app = &instance.app;
    let registry = app.plugins.registry.load();
    let (store, principals) = (&app.store, &app.principals);
    let clients = Clients { store, principals, registry: &registry };
    let said = json!({
        "client_name": name,
        "redirect_uris": ["http://127.0.0.1/cb"],
        "token_endpoint_auth_method": "none",
    });
    let settings = OAuth::default();
    let may = (&settings, None, app.clock.now());
    let said = said.as_object().unwrap();
    clients.register(said, "192.0.2.1".to_owned(), may).unwrap().client.id.to_string()
}

/// Where such an app sends somebody.
pub(super) fn asks(client: &str, response_type: &str) -> String {
    format!(
        "/oauth/authorize?client_id={client}&response_type={response_type}&scope=read:users\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// A public app that the workspace's owner has made.
fn app(instance: &Instance) -> String {
    let browser = instance.browser();
    browser.sign_in(MEMBER, PASSWORD);
    browser.get("/console/workspaces/acme/clients/new");
    let fields = [("name", "Sync"), ("kind", "public"), ("product", "example")];
    let fields = fields.into_iter().chain([("redirect_uris", CALLBACK)]);
    let made = browser.post("/console/workspaces/acme/clients/new", &fields.collect::<Vec<_>>());
    let page = made.header("location").unwrap_or_else(|| panic!("{}", made.text())).to_owned();
    page.split("client=").nth(1).unwrap().to_owned()
}

fn shop(instance: &Instance, name: &str) -> Key {
    let scopes = ["read:products", "read:orders", "write:orders", "read:customers"];
    let key = instance.key("whale", "live", &scopes).named(name).bound_to("store", "st_1");
    key.expires("120d").make()
}

/// Two hours of requests, most of which pass.
fn work(instance: &Instance, nginx: &Nginx, key: &Key) {
    for step in 0_u32..40 {
        instance.advance("3m");
        for _ in 0..(4 + step * 7 % 9) {
            ask(nginx, &key.secret, "/v1/stores/st_1/products");
        }
        if step % 6 == 2 {
            ask(nginx, &key.secret, "/v1/stores/st_1/inventory");
            ask(nginx, &key.secret, "/v1/stores/st_2/orders");
        }
    }
}

/// Asks the API through nginx; the status.
pub(super) fn ask(nginx: &Nginx, secret: &str, path: &str) -> u16 {
    let request = Request::new("GET", path).header("Host", "gateway.whale.example");
    nginx.client().send(&request.header("X-Api-Key", secret)).status
}
