//! `keystile client …`

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::key::overlap;
use super::output;
use super::reach::carry_out;
use super::workspace::Json;
use crate::accounts::Slug;
use crate::clock::Span;
use crate::error::Result;
use crate::http::control::{ClientCommand, Command};
use crate::keys::OVERLAP_DEFAULT;
use crate::oauth::clients::{Changes, ClientId, GrantType, Terms};

#[derive(Subcommand)]
pub(super) enum Client {
    /// Make a client. Its secret, if it has one, is shown once.
    Add(Box<Add>),
    /// List clients, the newest first.
    List {
        /// Those of this workspace alone.
        #[arg(long)]
        workspace: Option<Slug>,
        #[command(flatten)]
        json: Json,
    },
    /// Show one client.
    Show {
        id: ClientId,
        #[command(flatten)]
        json: Json,
    },
    /// Change what a client is called, where it has answers sent, and what it asks for. A list that is
    /// given replaces the old one.
    Update(Box<Update>),
    /// Give a confidential client another secret; the old one stays good for a while.
    Rotate {
        id: ClientId,
        /// How long the present secret stays good; 0 ends it now.
        #[arg(long, value_parser = overlap, default_value_t = OVERLAP_DEFAULT)]
        overlap: Span,
        #[command(flatten)]
        json: Json,
    },
    /// End a client with every token that it holds, at once.
    Revoke {
        id: ClientId,
        #[command(flatten)]
        json: Json,
    },
    /// Make a token with which apps may register themselves, where `[oauth] registration = "token"`.
    RegistrationToken {
        /// How long it is good.
        #[arg(long, default_value = "1h")]
        life: Span,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// What people see when it asks for something.
    #[arg(long)]
    name: String,
    /// The product that it is bound to.
    #[arg(long)]
    product: Option<String>,
    /// Where it may have answers sent; again for more.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// Give it a secret: it runs where nobody else can read it.
    #[arg(long)]
    confidential: bool,
    /// A way in which it gets tokens; again for more [default: `authorization_code` and `refresh_token`].
    #[arg(long = "grant", value_name = "GRANT", value_parser = grant_type)]
    grant_types: Vec<GrantType>,
    /// The workspace that it acts for by itself.
    #[arg(long)]
    workspace: Option<Slug>,
    /// A scope that it asks for when it names none; again for more.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Let it leave PKCE out and post JSON, as in OAuth 2.0: for clients that cannot change.
    #[arg(long, requires = "confidential")]
    oauth20: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct Update {
    id: ClientId,
    /// What people see when it asks for something.
    #[arg(long)]
    name: Option<String>,
    /// Where it may have answers sent; again for more.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Option<Vec<String>>,
    /// A scope that it asks for when it names none; again for more.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Option<Vec<String>>,
    #[command(flatten)]
    json: Json,
}

fn grant_type(text: &str) -> Result<GrantType, String> {
    GrantType::named(text).ok_or_else(|| {
        let known: Vec<_> = GrantType::ALL.iter().map(|it| it.as_str()).collect();
        format!("there is {}", known.join(", "))
    })
}

const FIELDS: [&str; 13] = [
    "client_id",
    "name",
    "origin",
    "product",
    "workspace",
    "auth_method",
    "grant_types",
    "redirect_uris",
    "scopes",
    "is_oauth20",
    "created_at",
    "created_by",
    "last_token_at",
];

impl Client {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        use ClientCommand as C;

        let (command, json, text): (_, _, fn(&Value) -> String) = match self {
            Self::Add(add) => {
                let json = add.json;
                (C::Add(add.into_terms()), json, made)
            }
            Self::List { workspace, json } => (C::List { workspace }, json, listed),
            Self::Show { id, json } => (C::Show { id }, json, shown),
            Self::Update(update) => {
                let Update { id, name, redirect_uris, scopes, json } = *update;
                (C::Update { id, changes: Changes { name, redirect_uris, scopes } }, json, shown)
            }
            Self::Rotate { id, overlap, json } => {
                (C::Rotate { id, overlap_seconds: overlap.as_seconds() }, json, made)
            }
            Self::Revoke { id, json } => (C::Remove { id }, json, revoked),
            Self::RegistrationToken { life, json } => {
                (C::MintInitial { life_seconds: life.as_seconds() }, json, minted)
            }
        };
        let value = carry_out(config, Command::Client(command))?;
        output::answer(&value, json.is_wanted, text)
    }
}

impl Add {
    fn into_terms(self) -> Terms {
        Terms {
            name: self.name,
            product: self.product,
            redirect_uris: self.redirect_uris,
            is_confidential: self.confidential,
            grant_types: self.grant_types,
            workspace: self.workspace.map(String::from),
            scopes: self.scopes,
            is_oauth20: self.oauth20,
        }
    }
}

fn made(value: &Value) -> String {
    match value["client_secret"].as_str() {
        None => shown(value),
        Some(secret) => {
            format!("{secret}\n\n{}\nCopy the secret now: it is not shown again.", shown(value))
        }
    }
}

fn shown(value: &Value) -> String {
    let secrets = value["secrets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields = output::fields(value, &FIELDS);
    if secrets.is_empty() {
        return fields;
    }
    format!("{fields}\n{}", output::table(secrets, &["last4", "created_at", "ends_at"]))
}

fn listed(value: &Value) -> String {
    match value.as_array().map(Vec::as_slice) {
        None | Some([]) => "no clients: `keystile client add` makes one".to_owned(),
        Some(rows) => {
            let columns = ["client_id", "name", "origin", "product", "workspace", "last_token_at"];
            output::table(rows, &columns)
        }
    }
}

fn revoked(value: &Value) -> String {
    format!("revoked {}, with every token that it held", output::plain(&value["client_id"]))
}

fn minted(value: &Value) -> String {
    let token = output::plain(&value["registration_token"]);
    format!("{token}\n\nCopy it now: it is not shown again.")
}
