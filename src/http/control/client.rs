//! Asking a running server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::command::Command;
use super::server::SOCKET;
use crate::error::{Error, ErrorKind, Result};

/// How long a server may take to answer: a commit takes milliseconds, a full disk may take seconds.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Ok(Value),
    Error { kind: ErrorKind, message: String },
}

/// Whether a server listens in `data`.
#[must_use]
pub fn is_served(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).is_ok()
}

/// Has a running server carry out `command`; `None` when none listens in `data`.
///
/// # Errors
/// As the action's; `Unavailable` when the server went away before it answered.
pub fn ask(data: &Path, command: &Command) -> Result<Option<Value>> {
    let Ok(mut connection) = UnixStream::connect(data.join(SOCKET)) else { return Ok(None) };
    let lost = |error: std::io::Error| {
        Error::unavailable("the server went away: whether the command was carried out is unknown")
            .because(error)
    };
    // It may hold a secret.
    let line = serde_json::to_string(command)
        .map(Zeroizing::new)
        .map_err(|error| Error::internal("the command cannot be written").because(error))?;
    connection.set_read_timeout(Some(ANSWER_WITHIN)).map_err(lost)?;
    writeln!(connection, "{}", line.as_str()).map_err(lost)?;
    let mut reply = String::new();
    BufReader::new(connection).read_line(&mut reply).map_err(lost)?;
    match serde_json::from_str(&reply) {
        Ok(Reply::Ok(value)) => Ok(Some(value)),
        Ok(Reply::Error { kind, message }) => Err(Error::new(kind, message)),
        Err(error) => Err(Error::unavailable(
            "the server did not answer: whether the command was carried out is unknown",
        )
        .because(error)),
    }
}
