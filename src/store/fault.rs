//! What the engine can answer besides rows, in our own words.

use crate::error::{Error, ErrorKind};

/// Why a statement was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A row with the same key is there already: `table.rs` says what that means.
    #[error("there is such a row already")]
    Duplicate,
    /// A row that others refer to, or that refers to none: `table.rs` says what that means.
    #[error("the row is referred to, or refers to none")]
    Reference,
    /// A column held what its type cannot: the row is damaged, or was written by something else.
    #[error("column {0} does not hold what it should")]
    Column(usize),
    /// The disk is full, the pool is empty, the writer is gone: it may work later.
    #[error("the database cannot take this now: {0}")]
    Unavailable(String),
    /// The file is not, or no longer, a sound database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else: our own fault.
    #[error("the database refused: {0}")]
    Other(String),
}

impl Fault {
    /// What a row holds, if it can be read and believed: a column that does not hold what it should is
    /// damage, as a checksum that does not fit is.
    ///
    /// # Errors
    /// Whatever else went wrong.
    pub fn unless_damaged<T>(read: Result<Option<T>, Self>) -> Result<Option<T>, Self> {
        match read {
            Err(Self::Column(_)) => Ok(None),
            other => other,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        use rusqlite::ffi::{
            SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE,
        };

        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::Other(error.to_string());
        };
        match (failure.code, failure.extended_code) {
            (_, SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE) => Self::Duplicate,
            (_, SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Reference,
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
                Self::Damaged(error.to_string())
            }
            (
                ErrorCode::DiskFull
                | ErrorCode::DatabaseBusy
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen,
                _,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let kind = match &fault {
            Fault::Duplicate | Fault::Reference => ErrorKind::Conflict,
            Fault::Unavailable(_) => ErrorKind::Unavailable,
            Fault::Column(_) | Fault::Damaged(_) | Fault::Other(_) => ErrorKind::Internal,
        };
        Self::new(kind, fault.to_string())
    }
}
