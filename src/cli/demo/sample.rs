//! What of each product the demonstration shows, and the keys for it.

use serde_json::Value;

use crate::accounts::Slug;
use crate::audit::Actor;
use crate::cli::serve::Instance;
use crate::error::{Error, Result};
use crate::http::control::{Command, KeyCommand, WorkspaceCommand, execute};
use crate::keys::{Expiry, Terms};
use crate::registry::{Access, KeyType};

/// The workspace that owns the keys.
pub(super) const WORKSPACE: &str = "acme";

/// What of a product is shown: what its key may and may not call.
pub(super) struct Sample {
    /// The product's id.
    pub(super) product: &'static str,
    /// The key type whose key calls.
    pub(super) key_type: &'static str,
    /// The scopes of keys that have any to choose.
    pub(super) scopes: &'static [&'static str],
    /// What its keys are bound to.
    pub(super) resource: Option<(&'static str, &'static str)>,
    /// A target that the key may call.
    pub(super) allowed: &'static str,
    /// A target whose scope it lacks.
    pub(super) lacks_scope: &'static str,
    /// A target of a resource that it is not bound to.
    pub(super) foreign: Option<&'static str>,
}

pub(super) const SAMPLES: [Sample; 5] = [
    Sample {
        product: "whale",
        key_type: "live",
        scopes: &["read:products"],
        resource: Some(("store", "st_1")),
        allowed: "/v1/stores/st_1/products",
        lacks_scope: "/v1/stores/st_1/orders",
        foreign: Some("/v1/stores/st_2/products"),
    },
    Sample {
        product: "brands",
        key_type: "live",
        scopes: &["brands:read", "posts:read"],
        resource: Some(("brand", "br_1")),
        allowed: "/v1/brands/br_1/posts",
        lacks_scope: "/v1/schedule",
        foreign: Some("/v1/brands/br_2/posts"),
    },
    Sample {
        product: "stores",
        key_type: "live",
        scopes: &["read:products", "read:orders"],
        resource: None,
        allowed: "/v1/products",
        lacks_scope: "/v1/customers",
        foreign: None,
    },
    Sample {
        product: "marketplace",
        key_type: "live",
        scopes: &["apis:read"],
        resource: None,
        allowed: "/v1/marketplace/apis",
        lacks_scope: "/v1/billing/invoices",
        foreign: None,
    },
    Sample {
        product: "example",
        key_type: "restricted",
        scopes: &["read:users"],
        resource: None,
        allowed: "/v1/users/me",
        lacks_scope: "/v1/orders",
        foreign: None,
    },
];

/// A key, as the demonstration prints it.
pub(super) struct DemoKey {
    pub(super) product: String,
    pub(super) key_type: String,
    pub(super) secret: String,
}

/// Makes a workspace that owns what the samples name, and a key of each type of each product.
pub(super) fn make_keys(instance: &Instance) -> Result<Vec<DemoKey>> {
    let app = instance.app();
    let act = |command| execute(app, &Actor::Instance, command);
    let slug: Slug = WORKSPACE
        .parse()
        .map_err(|error| Error::internal("the demo's workspace").because(error))?;
    act(Command::Workspace(WorkspaceCommand::Add {
        slug: slug.clone(),
        name: "Acme".into(),
        plan: "pro".into(),
    }))?;
    for (resource, id) in SAMPLES.iter().filter_map(|sample| sample.resource) {
        act(Command::Workspace(WorkspaceCommand::AddResource {
            slug: slug.clone(),
            resource: resource.into(),
            id: id.into(),
        }))?;
    }
    let registry = app.plugins.registry.load();
    let mut keys = Vec::new();
    for sample in &SAMPLES {
        let Some(product) = registry.product(sample.product) else { continue };
        for key_type in &product.key_types {
            let made = act(Command::Key(KeyCommand::Create(terms(sample, key_type))))?;
            let Value::String(secret) = &made["key"] else { continue };
            let (product, key_type) = (product.id.clone(), key_type.id.clone());
            keys.push(DemoKey { product, key_type, secret: secret.clone() });
        }
    }
    Ok(keys)
}

fn terms(sample: &Sample, key_type: &KeyType) -> Terms {
    let restriction = |(resource, id): (&str, &str)| (resource.to_owned(), id.to_owned());
    let scopes = match key_type.access {
        Access::Full => &[],
        Access::Scoped => sample.scopes,
    };
    Terms {
        workspace: WORKSPACE.into(),
        product: sample.product.into(),
        key_type: key_type.id.clone(),
        name: format!("Demo {}", key_type.id),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        restrictions: sample.resource.map(restriction).into_iter().collect(),
        expires: Expiry::Never,
        allow_ip: Vec::new(),
        owner: None,
        metadata: None,
    }
}
