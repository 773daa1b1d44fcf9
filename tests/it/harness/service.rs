//! An app that acts for itself: a confidential client of the workspace that every instance has.

use keystile::audit::Actor;
use keystile::oauth::clients::{Client, Clients, GrantType, Maker, Terms};
use keystile::oauth::grants::{Grants, Listed, Of};
use keystile::oauth::tokens::Tokens;

use super::instance::{Instance, WORKSPACE};

/// A client that an operator has made.
pub(crate) struct Service<'i> {
    instance: &'i Instance,
    pub(crate) client: Client,
}

impl Instance {
    /// Makes a client for `product` that may have `scopes`.
    pub(crate) fn service(&self, product: &str, scopes: &[&str]) -> Service<'_> {
        let registry = self.app.plugins.registry.load();
        let (store, principals) = (&*self.app.store, &*self.app.principals);
        let clients = Clients { store, principals, registry: &registry };
        let terms = Terms {
            name: "Sync".to_owned(),
            product: Some(product.to_owned()),
            is_confidential: true,
            grant_types: vec![GrantType::ClientCredentials],
            workspace: Some(WORKSPACE.to_owned()),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            ..Terms::default()
        };
        let minted = clients.add(&actor(), Maker::Operator, terms).unwrap();
        Service { instance: self, client: minted.client }
    }
}

impl Service<'_> {
    /// An access token with all that it may have.
    pub(crate) fn token(&self) -> String {
        self.token_for(None)
    }

    /// One with these scopes.
    pub(crate) fn token_for(&self, scope: Option<&str>) -> String {
        let app = &self.instance.app;
        let (registry, settings) = (app.plugins.registry.load(), app.live.get());
        let tokens = Tokens {
            store: &app.store,
            principals: &app.principals,
            registry: &registry,
            settings: &settings.oauth,
        };
        let given = tokens.serve_itself(&self.client, (&[], scope));
        given.unwrap_or_else(|_| panic!("{} gets no token", self.client.id)).access.to_string()
    }

    /// What it was granted.
    pub(crate) fn grants(&self) -> Vec<Listed> {
        let app = &self.instance.app;
        let grants = Grants { store: &app.store, principals: &app.principals };
        let of = Of { client: Some(self.client.id.clone()), ..Of::default() };
        grants.list(&of, app.clock.now(), (0, 100)).unwrap()
    }

    /// Ends what it was granted.
    pub(crate) fn end_grants(&self) {
        let app = &self.instance.app;
        let grants = Grants { store: &app.store, principals: &app.principals };
        for listed in self.grants() {
            grants.end(&actor(), listed.grant.id).unwrap();
        }
    }

    /// Ends the client itself.
    pub(crate) fn remove(&self) {
        let app = &self.instance.app;
        let registry = app.plugins.registry.load();
        let clients =
            Clients { store: &app.store, principals: &app.principals, registry: &registry };
        clients.remove(&actor(), &self.client.id).unwrap();
    }
}

fn actor() -> Actor {
    Actor::CommandLine("test".to_owned())
}
