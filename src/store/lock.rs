//! One process owns the data folder: an advisory lock on a file beside the database.
//!
//! Never on the database itself: closing a second descriptor of it would drop the engine's locks
//! ([SQLite, How To Corrupt, §2.2](https://www.sqlite.org/howtocorrupt.html)).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::files;
use crate::error::{Error, Result};

/// The right to open a data folder's database; given back when dropped, or when the process ends.
#[derive(Debug)]
pub struct Lock {
    folder: PathBuf,
    _file: File,
}

/// What came of asking for the lock.
#[derive(Debug)]
pub enum Locked {
    /// It is ours.
    Ours(Lock),
    /// Another process holds it: its id, if it has said so.
    ByAnother(Option<u32>),
}

impl Lock {
    /// Asks for `folder`, which is made (0700) where it is missing. Never waits.
    ///
    /// # Errors
    /// `CannotStart` when the folder cannot be made or used, or belongs to somebody else.
    pub fn take(folder: &Path) -> Result<Locked> {
        files::prepare_folder(folder)?;
        let path = folder.join("keystile.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| {
                let message = format!("cannot write {}", path.display());
                Error::cannot_start(message).because(error)
            })?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(
                    |error| Error::cannot_start("cannot write the lock file").because(error),
                )?;
                Ok(Locked::Ours(Self { folder: folder.to_owned(), _file: file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The number is for the message alone: without it the message is shorter.
                let _ = file.read_to_string(&mut text);
                Ok(Locked::ByAnother(text.trim().parse().ok()))
            }
            Err(TryLockError::Error(error)) => {
                let message = format!("cannot lock {}", path.display());
                Err(Error::cannot_start(message).because(error))
            }
        }
    }

    /// The data folder that it guards.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
