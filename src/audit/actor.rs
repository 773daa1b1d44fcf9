//! Whoever makes a change.

use std::fmt;

use crate::id::UserId;

/// Whoever makes a change, as the audit log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A command line, run by this account of the machine: an operator.
    CommandLine(String),
    /// A person who has signed in.
    User(UserId),
    /// The instance itself.
    Instance,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(account) => write!(f, "cli:{account}"),
            Self::User(id) => id.fmt(f),
            Self::Instance => f.write_str("keystile"),
        }
    }
}
