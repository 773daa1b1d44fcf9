//! The table of networks.

use std::net::IpAddr;

use super::network;
use crate::clock::{Span, Timestamp};
use crate::error::Result;
use crate::id::KeyId;
use crate::store::{Fault, Read, Write, params};

/// Networks that are kept for a key: more than a service behind several exits has.
const NETWORKS_MAX: i64 = 16;

/// How exactly the last use is known: a busy key's row is not written anew every second.
const SEEN_EVERY: Span = Span::seconds(3_600);

/// Adds a use of a key that is there from `address`.
pub(in crate::usage) fn add(
    tx: &Write<'_>,
    key: KeyId,
    (at, address): (Timestamp, IpAddr),
) -> Result<(), Fault> {
    const ADD: &str = "
        INSERT INTO usage_networks (key, network, first_used_at, last_used_at)
        VALUES (?1, ?2, ?3, ?3)
        ON CONFLICT (key, network) DO UPDATE SET last_used_at = ?3
        WHERE usage_networks.last_used_at < ?4";
    const BOUND: &str = "
        DELETE FROM usage_networks WHERE key = ?1 AND network NOT IN (
            SELECT network FROM usage_networks WHERE key = ?1
            ORDER BY last_used_at DESC LIMIT ?2)";
    let network = network(address);
    if tx.execute(ADD, params![key, network, at, at.minus(SEEN_EVERY)])? > 0 {
        tx.execute(BOUND, params![key, NETWORKS_MAX])?;
    }
    Ok(())
}

/// Networks that keys were first used from since `since`, of keys that were used elsewhere before;
/// the latest first, `rows_max` at most.
pub(in crate::usage) fn newest(
    db: &Read<'_>,
    since: Timestamp,
    rows_max: i64,
) -> Result<Vec<(KeyId, String, Timestamp)>> {
    const SELECT: &str = "
        SELECT key, network, first_used_at FROM usage_networks AS newer
        WHERE first_used_at >= ?1 AND EXISTS (
            SELECT 1 FROM usage_networks AS older
            WHERE older.key = newer.key AND older.first_used_at < ?1)
        ORDER BY first_used_at DESC LIMIT ?2";
    Ok(db.all(SELECT, params![since, rows_max], |row| {
        Ok::<_, Fault>((row.get(0)?, row.get(1)?, row.get(2)?))
    })?)
}

/// Deletes up to `rows_max` networks that were last used before `before`; answers how many.
pub(in crate::usage) fn delete_old(
    tx: &Write<'_>,
    before: Timestamp,
    rows_max: i64,
) -> Result<usize> {
    const DELETE: &str = "
        DELETE FROM usage_networks WHERE (key, network) IN
            (SELECT key, network FROM usage_networks WHERE last_used_at < ?1 LIMIT ?2)";
    Ok(tx.execute(DELETE, params![before, rows_max])?)
}
