//! What may be asked of a client that somebody makes: checked before anything is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::client::{AuthMethod, Client, ClientId, GrantType, Origin};
use crate::accounts::parse_name;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::oauth::redirect_uri::RedirectUri;
use crate::registry::{OAuth, Product, Registry};

/// Redirect URIs of one client.
const REDIRECT_URIS_MAX: usize = 10;

/// Who makes a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// Whoever runs the instance.
    Operator,
    /// An admin of the workspace that it is for.
    Admin,
}

/// What is asked of a new client.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What it is called.
    pub name: String,
    /// The product that it is bound to.
    #[serde(default)]
    pub product: Option<String>,
    /// Where it may have answers sent.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether it has a secret.
    #[serde(default)]
    pub is_confidential: bool,
    /// The ways in which it gets tokens; none means by codes and refresh tokens.
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    /// The workspace that it acts for by itself.
    #[serde(default)]
    pub workspace: Option<String>,
    /// What it asks for when it names nothing. By itself it gets no more: where none is named, the
    /// product's defaults as they are now.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it may do as in OAuth 2.0.
    #[serde(default)]
    pub is_oauth20: bool,
}

/// What is asked to change; what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// What it is called.
    pub name: Option<String>,
    /// Where it may have answers sent, replacing all.
    pub redirect_uris: Option<Vec<String>>,
    /// What it asks for when it names nothing, replacing all.
    pub scopes: Option<Vec<String>>,
}

impl Terms {
    /// The client that these terms describe, as it will be written.
    ///
    /// # Errors
    /// `Invalid`.
    pub(super) fn client(
        self,
        maker: Maker,
        registry: &Registry,
        (by, now): (String, Timestamp),
    ) -> Result<Client> {
        let grant_types = match self.grant_types.as_slice() {
            [] => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            asked => GrantType::ALL.iter().filter(|it| asked.contains(it)).copied().collect(),
        };
        let mut scopes = scopes(registry, self.product.as_deref(), &self.scopes)?;
        if scopes.is_empty() && grant_types.contains(&GrantType::ClientCredentials) {
            scopes = defaults(registry, self.product.as_deref());
        }
        let client = Client {
            id: ClientId::new(now),
            origin: match maker {
                Maker::Operator => Origin::Operator,
                Maker::Admin => Origin::Workspace,
            },
            name: parse_name(&self.name)?,
            auth_method: if self.is_confidential {
                AuthMethod::SecretBasic
            } else {
                AuthMethod::None
            },
            redirect_uris: redirect_uris(&self.redirect_uris)?,
            grant_types,
            scopes,
            product: self.product,
            workspace: self.workspace,
            is_oauth20: self.is_oauth20,
            about: serde_json::Map::new(),
            created_at: now,
            created_by: by,
            last_token_at: None,
        };
        check(&client)?;
        Ok(client)
    }
}

impl Changes {
    /// The changes as they will be written, within what the client's product takes.
    ///
    /// # Errors
    /// `Invalid`.
    pub(super) fn parsed(self, product: Option<&str>, registry: &Registry) -> Result<Self> {
        if self.name.is_none() && self.redirect_uris.is_none() && self.scopes.is_none() {
            return Err(Error::invalid("say what to change"));
        }
        Ok(Self {
            name: self.name.as_deref().map(parse_name).transpose()?,
            redirect_uris: self.redirect_uris.as_deref().map(redirect_uris).transpose()?,
            scopes: self.scopes.map(|asked| scopes(registry, product, &asked)).transpose()?,
        })
    }

    /// `client` with these changes, which were parsed for its product.
    ///
    /// # Errors
    /// `Invalid` where they do not fit with what it is.
    pub(super) fn apply(self, client: Client) -> Result<Client> {
        let client = Client {
            name: self.name.unwrap_or(client.name),
            redirect_uris: self.redirect_uris.unwrap_or(client.redirect_uris),
            scopes: self.scopes.unwrap_or(client.scopes),
            ..client
        };
        check(&client)?;
        Ok(client)
    }
}

/// What must fit together, however a client came to be as it is.
fn check(client: &Client) -> Result<()> {
    let may = |kind| client.may(kind);
    let wrong = if may(GrantType::AuthorizationCode) && client.redirect_uris.is_empty() {
        "a client that gets codes has a redirect URI"
    } else if may(GrantType::RefreshToken) && !may(GrantType::AuthorizationCode) {
        "refresh tokens come with codes alone"
    } else if may(GrantType::ClientCredentials) && !client.is_confidential() {
        "a client that acts by itself has a secret: make it confidential"
    } else if may(GrantType::ClientCredentials) && client.workspace.is_none() {
        "a client that acts by itself acts for a workspace: name it"
    } else if may(GrantType::ClientCredentials) && client.scopes.is_empty() {
        "a client that acts by itself has scopes, and gets no more: name them"
    } else if client.origin == Origin::Workspace && client.workspace.is_none() {
        "a workspace's admin makes clients of that workspace: name it"
    } else if client.is_oauth20 && (client.origin != Origin::Operator || !client.is_confidential())
    {
        "only operators let a client do as in OAuth 2.0, and only a confidential one"
    } else {
        return Ok(());
    };
    Err(Error::invalid(wrong))
}

fn redirect_uris(asked: &[String]) -> Result<Vec<String>> {
    if asked.len() > REDIRECT_URIS_MAX {
        return Err(Error::invalid(format!(
            "a client has at most {REDIRECT_URIS_MAX} redirect URIs"
        )));
    }
    let mut kept: Vec<String> = Vec::with_capacity(asked.len());
    for text in asked {
        let uri = RedirectUri::parse(text)
            .map_err(|error| Error::invalid(format!("`{text}`: {error}")))?;
        if !kept.iter().any(|known| known == uri.as_str()) {
            kept.push(uri.as_str().to_owned());
        }
    }
    Ok(kept)
}

/// The scopes, each once, if applications may ask for them: of the product, or of any where none is
/// named.
fn scopes(registry: &Registry, product: Option<&str>, asked: &[String]) -> Result<Vec<String>> {
    if let Some(id) = product.filter(|id| registry.product(id).is_none()) {
        return Err(Error::invalid(format!("there is no product `{id}`")));
    }
    let open: Vec<&String> = open(registry, product).flat_map(|it| &it.scopes).collect();
    if product.is_some() && open.is_empty() {
        return Err(Error::invalid(
            "the product takes no part in OAuth: it has no `[oauth]` table",
        ));
    }
    if let Some(unknown) = asked.iter().find(|name| !open.contains(name)) {
        return Err(Error::invalid(format!("applications may not ask for a scope `{unknown}`")));
    }
    let kept: BTreeSet<&String> = asked.iter().collect();
    Ok(kept.into_iter().cloned().collect())
}

/// What a service gets for which nobody names scopes: the defaults of its product, or of all where none
/// is named.
fn defaults(registry: &Registry, product: Option<&str>) -> Vec<String> {
    let names: BTreeSet<&String> =
        open(registry, product).flat_map(|it| &it.default_scopes).collect();
    names.into_iter().cloned().collect()
}

/// What applications may ask for: of one product, or of all.
fn open<'r>(
    registry: &'r Registry,
    product: Option<&'r str>,
) -> impl Iterator<Item = &'r OAuth> + 'r {
    let is_meant = move |it: &&Arc<Product>| product.is_none_or(|id| it.id == id);
    registry.products().filter(is_meant).filter_map(|it| it.oauth.as_ref())
}
