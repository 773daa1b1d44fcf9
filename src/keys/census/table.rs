//! Counting the table of keys.

use std::collections::BTreeMap;

use super::actions::{Alike, Living, Owned, OwnedKey};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::UserId;
use crate::store::{Fault, Param, Read, Row, params};

/// Keys that are named one by one.
const NAMED_KEYS_MAX: i64 = 50;

pub(super) fn by_workspace(db: &Read<'_>, now: Timestamp) -> Result<BTreeMap<String, u64>> {
    const SELECT: &str = "
        SELECT workspace, count(*) FROM keys
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1) GROUP BY workspace";
    counted(db, SELECT, params![now])
}

pub(super) fn by_product(db: &Read<'_>, now: Timestamp) -> Result<BTreeMap<String, u64>> {
    const SELECT: &str = "
        SELECT product, count(*) FROM keys
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1) GROUP BY product";
    counted(db, SELECT, params![now])
}

pub(super) fn by_owner(
    db: &Read<'_>,
    workspace: &str,
    now: Timestamp,
) -> Result<BTreeMap<String, u64>> {
    const SELECT: &str = "
        SELECT owner, count(*) FROM keys
        WHERE workspace = ?2 AND owner IS NOT NULL
            AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1)
        GROUP BY owner";
    counted(db, SELECT, params![now, workspace])
}

fn counted(db: &Read<'_>, select: &str, row: &[Param<'_>]) -> Result<BTreeMap<String, u64>> {
    let rows = db.all(select, row, |row| Ok::<_, Fault>((row.get(0)?, number(row, 1)?)))?;
    Ok(rows.into_iter().collect())
}

/// A count, which is never negative.
fn number(row: &Row<'_>, index: usize) -> Result<u64, Fault> {
    Ok(u64::try_from(row.get::<i64>(index)?).unwrap_or(0))
}

pub(super) fn all(db: &Read<'_>, now: Timestamp) -> Result<Vec<Living>> {
    const SELECT: &str = "
        SELECT id, workspace, product, type FROM keys
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1)";
    Ok(db.all(SELECT, params![now], |row| {
        Ok::<_, Fault>(Living {
            id: row.get(0)?,
            workspace: row.get(1)?,
            product: row.get(2)?,
            key_type: row.get(3)?,
        })
    })?)
}

pub(super) fn alike(db: &Read<'_>, product: &str, now: Timestamp) -> Result<Vec<Alike>> {
    const SELECT: &str = "
        SELECT type, scopes, count(*) FROM keys
        WHERE product = ?2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1)
        GROUP BY type, scopes";
    Ok(db.all(SELECT, params![now, product], |row| {
        // Scopes that cannot be read are held by nobody: such a key is denied.
        let scopes = serde_json::from_str(&row.get::<String>(1)?).unwrap_or_default();
        Ok::<_, Fault>(Alike { key_type: row.get(0)?, scopes, keys: number(row, 2)? })
    })?)
}

pub(super) fn owned(
    db: &Read<'_>,
    owner: UserId,
    workspace: Option<&str>,
    now: Timestamp,
) -> Result<Owned> {
    const THEIRS: &str = "
        FROM keys WHERE owner = ?2 AND (?3 IS NULL OR workspace = ?3)
            AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?1)";
    let count = format!("SELECT count(*) {THEIRS}");
    let select = format!("SELECT id, name, workspace {THEIRS} ORDER BY id LIMIT ?4");
    let total = db.first(&count, params![now, owner, workspace], |row| number(row, 0))?;
    let named = db.all(&select, params![now, owner, workspace, NAMED_KEYS_MAX], |row| {
        let (id, name, workspace) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok::<_, Fault>(OwnedKey { id, name, workspace })
    })?;
    Ok(Owned { named, total: total.unwrap_or(0) })
}
