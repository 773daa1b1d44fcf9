//! How somebody's account came to be: the audit log knows.

use serde::Serialize;
use serde_json::{Value, json};

use super::User;
use crate::audit::Entry;

/// How an account came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Origin {
    /// By the link that the first start prints.
    Setup,
    /// By a command line.
    CommandLine {
        /// The account of the machine that ran it.
        account: String,
    },
    /// By an invitation.
    Invitation {
        /// Who invited them: `user_…`, or `cli:ACCOUNT`. None where the log does not tell.
        of: Option<String>,
    },
}

/// Somebody, with how their account came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// How they came to be here; none where the log does not tell.
    pub origin: Option<Origin>,
}

/// By which link an account is made, as its audit row keeps it.
#[derive(Clone, Copy)]
pub(in crate::accounts) enum Link<'a> {
    /// None.
    None,
    Setup,
    /// The invitation of whoever is named.
    Invitation(&'a str),
}

impl Link<'_> {
    pub(super) fn detail(self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Setup => json!("setup"),
            Self::Invitation(of) => json!({ "invitation_of": of }),
        }
    }
}

impl Origin {
    /// As the row says that an account was made by.
    pub(super) fn told(entry: &Entry) -> Option<Self> {
        let detail: Value = serde_json::from_str(&entry.detail).ok()?;
        let link = &detail["link"];
        match entry.actor.strip_prefix("cli:") {
            Some(account) => Some(Self::CommandLine { account: account.to_owned() }),
            // Rows from before links were told apart: an operator without a workspace set it all up.
            None if link.is_null() && entry.actor == "link" => {
                let is_first = detail["operator"] == true && entry.workspace.is_none();
                Some(if is_first { Self::Setup } else { Self::Invitation { of: None } })
            }
            None if link == "setup" => Some(Self::Setup),
            None => {
                let of = link["invitation_of"].as_str()?;
                Some(Self::Invitation { of: Some(of.to_owned()) })
            }
        }
    }
}
