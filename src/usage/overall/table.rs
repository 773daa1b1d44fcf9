//! The tables of counts, over all keys.

use super::actions::{LastRefusal, Refused, Uses};
use super::unusual::Hour;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::store::{Fault, Read, params};
use crate::usage::grain::Grain;
use crate::usage::report::TimedCount;

/// Requests from `since` on by minute and outcome, as far as minutes are told apart.
pub(super) fn minutes(db: &Read<'_>, since: Timestamp) -> Result<Vec<TimedCount>> {
    const SELECT: &str = "
        SELECT at, outcome, CAST(sum(requests) AS BIGINT) FROM (
            SELECT at, outcome, requests FROM usage_workspaces WHERE grain = 60 AND at >= ?1
            UNION ALL
            SELECT at, code AS outcome, requests FROM usage_strangers
            WHERE grain = 60 AND at >= ?1) AS asked
        GROUP BY at, outcome ORDER BY at, outcome";
    Ok(db.all(SELECT, params![since], |row| {
        Ok::<_, Fault>(TimedCount { at: row.get(0)?, outcome: row.get(1)?, requests: row.get(2)? })
    })?)
}

pub(super) fn uses(db: &Read<'_>) -> Result<Uses> {
    const OF_SECRETS: &str = "SELECT key, last_used_at FROM usage_secrets LIMIT 2";
    const OF_GRANTS: &str = "SELECT 1 FROM usage_grants LIMIT 1";
    let secrets = db.all(OF_SECRETS, &[], |row| Ok::<_, Fault>((row.get(0)?, row.get(1)?)))?;
    let is_granted = db.first(OF_GRANTS, &[], |_| Ok::<_, Fault>(()))?.is_some();
    Ok(match secrets.as_slice() {
        [] if !is_granted => Uses::None,
        [(key, at)] if !is_granted => Uses::OneKey(*key, *at),
        _ => Uses::Several,
    })
}

pub(super) fn last_refusal_of_known(
    db: &Read<'_>,
    since: Timestamp,
) -> Result<Option<LastRefusal>> {
    const SELECT: &str = "
        SELECT outcome, at FROM usage_workspaces
        WHERE grain = 60 AND at >= ?1 AND outcome <> 'allowed' ORDER BY at DESC LIMIT 1";
    Ok(db.first(SELECT, params![since], |row| {
        Ok::<_, Fault>(LastRefusal { code: row.get(0)?, at: row.get(1)?, by: Refused::Known })
    })?)
}

pub(super) fn last_refusal_of_strangers(
    db: &Read<'_>,
    since: Timestamp,
) -> Result<Option<LastRefusal>> {
    const SELECT: &str = "
        SELECT code, at, product FROM usage_strangers
        WHERE grain = 60 AND at >= ?1 ORDER BY at DESC LIMIT 1";
    const FROM: &str = "
        SELECT max(address) FROM usage_addresses WHERE product = ?1 AND code = ?2 AND day = ?3
        HAVING min(address) = max(address)";
    let last = db.first(SELECT, params![since], |row| {
        Ok::<(String, Timestamp, String), Fault>((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let Some((code, at, product)) = last else { return Ok(None) };
    let day = Grain::Day.start(at);
    let from = db.first(FROM, params![&product, &code, day], |row| row.get::<Option<String>>(0))?;
    Ok(Some(LastRefusal { code, at, by: Refused::Stranger(from.flatten()) }))
}

/// The keys that asked the most since `since`.
pub(super) fn busiest(db: &Read<'_>, since: Timestamp, keys_max: i64) -> Result<Vec<Hour>> {
    hours(db, "requests", since, keys_max)
}

/// The keys that were refused the most since `since`.
pub(super) fn most_refused(db: &Read<'_>, since: Timestamp, keys_max: i64) -> Result<Vec<Hour>> {
    hours(db, "refused", since, keys_max)
}

fn hours(db: &Read<'_>, by: &'static str, since: Timestamp, keys_max: i64) -> Result<Vec<Hour>> {
    let select = format!(
        "SELECT key, CAST(sum(requests) AS BIGINT) AS requests,
             CAST(sum(CASE WHEN outcome = 'allowed' THEN 0 ELSE requests END) AS BIGINT) AS refused,
             max(at)
         FROM usage_counts WHERE grain = 60 AND at >= ?1
         GROUP BY key ORDER BY {by} DESC, key LIMIT ?2"
    );
    Ok(db.all(&select, params![since, keys_max], |row| {
        Ok::<_, Fault>(Hour {
            key: row.get(0)?,
            requests: row.get(1)?,
            refused: row.get(2)?,
            last_at: row.get(3)?,
        })
    })?)
}

/// What a key asked from `since` until `until`.
pub(super) fn requests(
    db: &Read<'_>,
    key: KeyId,
    since: Timestamp,
    until: Timestamp,
) -> Result<i64> {
    const SELECT: &str = "
        SELECT CAST(coalesce(sum(requests), 0) AS BIGINT) FROM usage_counts
        WHERE key = ?1 AND grain IN (60, 3600, 86400) AND at >= ?2 AND at < ?3";
    let found = db.first(SELECT, params![key, since, until], |row| row.get::<i64>(0))?;
    Ok(found.unwrap_or(0))
}

/// Requests of each product since `since` that were refused before a key was known, with the minute
/// of the last one.
pub(super) fn strangers(db: &Read<'_>, since: Timestamp) -> Result<Vec<(String, i64, Timestamp)>> {
    const SELECT: &str = "
        SELECT product, CAST(sum(requests) AS BIGINT), max(at) FROM usage_strangers
        WHERE grain = 60 AND at >= ?1 GROUP BY product ORDER BY product";
    Ok(db.all(SELECT, params![since], |row| {
        Ok::<_, Fault>((row.get(0)?, row.get(1)?, row.get(2)?))
    })?)
}
