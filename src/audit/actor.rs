//! Whoever makes a change.

use std::fmt;
use std::net::IpAddr;

use crate::id::UserId;

/// Whoever makes a change, as the audit log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A command line, run by this account of the machine: an operator.
    CommandLine(String),
    /// A person who has signed in, and the address that they act from.
    User(UserId, IpAddr),
    /// Whoever holds a one-time link, at the address that they follow it from.
    Link(IpAddr),
    /// The instance itself.
    Instance,
}

impl Actor {
    /// Where they act from; none for what is done on the machine itself.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::User(_, address) | Self::Link(address) => Some(*address),
            Self::CommandLine(_) | Self::Instance => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(account) => write!(f, "cli:{account}"),
            Self::User(id, _) => id.fmt(f),
            Self::Link(_) => f.write_str("link"),
            Self::Instance => f.write_str("keystile"),
        }
    }
}
