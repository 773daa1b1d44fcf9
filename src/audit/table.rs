//! The audit table.

use serde_json::Value;

use super::Actor;
use super::entry::Entry;
use crate::error::Result;
use crate::store::{Fault, Read, Seal, Write, params};

/// A change, as it is recorded.
pub struct Change<'a> {
    /// Who made it.
    pub actor: &'a Actor,
    /// What it was: a noun and a verb, such as `key.revoke`.
    pub action: &'static str,
    /// What it was done to.
    pub subject: String,
    /// The workspace concerned, by its slug.
    pub workspace: Option<&'a str>,
    /// What was changed to what; never a secret.
    pub detail: Value,
}

/// Adds a row for `change` to the transaction that makes it.
///
/// # Errors
/// As the store's.
pub fn record(tx: &Write<'_>, change: &Change<'_>) -> Result<()> {
    const LAST: &str = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 16";
    const INSERT: &str = "
        INSERT INTO audit (number, at, actor, action, subject, workspace, detail, previous, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

    // A damaged link must not keep anybody from revoking: it is chained as it is, and shows. The
    // next number is that of the last row whose own can be read and counted on from.
    let last = tx.all(LAST, &[], |row| {
        let (number, hash) = (row.get::<i64>(0), row.get::<Vec<u8>>(1));
        Ok::<_, Fault>((number.ok(), hash.unwrap_or_default()))
    })?;
    let next = |(number, _): &(Option<i64>, Vec<u8>)| number.and_then(|it| it.checked_add(1));
    let number = last.iter().find_map(next).unwrap_or(1);
    let previous = last.into_iter().next().map(|(_, hash)| hash).unwrap_or_default();
    let (actor, detail) = (change.actor.to_string(), change.detail.to_string());
    let hash = Seal::over("audit")
        .bytes(&previous)
        .bytes(&number.to_le_bytes())
        .instant(Some(tx.now))
        .text(&actor)
        .text(change.action)
        .text(&change.subject)
        .text(change.workspace.unwrap_or_default())
        .text(&detail)
        .close();
    let row = params![
        number,
        tx.now,
        &actor,
        change.action,
        &change.subject,
        change.workspace,
        &detail,
        previous.as_slice(),
        &hash,
    ];
    tx.execute(INSERT, row)?;
    Ok(())
}

/// Changes of one thing, the latest first. A row that cannot be read is left out.
pub(super) fn about(db: &Read<'_>, subject: &str, limit: i64) -> Result<Vec<Entry>> {
    const SELECT: &str = "
        SELECT at, actor, action, subject, workspace, detail FROM audit
        WHERE subject = ?1 ORDER BY number DESC LIMIT ?2";
    let rows = db.all(SELECT, params![subject, limit], |row| {
        let entry = || {
            Ok::<_, Fault>(Entry {
                at: row.get(0)?,
                actor: row.get(1)?,
                action: row.get(2)?,
                subject: row.get(3)?,
                workspace: row.get(4)?,
                detail: row.get(5)?,
            })
        };
        Ok::<_, Fault>(entry().ok())
    })?;
    Ok(rows.into_iter().flatten().collect())
}
