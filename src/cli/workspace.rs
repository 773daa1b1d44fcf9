//! `keystile workspace …`

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::output;
use super::reach::carry_out;
use crate::accounts::Slug;
use crate::error::Result;
use crate::http::control::{Command, WorkspaceCommand};

#[derive(Subcommand)]
pub(super) enum Workspace {
    /// Make a workspace.
    Add {
        /// Its name in URLs, commands and headers: lower-case letters, digits and `-`.
        slug: Slug,
        /// Its name for people [default: the slug].
        #[arg(long)]
        name: Option<String>,
        /// Its plan, as config.toml lists them.
        #[arg(long, default_value = "free")]
        plan: String,
        #[command(flatten)]
        json: Json,
    },
    /// List all workspaces.
    List {
        #[command(flatten)]
        json: Json,
    },
    /// Show one workspace.
    Show {
        slug: Slug,
        #[command(flatten)]
        json: Json,
    },
    /// Put a workspace on another plan.
    SetPlan {
        slug: Slug,
        plan: String,
        #[command(flatten)]
        json: Json,
    },
    /// Remove a workspace that has no live keys.
    Remove {
        slug: Slug,
        #[command(flatten)]
        json: Json,
    },
    /// The ids of resources that a workspace owns.
    #[command(subcommand)]
    Resource(Resource),
}

#[derive(Subcommand)]
pub(super) enum Resource {
    /// Let a workspace own an id, such as `store=st_1`.
    Add {
        slug: Slug,
        #[arg(value_name = "RESOURCE=ID", value_parser = pair)]
        resource: (String, String),
        #[command(flatten)]
        json: Json,
    },
    /// List the ids that a workspace owns.
    List {
        slug: Slug,
        #[command(flatten)]
        json: Json,
    },
    /// Take an id from a workspace; refused while a live key is bound to it.
    Remove {
        slug: Slug,
        #[arg(value_name = "RESOURCE=ID", value_parser = pair)]
        resource: (String, String),
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Args, Clone, Copy)]
pub(super) struct Json {
    /// Print JSON.
    #[arg(long = "json")]
    pub(super) is_wanted: bool,
}

/// Parses `store=st_1`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => Ok((name.into(), id.into())),
        _ => Err("write RESOURCE=ID, such as store=st_1".into()),
    }
}

const FIELDS: [&str; 5] = ["slug", "name", "plan", "created_at", "resources"];

impl Workspace {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        use WorkspaceCommand as C;

        let shown = |value: &Value| output::fields(value, &FIELDS);
        let (command, json, text): (_, _, &dyn Fn(&Value) -> String) = match self {
            Self::Add { slug, name, plan, json } => {
                let name = name.unwrap_or_else(|| slug.to_string());
                (C::Add { slug, name, plan }, json, &shown)
            }
            Self::List { json } => (C::List, json, &listed),
            Self::Show { slug, json } => (C::Show { slug }, json, &shown),
            Self::SetPlan { slug, plan, json } => (C::SetPlan { slug, plan }, json, &shown),
            Self::Remove { slug, json } => (C::Remove { slug }, json, &removed),
            Self::Resource(resource) => return resource.run(config),
        };
        let value = carry_out(config, Command::Workspace(command))?;
        output::answer(&value, json.is_wanted, text)
    }
}

impl Resource {
    fn run(self, config: Option<&Path>) -> Result<()> {
        use WorkspaceCommand as C;

        let (command, json) = match self {
            Self::Add { slug, resource: (resource, id), json } => {
                (C::AddResource { slug, resource, id }, json)
            }
            Self::List { slug, json } => (C::ListResources { slug }, json),
            Self::Remove { slug, resource: (resource, id), json } => {
                (C::RemoveResource { slug, resource, id }, json)
            }
        };
        let value = carry_out(config, Command::Workspace(command))?;
        output::answer(&value, json.is_wanted, output::plain)
    }
}

fn listed(value: &Value) -> String {
    match value.as_array().map(Vec::as_slice) {
        None | Some([]) => "no workspaces yet: `keystile workspace add SLUG` makes one".to_owned(),
        Some(rows) => output::table(rows, &["slug", "name", "plan", "created_at"]),
    }
}

fn removed(value: &Value) -> String {
    format!("removed {}", output::plain(&value["slug"]))
}
