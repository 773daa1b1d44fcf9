//! What a client meets: an API behind nginx, the authorization server, and somebody who may decide.

use std::fs;

use keystile::accounts::people::Role;
use keystile::audit::Actor;
use keystile::oauth::clients::{Clients, GrantType, Maker, Terms};
use serde_json::{Value, json};

use crate::harness::instance::{PASSWORD, Plugins, WORKSPACE};
use crate::harness::{BackEnd, Instance, Nginx, Request, eventually, nginx};

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

/// Looks until nginx has the product's document: 5 seconds.
const LOOKS: u32 = 250;

pub(super) struct World {
    instance: Instance,
    pub(super) back_end: BackEnd,
    nginx: Nginx,
}

impl World {
    pub(super) fn start() -> Self {
        let (instance, back_end) = (Instance::start(&Plugins::default()), BackEnd::start());
        instance.person("olga@example.com", None).unwrap();
        instance.person("ada@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
        let nginx = Nginx::with_server(|listen| {
            let product = NOTES.replace("@NGINX@", &listen.to_string());
            fs::write(instance.plugin_file("notes"), product).unwrap();
            nginx::printed(&instance, "notes", (listen, back_end.address), (instance.folder(), &[]))
        });
        let document = "/.well-known/oauth-protected-resource/v1";
        let request = Request::new("GET", document).header("Host", nginx.address.to_string());
        let is_served = || (nginx.client().send(&request).status == 200).then_some(());
        eventually(LOOKS, is_served).expect("the product is in force");
        Self { instance, back_end, nginx }
    }

    /// What the scripts are told.
    pub(super) fn told(&self) -> Value {
        json!({
            "issuer": format!("http://{}", self.instance.web),
            "api": format!("http://{}/v1", self.nginx.address),
            "email": "ada@example.com",
            "password": PASSWORD,
            "service": self.made(Terms {
                name: "Nightly".to_owned(),
                grant_types: vec![GrantType::ClientCredentials],
                workspace: Some(WORKSPACE.to_owned()),
                scopes: vec!["read:notes".to_owned()],
                ..Terms::default()
            }),
            "reader": self.made(Terms {
                name: "The API itself".to_owned(),
                redirect_uris: vec!["https://notes.example/never".to_owned()],
                ..Terms::default()
            }),
        })
    }

    /// A confidential client for the product, made by an operator.
    fn made(&self, terms: Terms) -> Value {
        let registry = self.instance.app.plugins.registry.load();
        let (store, principals) = (&self.instance.app.store, &self.instance.app.principals);
        let clients = Clients { store, principals, registry: &registry };
        let terms = Terms { product: Some("notes".to_owned()), is_confidential: true, ..terms };
        let minted = clients.add(&Actor::Instance, Maker::Operator, terms).unwrap();
        let secret = minted.secret.unwrap();
        json!({ "id": minted.client.id.to_string(), "secret": secret.expose() })
    }
}
