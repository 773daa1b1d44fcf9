//! What a command line can ask for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::accounts::Slug;
use crate::accounts::people::{Email, Role};
use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::keys::{Changes, Terms};
use crate::oauth::clients::{self, ClientId};

/// A command that reads or changes the instance.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// On workspaces.
    Workspace(WorkspaceCommand),
    /// On keys.
    Key(KeyCommand),
    /// On people.
    User(UserCommand),
    /// On OAuth clients.
    Client(ClientCommand),
    /// What was asked.
    Usage(UsageQuestion),
    /// Why a request would pass, or not.
    Explain(Question),
}

/// A question for counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageQuestion {
    /// Whose requests.
    pub of: UsageOf,
    /// How far back.
    pub since_seconds: u64,
    /// What they are told apart by.
    pub by: By,
}

/// Whose requests are counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageOf {
    /// One key's.
    Key(KeyId),
    /// Those of all keys that a workspace has.
    Workspace(Slug),
}

/// What counts are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the command line's word")]
pub enum By {
    Minute,
    Hour,
    Day,
    Scope,
    Code,
}

/// A request that nobody sent, to be judged step by step.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its method.
    pub method: String,
    /// Its URL, or its path and query alone.
    pub url: String,
    /// The secret that it presents.
    pub key: Option<Zeroizing<String>>,
    /// The key that it is judged for, in place of a secret.
    pub key_id: Option<KeyId>,
    /// The product, where the URL's host does not say.
    pub product: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// Further header lines.
    pub headers: Vec<(String, String)>,
}

/// A command on workspaces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the command line's command of the same name")]
pub enum WorkspaceCommand {
    Add { slug: Slug, name: String, plan: String },
    List,
    Show { slug: Slug },
    SetPlan { slug: Slug, plan: String },
    Remove { slug: Slug },
    AddResource { slug: Slug, resource: String, id: String },
    ListResources { slug: Slug },
    RemoveResource { slug: Slug, resource: String, id: String },
}

/// A command on people. It may hold a password, so it cannot be shown.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the command line's command of the same name")]
pub enum UserCommand {
    Add {
        email: Email,
        password: Zeroizing<String>,
        operator: bool,
        membership: Option<(Slug, Role)>,
    },
    Grant {
        email: Email,
        operator: bool,
        membership: Option<(Slug, Role)>,
    },
    List,
    SetPassword {
        email: Email,
        password: Zeroizing<String>,
    },
    Remove {
        email: Email,
    },
}

/// A command on keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the command line's command of the same name")]
pub enum KeyCommand {
    Create(Terms),
    List { workspace: Option<Slug>, product: Option<String>, before: Option<KeyId>, limit: u32 },
    Show { id: KeyId },
    Update { id: KeyId, changes: Changes },
    Rotate { id: KeyId, overlap_seconds: u64 },
    FinishRotation { id: KeyId },
    Revoke { id: KeyId, reason: Option<String> },
    Restore { id: KeyId, reason: Option<String> },
}

/// A command on OAuth clients.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the command line's command of the same name")]
pub enum ClientCommand {
    Add(clients::Terms),
    List { workspace: Option<Slug> },
    Show { id: ClientId },
    Update { id: ClientId, changes: clients::Changes },
    Rotate { id: ClientId, overlap_seconds: u64 },
    Remove { id: ClientId },
    MintInitial { life_seconds: u64 },
}

/// What a rotation is answered with.
#[derive(Serialize)]
pub(super) struct Rotation<'a> {
    pub(super) id: KeyId,
    pub(super) key: &'a str,
    pub(super) previous_expires_at: Timestamp,
}
