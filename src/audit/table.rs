//! The audit table.

use std::fmt::Write as _;

use serde_json::Value;

use super::Actor;
use super::entry::{Entry, Wanted};
use crate::error::Result;
use crate::store::{Fault, Param, Read, Row, Seal, Write, params};

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
        INSERT INTO audit (number, at, actor, action, subject, workspace, detail, previous, hash,
                           address)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

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
    let address = change.actor.address().map(|address| address.to_string());
    let hash = Seal::over("audit")
        .bytes(&previous)
        .bytes(&number.to_le_bytes())
        .instant(Some(tx.now))
        .text(&actor)
        .text(change.action)
        .text(&change.subject)
        .text(change.workspace.unwrap_or_default())
        .text(&detail);
    // Rows from before there were addresses have none in their hashes.
    let hash = address.iter().fold(hash, |hash, address| hash.text(address)).close();
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
        address.as_deref(),
    ];
    tx.execute(INSERT, row)?;
    Ok(())
}

/// What a row must have, as the first five parameters of a query; an empty one is not asked for.
const WANTED: &str = "
    (?1 = '' OR actor = ?1)
    AND (?2 = '' OR action = ?2 OR substr(action, 1, length(?2) + 1) = ?2 || '.')
    AND (?3 = '' OR subject = ?3)
    AND (?4 = '' OR workspace = ?4)
    AND (?5 IS NULL OR number < ?5)";

fn asked(wanted: &Wanted) -> [Param<'_>; 5] {
    let Wanted { actor, action, subject, workspace, before } = wanted;
    [actor.into(), action.into(), subject.into(), workspace.into(), (*before).into()]
}

pub(super) fn count(db: &Read<'_>, wanted: &Wanted, max: usize) -> Result<i64> {
    let select =
        format!("SELECT count(*) FROM (SELECT 1 FROM audit WHERE {WANTED} LIMIT ?6) AS wanted");
    let [actor, action, subject, workspace, before] = asked(wanted);
    let row = &[actor, action, subject, workspace, before, max.into()];
    Ok(db.first(&select, row, |row| row.get(0))?.unwrap_or(0))
}

const COLUMNS: &str =
    "number, at, actor, action, subject, workspace, detail, previous, hash, address";

/// Changes of one thing, the latest first.
pub(super) fn about(db: &Read<'_>, subject: &str, limit: i64) -> Result<Vec<Entry>> {
    let select =
        format!("SELECT {COLUMNS} FROM audit WHERE subject = ?1 ORDER BY number DESC LIMIT ?2");
    entries(db, &select, params![subject, limit])
}

/// The first change of one thing, which made it.
///
/// # Errors
/// As the store's.
pub fn first(db: &Read<'_>, subject: &str) -> Result<Option<Entry>> {
    let select = format!("SELECT {COLUMNS} FROM audit WHERE subject = ?1 ORDER BY number LIMIT 1");
    Ok(entries(db, &select, params![subject])?.pop())
}

/// The latest first.
pub(super) fn list(
    db: &Read<'_>,
    wanted: &Wanted,
    (skipped, limit): (usize, usize),
) -> Result<Vec<Entry>> {
    let select = format!(
        "SELECT {COLUMNS} FROM audit WHERE {WANTED}
         ORDER BY number DESC LIMIT ?6 OFFSET ?7"
    );
    let [actor, action, subject, workspace, before] = asked(wanted);
    let row = &[actor, action, subject, workspace, before, limit.into(), skipped.into()];
    entries(db, &select, row)
}

/// A row that cannot be read is left out.
fn entries(db: &Read<'_>, select: &str, row: &[Param<'_>]) -> Result<Vec<Entry>> {
    let rows = db.all(select, row, |row| Ok::<_, Fault>(entry(row).ok()))?;
    Ok(rows.into_iter().flatten().collect())
}

fn entry(row: &Row<'_>) -> Result<Entry, Fault> {
    Ok(Entry {
        number: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        workspace: row.get(5)?,
        detail: row.get(6)?,
        previous: hexadecimal(&row.get::<Vec<u8>>(7)?),
        hash: hexadecimal(&row.get::<Vec<u8>>(8)?),
        address: row.get(9)?,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
