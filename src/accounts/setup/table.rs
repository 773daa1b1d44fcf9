//! The table of the setup token: one row, or none.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Write, params};

/// Puts a token in the place of whatever was there.
pub(super) fn put(tx: &Write<'_>, digest: &SecretDigest, expires_at: Timestamp) -> Result<()> {
    const INSERT: &str = "INSERT INTO setup_tokens (digest, expires_at) VALUES (?1, ?2)";
    delete(tx)?;
    tx.execute(INSERT, params![digest, expires_at])?;
    Ok(())
}

pub(super) fn delete(tx: &Write<'_>) -> Result<()> {
    const DELETE: &str = "DELETE FROM setup_tokens";
    tx.execute(DELETE, &[])?;
    Ok(())
}

pub(super) fn is_live(db: &Read<'_>, digest: &SecretDigest, now: Timestamp) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM setup_tokens WHERE digest = ?1 AND expires_at > ?2";
    Ok(db.first(SELECT, params![digest, now], |_| Ok::<_, Fault>(()))?.is_some())
}
