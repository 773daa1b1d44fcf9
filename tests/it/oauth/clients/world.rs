//! What a client meets: an API behind nginx, the authorization server, and somebody who may decide.

use serde_json::{Value, json};

use crate::harness::instance::{PASSWORD, WORKSPACE};
use crate::harness::process::{Home, Server};
use crate::harness::{BackEnd, Nginx};

/// An API whose tokens are asked for by the address at which nginx has it.
const NOTES: &str = r#"
name = "Notes"
hosts = ["127.0.0.1"]

[keys.live]
prefix = "nk_live_"

[scopes]
"read:notes" = "Read notes"
"write:notes" = "Write notes"

[routes]
"GET /v1/notes" = "read:notes"
"POST /v1/notes" = "write:notes"

[oauth]
resource = "http://@NGINX@/v1"
default_scopes = ["read:notes"]
"#;

/// Who is asked.
const EMAIL: &str = "ada@example.com";

pub(super) struct World {
    home: Home,
    pub(super) back_end: BackEnd,
    nginx: Nginx,
    _server: Server,
}

impl World {
    pub(super) fn start() -> Self {
        let (home, back_end) = (Home::with_acme(), BackEnd::start());
        home.add_person("olga@example.com", &["--operator"]);
        home.add_person(EMAIL, &["--workspace", WORKSPACE, "--role", "developer"]);
        let server = super::serve(&home);
        let upstream = back_end.address.to_string();
        let document = "/.well-known/oauth-protected-resource/v1";
        let nginx = super::nginx(&home, document, |listen| {
            let listen = listen.to_string();
            let command = ["nginx", "notes", "--listen", &listen, "--upstream", &upstream];
            (NOTES.replace("@NGINX@", &listen), command.map(str::to_owned).to_vec())
        });
        Self { home, back_end, nginx, _server: server }
    }

    /// What the scripts are told.
    pub(super) fn told(&self) -> Value {
        let itself = ["--grant", "client_credentials", "--scope", "read:notes"];
        let never = ["--redirect-uri", "https://notes.example/never"];
        json!({
            "issuer": format!("http://{}", self.home.web()),
            "api": format!("http://{}/v1", self.nginx.address),
            "email": EMAIL,
            "password": PASSWORD,
            "service": self.made(&[&["Nightly", "--workspace", WORKSPACE], &itself[..]].concat()),
            "reader": self.made(&[&["The API itself"], &never[..]].concat()),
        })
    }

    /// A confidential client for the product, made by an operator; its name comes first.
    fn made(&self, terms: &[&str]) -> Value {
        let add = ["client", "add", "--product", "notes", "--confidential", "--name"];
        let made = self.home.json(&[&add[..], terms].concat());
        json!({ "id": made["client_id"], "secret": made["client_secret"] })
    }
}
