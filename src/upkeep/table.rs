//! The table of kept versions, and what a reload and a sweep ask of the tables of keys.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::registry::{Kept, KeptChange};
use crate::store::{Fault, Read, Write, params};

pub(super) fn kept(db: &Read<'_>) -> Result<Vec<Kept>> {
    const SELECT: &str = "SELECT product, manifest FROM kept_products ORDER BY product";
    db.all(SELECT, &[], |row| Ok(Kept { product_id: row.get(0)?, text: row.get(1)? }))
}

/// Since when each product's version in force is kept.
pub(super) fn kept_since(db: &Read<'_>) -> Result<BTreeMap<String, Timestamp>> {
    const SELECT: &str = "SELECT product, kept_at FROM kept_products";
    let rows = db.all(SELECT, &[], |row| Ok::<_, Fault>((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

pub(super) fn apply(tx: &Write<'_>, change: &KeptChange) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO kept_products (product, manifest, kept_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (product) DO UPDATE SET manifest = ?2, kept_at = ?3";
    const DELETE: &str = "DELETE FROM kept_products WHERE product = ?1";
    match change {
        KeptChange::Keep(kept) => {
            tx.execute(UPSERT, params![&kept.product_id, &kept.text, tx.now])?;
        }
        KeptChange::Forget(product) => {
            tx.execute(DELETE, params![product])?;
        }
    }
    Ok(())
}

/// The type of each live key of a product, and what it holds and is bound to: a JSON list and a JSON
/// object.
pub(super) fn grants(
    db: &Read<'_>,
    product: &str,
    now: Timestamp,
) -> Result<Vec<(String, String, String)>> {
    const SELECT: &str = "
        SELECT type, scopes, restrictions FROM keys
        WHERE product = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
    db.all(SELECT, params![product, now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .map_err(|fault: Fault| fault.into())
}

/// Deletes secrets that ended before `before`.
pub(super) fn delete_ended_secrets(tx: &Write<'_>, before: Timestamp) -> Result<usize> {
    const DELETE: &str = "DELETE FROM secrets WHERE ends_at < ?1";
    Ok(tx.execute(DELETE, params![before])?)
}
