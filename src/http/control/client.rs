//! Asking a running server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::command::Command;
use super::server::SOCKET;
use crate::error::{Error, ErrorKind, Result};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Ok(Value),
    Error { kind: ErrorKind, message: String },
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
    let line = serde_json::to_string(command)
        .map_err(|error| Error::internal("the command cannot be written").because(error))?;
    writeln!(connection, "{line}").map_err(lost)?;
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
