//! What can go wrong in management: the vocabulary of the command line and the dashboard.
//!
//! The gate has its own (`verify::Refusal`): there a refusal is an answer, not a fault.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of a management action.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an action was not carried out; nothing of it was left behind.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of trouble it is, which decides exit codes and HTTP statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// What was asked for makes no sense, whatever the state of things.
    Invalid,
    /// There is no such thing, or none that the asker may know of.
    NotFound,
    /// It makes sense, but not as things stand now.
    Conflict,
    /// Too often, or too many at a time: a little later it may work.
    TooMany,
    /// The instance cannot start as it is configured.
    CannotStart,
    /// It may work later: busy, shutting down, disk full.
    Unavailable,
    /// Our own fault.
    Internal,
}

impl Error {
    /// An error of `kind`; `message` says what is wrong, where, and what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// See [`ErrorKind::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// See [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// See [`ErrorKind::Conflict`].
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// See [`ErrorKind::TooMany`].
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::TooMany, message)
    }

    /// See [`ErrorKind::CannotStart`].
    pub fn cannot_start(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::CannotStart, message)
    }

    /// See [`ErrorKind::Unavailable`].
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// See [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The same error, with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message without its cause.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}: {source}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
