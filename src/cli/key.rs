//! `keystile key …`

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::output;
use super::reach::carry_out;
use super::workspace::{Json, pair};
use crate::accounts::Slug;
use crate::accounts::people::Email;
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::http::control::{Command, KeyCommand};
use crate::id::KeyId;
use crate::keys::{Changes, Expiry, OVERLAP_DEFAULT, Terms};
use crate::principals::{AddressRange, BadAddressRange};

#[derive(Subcommand)]
pub(super) enum Key {
    /// Make a key. Its secret is shown once.
    Create(Box<Create>),
    /// List keys, the newest first.
    List(List),
    /// Show one key.
    Show {
        id: KeyId,
        #[command(flatten)]
        json: Json,
    },
    /// Change what a key is called and may do. A list that is given replaces the old one.
    Update(Box<Update>),
    /// Give a key a new secret; the old one stays good for a while.
    Rotate(Rotate),
    /// End a key at once.
    Revoke(End),
    /// Undo a revocation, while the product allows it.
    Restore(End),
}

#[derive(Args)]
pub(super) struct Create {
    /// The workspace that will own it.
    #[arg(long)]
    workspace: Slug,
    /// The product that it is for.
    #[arg(long)]
    product: String,
    /// The key type, such as `live`.
    #[arg(long = "type", value_name = "TYPE")]
    key_type: String,
    /// What people call it.
    #[arg(long)]
    name: String,
    /// A scope that it has; again for more.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// An id that it is bound to; again for more [default: any].
    #[arg(long = "restrict", value_name = "RESOURCE=ID", value_parser = pair_or_any)]
    restrictions: Vec<OrAny<(String, String)>>,
    /// How long it is good: `90d`, until a day begins in UTC: `2027-06-30`, or `never`.
    #[arg(long, default_value = "never")]
    expires: Expiry,
    /// A range of addresses from which it may be used; again for more [default: any].
    #[arg(long, value_name = "CIDR", value_parser = range_or_any)]
    allow_ip: Vec<OrAny<AddressRange>>,
    /// Who owns it: a member of the workspace, or an operator.
    #[arg(long, value_name = "EMAIL")]
    owner: Option<Email>,
    /// Notes of your own, as JSON of at most 4 KiB.
    #[arg(long, value_name = "JSON", value_parser = json)]
    metadata: Option<Value>,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct List {
    /// Those of this workspace.
    #[arg(long)]
    workspace: Option<Slug>,
    /// Those of this product.
    #[arg(long)]
    product: Option<String>,
    /// Those made before this one: the last of the page before.
    #[arg(long, value_name = "ID")]
    before: Option<KeyId>,
    /// At most so many.
    #[arg(long, default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct Update {
    id: KeyId,
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// A scope that it has; again for more.
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Option<Vec<String>>,
    /// An id that it is bound to, again for more, or `any`.
    #[arg(long = "restrict", value_name = "RESOURCE=ID|any", value_parser = pair_or_any)]
    restrictions: Option<Vec<OrAny<(String, String)>>>,
    /// How long it is good from now on: `90d`, until a day begins in UTC: `2027-06-30`, or `never`.
    #[arg(long)]
    expires: Option<Expiry>,
    /// A range of addresses from which it may be used, again for more, or `any`.
    #[arg(long, value_name = "CIDR|any", value_parser = range_or_any)]
    allow_ip: Option<Vec<OrAny<AddressRange>>>,
    /// Who owns it: a member of the workspace, or an operator.
    #[arg(long, value_name = "EMAIL")]
    owner: Option<Email>,
    /// Notes of your own, as JSON of at most 4 KiB.
    #[arg(long, value_name = "JSON", value_parser = json)]
    metadata: Option<Value>,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct Rotate {
    id: KeyId,
    /// How long the old secret stays good, 90d at most; `0` ends all earlier ones at once.
    #[arg(long, value_parser = overlap, conflicts_with = "finish", default_value_t = OVERLAP_DEFAULT)]
    overlap: Span,
    /// End the old secret now, and make no new one.
    #[arg(long)]
    finish: bool,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct End {
    id: KeyId,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    json: Json,
}

/// One of a list, or the word `any`, which stands for a list of nothing.
#[derive(Clone)]
pub(super) struct OrAny<T>(Option<T>);

fn range_or_any(text: &str) -> Result<OrAny<AddressRange>, String> {
    or_any(text, |text| text.parse().map_err(|error: BadAddressRange| error.to_string()))
}

fn pair_or_any(text: &str) -> Result<OrAny<(String, String)>, String> {
    or_any(text, pair)
}

fn or_any<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<OrAny<T>, String> {
    if text == "any" {
        return Ok(OrAny(None));
    }
    read(text).map(|value| OrAny(Some(value))).map_err(|error| format!("{error}, or any"))
}

/// The values of a list, where `any` stands alone.
fn given<T>(flag: &str, list: Vec<OrAny<T>>) -> Result<Vec<T>> {
    let count = list.len();
    let values: Vec<T> = list.into_iter().filter_map(|it| it.0).collect();
    if count > 1 && values.len() < count {
        return Err(Error::invalid(format!("`{flag} any` stands alone: leave the others out")));
    }
    Ok(values)
}

pub(super) fn overlap(text: &str) -> Result<Span, String> {
    match text {
        "0" => Ok(Span::ZERO),
        text => text.parse().map_err(|error| format!("{error}, or 0")),
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
}

const FIELDS: [&str; 19] = [
    "id",
    "name",
    "state",
    "workspace",
    "product",
    "type",
    "scopes",
    "restrictions",
    "allow_ip",
    "owner",
    "expires_at",
    "created_at",
    "created_by",
    "last_used_at",
    "last_used_from",
    "metadata",
    "revoked_at",
    "revoked_by",
    "revoked_reason",
];

/// How an answer is told to people.
type Told = fn(&Value) -> String;

impl Key {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let page = if let Self::List(list) = &self { Some(list.limit) } else { None };
        let (command, json, text) = self.into_command()?;
        let value = carry_out(config, Command::Key(command))?;
        output::answer(&value, json.is_wanted, text)?;
        let is_full = |page: u32| value.as_array().is_some_and(|keys| keys.len() == page as usize);
        let last = value.as_array().and_then(|keys| keys.last());
        if let (true, Some(last)) = (page.is_some_and(is_full) && !json.is_wanted, last) {
            eprintln!("keystile: there may be more: --before {}", output::plain(&last["id"]));
        }
        Ok(())
    }

    fn into_command(self) -> Result<(KeyCommand, Json, Told)> {
        use KeyCommand as C;

        Ok(match self {
            Self::Create(create) => {
                let json = create.json;
                (C::Create(create.into_terms()?), json, created)
            }
            Self::List(list) => {
                let List { workspace, product, before, limit, json } = list;
                (C::List { workspace, product, before, limit }, json, listed)
            }
            Self::Show { id, json } => (C::Show { id }, json, shown),
            Self::Update(update) => {
                let (id, json) = (update.id, update.json);
                (C::Update { id, changes: update.into_changes()? }, json, shown)
            }
            Self::Rotate(Rotate { id, finish: true, json, .. }) => {
                (C::FinishRotation { id }, json, shown)
            }
            Self::Rotate(Rotate { id, overlap, json, .. }) => {
                (C::Rotate { id, overlap_seconds: overlap.as_seconds() }, json, rotated)
            }
            Self::Revoke(End { id, reason, json }) => (C::Revoke { id, reason }, json, shown),
            Self::Restore(End { id, reason, json }) => (C::Restore { id, reason }, json, shown),
        })
    }
}

impl Create {
    fn into_terms(self) -> Result<Terms> {
        Ok(Terms {
            workspace: self.workspace.into(),
            product: self.product,
            key_type: self.key_type,
            name: self.name,
            scopes: self.scopes,
            restrictions: given("--restrict", self.restrictions)?,
            expires: self.expires,
            allow_ip: given("--allow-ip", self.allow_ip)?,
            owner: self.owner,
            metadata: self.metadata,
        })
    }
}

impl Update {
    fn into_changes(self) -> Result<Changes> {
        Ok(Changes {
            name: self.name,
            scopes: self.scopes,
            restrictions: self.restrictions.map(|list| given("--restrict", list)).transpose()?,
            expires: self.expires,
            allow_ip: self.allow_ip.map(|list| given("--allow-ip", list)).transpose()?,
            owner: self.owner,
            metadata: self.metadata,
        })
    }
}

fn created(value: &Value) -> String {
    let secret = output::plain(&value["key"]);
    format!("{secret}\n\n{}\nCopy the key now: it is not shown again.", shown(value))
}

fn rotated(value: &Value) -> String {
    let (secret, end) =
        (output::plain(&value["key"]), output::plain(&value["previous_expires_at"]));
    format!("{secret}\n\nCopy the key now: it is not shown again. The old one ends at {end}.")
}

fn shown(value: &Value) -> String {
    let secrets = value["secrets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let columns = ["last4", "state", "created_at", "ends_at", "last_used_at", "last_used_from"];
    format!("{}\n{}", output::fields(value, &FIELDS), output::table(secrets, &columns))
}

fn listed(value: &Value) -> String {
    match value.as_array().map(Vec::as_slice) {
        None | Some([]) => "no keys: `keystile key create` makes one".to_owned(),
        Some(rows) => {
            let columns =
                ["id", "name", "workspace", "product", "type", "state", "last_used_at", "scopes"];
            output::table(rows, &columns)
        }
    }
}
