//! `keystile user …`

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::reach::carry_out;
use super::workspace::Json;
use super::{output, password};
use crate::accounts::Slug;
use crate::accounts::people::{Email, Role};
use crate::error::{ErrorKind, Result};
use crate::http::control::{Command, UserCommand};

#[derive(Subcommand)]
pub(super) enum User {
    /// Add somebody who may sign in; somebody who is there already is given more, and needs no password.
    Add(Add),
    /// List everybody.
    List {
        #[command(flatten)]
        json: Json,
    },
    /// Give somebody another password; their sessions end, and so does what they let apps do.
    Passwd {
        email: Email,
        #[command(flatten)]
        password: FromStdin,
        #[command(flatten)]
        json: Json,
    },
    /// Remove somebody. Their keys stay, and are named.
    Remove {
        email: Email,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// What they will sign in by.
    email: Email,
    #[command(flatten)]
    password: FromStdin,
    /// Let them run this instance: products, plans, workspaces, people.
    #[arg(long)]
    operator: bool,
    /// A workspace that they will be a member of.
    #[arg(long, requires = "role")]
    workspace: Option<Slug>,
    /// What they may do there: owner, admin, developer or viewer.
    #[arg(long, requires = "workspace")]
    role: Option<Role>,
    #[command(flatten)]
    json: Json,
}

#[derive(Args)]
pub(super) struct FromStdin {
    /// Read the password from standard input, up to the end of its first line.
    #[arg(long = "password-stdin")]
    is_on_stdin: bool,
}

const FIELDS: [&str; 6] = ["id", "email", "is_operator", "memberships", "created_at", "origin"];

impl User {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        use UserCommand as C;

        let (command, json, text): (_, _, fn(&Value) -> String) = match self {
            Self::Add(add) => return add.run(config),
            Self::List { json } => (C::List, json, listed),
            Self::Passwd { email, password, json } => {
                let password = password::read(password.is_on_stdin)?;
                (C::SetPassword { email, password }, json, shown)
            }
            Self::Remove { email, json } => (C::Remove { email }, json, removed),
        };
        let value = carry_out(config, Command::User(command))?;
        output::answer(&value, json.is_wanted, text)
    }
}

impl Add {
    /// Without a password somebody who is there is meant first, then somebody new.
    fn run(self, config: Option<&Path>) -> Result<()> {
        let Self { email, password, operator, workspace, role, json } = self;
        let membership = workspace.zip(role);
        let gives_more = operator || membership.is_some();
        if gives_more && !password.is_on_stdin {
            let (email, membership) = (email.clone(), membership.clone());
            let grant = UserCommand::Grant { email, operator, membership };
            match carry_out(config, Command::User(grant)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                granted => return output::answer(&granted?, json.is_wanted, shown),
            }
        }
        let password = password::read(password.is_on_stdin)?;
        let add = UserCommand::Add { email, password, operator, membership };
        output::answer(&carry_out(config, Command::User(add))?, json.is_wanted, shown)
    }
}

fn shown(value: &Value) -> String {
    output::fields(value, &FIELDS)
}

fn listed(value: &Value) -> String {
    match value.as_array().map(Vec::as_slice) {
        None | Some([]) => "nobody yet: `keystile user add EMAIL --operator` adds the first".into(),
        Some(rows) => output::table(rows, &["email", "is_operator", "memberships", "created_at"]),
    }
}

fn removed(value: &Value) -> String {
    let email = output::plain(&value["email"]);
    match value["keys"].as_array().map(Vec::as_slice) {
        None | Some([]) => format!("removed {email}"),
        Some(keys) => {
            let keys = keys.iter().map(output::plain).collect::<Vec<_>>().join("\n");
            format!("removed {email}, whose keys go on working:\n{keys}")
        }
    }
}
