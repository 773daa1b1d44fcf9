//! The data folder's rules: whose it is, who may read it, and what is never overwritten.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Makes the folder (0700) where it is missing, and refuses one that is another user's.
pub(super) fn prepare_folder(folder: &Path) -> Result<()> {
    let shown = folder.display();
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        Error::cannot_start(format!("cannot make the data folder {shown}")).because(error)
    })?;
    let metadata = fs::metadata(folder).map_err(|error| {
        Error::cannot_start(format!("cannot look at the data folder {shown}")).because(error)
    })?;
    let owner = metadata.uid();
    if owner == rustix::process::geteuid().as_raw() {
        return close_to_others(folder, metadata.mode() & 0o777);
    }
    let name = account_name(owner);
    Err(Error::cannot_start(format!(
        "the data folder {shown} belongs to {name}: run this as {name}, for example with \
         `sudo -u {name} keystile …`"
    )))
}

/// Keeps others out of the folder: who may write into it could put another database in its place.
/// One that was made for us with the usual mode, and holds nothing else, is closed quietly.
fn close_to_others(folder: &Path, mode: u32) -> Result<()> {
    let shown = folder.display();
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    let unreadable = |error: std::io::Error| {
        Error::cannot_start(format!("cannot look into the data folder {shown}")).because(error)
    };
    let is_ours = |entry: std::io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().starts_with("keystile."))
    };
    let are_ours: Vec<bool> =
        fs::read_dir(folder).and_then(|it| it.map(is_ours).collect()).map_err(unreadable)?;
    if of_others & 0o022 != 0 || are_ours.contains(&false) {
        return Err(Error::cannot_start(format!(
            "the data folder {shown} is open to others (mode {mode:04o}): `chmod 700 {shown}`, or \
             name a folder of Keystile's own in `data`"
        )));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(unreadable)
}

/// The name of a user id, from `/etc/passwd`; the number itself where it has none.
#[must_use]
pub fn account_name(uid: u32) -> String {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("#{uid}"))
}

/// The database's path, when it is sound enough to be opened; `None` when there is none yet.
///
/// # Errors
/// `CannotStart` for what must not be opened, nor replaced by an empty database.
pub(super) fn existing_database(folder: &Path) -> Result<Option<PathBuf>> {
    let path = folder.join("keystile.db");
    let shown = path.display();
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        // An empty log holds nothing: one is left where a database could not be used.
        let log = fs::metadata(folder.join("keystile.db-wal"));
        return if log.is_ok_and(|log| log.len() > 0) {
            Err(Error::cannot_start(format!(
                "{shown} is missing, but its log keystile.db-wal is there: put the database back \
                 beside it, or move the log away to begin anew"
            )))
        } else {
            Ok(None)
        };
    }
    let metadata = fs::metadata(&path)
        .map_err(|error| Error::cannot_start(format!("cannot look at {shown}")).because(error))?;
    if metadata.len() == 0 {
        return Err(Error::cannot_start(format!(
            "{shown} is empty, which it never is by our doing: restore a backup, or move it away \
             to begin anew"
        )));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::cannot_start(format!(
            "{shown} can be used by others than its owner (mode {mode:04o}): `chmod 600 {shown}`, \
             and think about who may have read it"
        )));
    }
    Ok(Some(path))
}
