//! The tables of sessions, and of sign-ins that failed.

use std::collections::BTreeMap;

use super::session::{Held, Presence, Session, Visitor};
use super::throttle::Throttle;
use crate::accounts::people::table as people;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{SessionId, UserId};
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// Sessions that one person may hold: a new one ends the oldest.
const SESSIONS_MAX: i64 = 20;

/// Places that are remembered of one person.
const PLACES_MAX: i64 = 20;

fn seal(digest: &SecretDigest, holder: UserId, created_at: Timestamp) -> [u8; 16] {
    Seal::over("sessions")
        .bytes(digest.as_bytes())
        .text(&holder.to_string())
        .instant(Some(created_at))
        .close()
}

pub(super) fn insert(
    tx: &Write<'_>,
    digest: &SecretDigest,
    holder: UserId,
    visitor: &Visitor,
) -> Result<()> {
    const BOUND: &str = "
        DELETE FROM sessions WHERE holder = ?1 AND id NOT IN (
            SELECT id FROM sessions WHERE holder = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2)";
    const INSERT: &str = "
        INSERT INTO sessions (digest, id, holder, created_at, seen_at, device, address, seal)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7)";
    tx.execute(BOUND, params![holder, SESSIONS_MAX - 1])?;
    let (id, seal) = (SessionId::new(tx.now), seal(digest, holder, tx.now));
    let (device, address) = (visitor.device.as_str(), visitor.address.to_string());
    tx.execute(INSERT, params![digest, id, holder, tx.now, device, address, &seal])?;
    Ok(())
}

const COLUMNS: &str = "digest, id, holder, created_at, seen_at, device, address, seal";

/// A session and its holder's id; none where the row does not bear its checksum.
fn read(row: &Row<'_>) -> Result<Option<(Session, UserId)>, Fault> {
    let (digest, id, holder) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (created_at, seen_at) = (row.get(3)?, row.get(4)?);
    let session = Session { id, created_at, seen_at, device: row.get(5)?, address: row.get(6)? };
    let is_sound = row.get::<[u8; 16]>(7)? == seal(&digest, holder, created_at);
    Ok(is_sound.then_some((session, holder)))
}

/// A session by its digest, live or not, with its holder.
pub(super) fn find(db: &Read<'_>, digest: &SecretDigest) -> Result<Option<Held>> {
    let select = format!("SELECT {COLUMNS} FROM sessions WHERE digest = ?1");
    let Some((session, holder)) = db.first(&select, params![digest], read)?.flatten() else {
        return Ok(None);
    };
    let holder = people::by_id(db, holder)?;
    Ok(holder.map(|(holder, _)| Held { session, holder }))
}

/// Somebody's sessions, the one last used first.
pub(super) fn all(db: &Read<'_>, holder: UserId) -> Result<Vec<Session>> {
    let select = format!(
        "SELECT {COLUMNS} FROM sessions WHERE holder = ?1 ORDER BY seen_at DESC, id DESC LIMIT ?2"
    );
    let found = db.all(&select, params![holder, SESSIONS_MAX], read)?;
    Ok(found.into_iter().flatten().map(|(session, _)| session).collect())
}

pub(super) fn see(tx: &Write<'_>, digest: &SecretDigest) -> Result<()> {
    const UPDATE: &str = "UPDATE sessions SET seen_at = ?2 WHERE digest = ?1";
    tx.execute(UPDATE, params![digest, tx.now])?;
    Ok(())
}

/// Ends one of somebody's sessions; answers whether it was there.
pub(super) fn end(tx: &Write<'_>, holder: UserId, id: SessionId) -> Result<bool> {
    const DELETE: &str = "DELETE FROM sessions WHERE holder = ?1 AND id = ?2";
    Ok(tx.execute(DELETE, params![holder, id])? > 0)
}

/// Ends all of somebody's sessions, `but` one if it is named; answers how many.
pub(in crate::accounts) fn end_all(
    tx: &Write<'_>,
    holder: UserId,
    but: Option<SessionId>,
) -> Result<usize> {
    const DELETE: &str = "DELETE FROM sessions WHERE holder = ?1 AND (?2 IS NULL OR id <> ?2)";
    Ok(tx.execute(DELETE, params![holder, but])?)
}

/// When each person was last seen, with their sessions that were used after `idle` and begun after
/// `begun`. Places outlast the sessions that were opened there.
pub(super) fn presence(
    db: &Read<'_>,
    (idle, begun): (Timestamp, Timestamp),
) -> Result<BTreeMap<UserId, Presence>> {
    const SELECT: &str = "
        SELECT holder, CAST(sum(live) AS BIGINT), max(seen_at) FROM (
            SELECT holder, seen_at,
                CASE WHEN seen_at > ?1 AND created_at > ?2 THEN 1 ELSE 0 END AS live FROM sessions
            UNION ALL
            SELECT holder, seen_at, 0 AS live FROM sign_in_places) AS seen
        GROUP BY holder";
    let rows = db.all(SELECT, params![idle, begun], |row| {
        let sessions = u64::try_from(row.get::<i64>(1)?).unwrap_or(0);
        Ok::<_, Fault>((row.get(0)?, Presence { sessions, seen_at: row.get(2)? }))
    })?;
    Ok(rows.into_iter().collect())
}

/// Deletes sessions left alone since `idle`, or begun before `begun`.
pub(super) fn delete_ended(tx: &Write<'_>, idle: Timestamp, begun: Timestamp) -> Result<usize> {
    const DELETE: &str = "DELETE FROM sessions WHERE seen_at <= ?1 OR created_at <= ?2";
    Ok(tx.execute(DELETE, params![idle, begun])?)
}

pub(super) fn throttle(db: &Read<'_>, subject: &[u8; 16]) -> Result<Throttle> {
    const SELECT: &str =
        "SELECT failures, failed_at, open_at FROM sign_in_throttles WHERE subject = ?1";
    let found = db.first(SELECT, params![subject], |row| {
        Ok::<_, Fault>(Throttle {
            failures: row.get(0)?,
            failed_at: row.get(1)?,
            open_at: row.get(2)?,
        })
    })?;
    Ok(found.unwrap_or_default())
}

pub(super) fn put_throttle(tx: &Write<'_>, subject: &[u8; 16], throttle: Throttle) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO sign_in_throttles (subject, failures, failed_at, open_at)
        VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (subject) DO UPDATE SET failures = ?2, failed_at = ?3, open_at = ?4";
    let Throttle { failures, failed_at, open_at } = throttle;
    tx.execute(UPSERT, params![subject, failures, failed_at, open_at])?;
    Ok(())
}

pub(super) fn delete_throttle(tx: &Write<'_>, subject: &[u8; 16]) -> Result<()> {
    const DELETE: &str = "DELETE FROM sign_in_throttles WHERE subject = ?1";
    tx.execute(DELETE, params![subject])?;
    Ok(())
}

pub(super) fn delete_throttles(tx: &Write<'_>, before: Timestamp) -> Result<usize> {
    const DELETE: &str = "DELETE FROM sign_in_throttles WHERE failed_at <= ?1";
    Ok(tx.execute(DELETE, params![before])?)
}

/// Whether somebody has signed in from a place before.
pub(super) fn is_known_place(db: &Read<'_>, holder: UserId, place: &[u8; 16]) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM sign_in_places WHERE holder = ?1 AND place = ?2";
    Ok(db.first(SELECT, params![holder, place], |_| Ok::<_, Fault>(()))?.is_some())
}

pub(super) fn put_place(tx: &Write<'_>, holder: UserId, place: &[u8; 16]) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO sign_in_places (holder, place, seen_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (holder, place) DO UPDATE SET seen_at = ?3";
    const BOUND: &str = "
        DELETE FROM sign_in_places WHERE holder = ?1 AND place NOT IN (
            SELECT place FROM sign_in_places WHERE holder = ?1 ORDER BY seen_at DESC LIMIT ?2)";
    tx.execute(UPSERT, params![holder, place, tx.now])?;
    tx.execute(BOUND, params![holder, PLACES_MAX])?;
    Ok(())
}
