//! The table of when keys were used last. Every key has a row.

use crate::clock::Timestamp;
use crate::id::KeyId;
use crate::store::{Fault, Write, params};

/// Gives a new key its row: it was never used.
pub(in crate::usage) fn insert(tx: &Write<'_>, workspace: &str, key: KeyId) -> Result<(), Fault> {
    const INSERT: &str = "
        INSERT INTO usage_keys (workspace, key, last_used_at) VALUES (?1, ?2, 0)";
    tx.execute(INSERT, params![workspace, key]).map(drop)
}

/// Says that a key was used at `at`, unless it was used later already.
pub(in crate::usage) fn update(
    tx: &Write<'_>,
    workspace: &str,
    (key, at): (KeyId, Timestamp),
) -> Result<(), Fault> {
    const UPDATE: &str = "
        UPDATE usage_keys SET last_used_at = ?3
        WHERE workspace = ?1 AND key = ?2 AND last_used_at < ?3";
    tx.execute(UPDATE, params![workspace, key, at]).map(drop)
}
