//! The tables of counts: adding a chunk to them, and reading what is told apart by more than time.

use std::net::IpAddr;

use super::account::Account;
use super::chunk::{Chunk, Row};
use super::grain::Grain;
use super::grants::table as grants;
use super::keys::table as keys;
use super::networks::table as networks;
use super::report::{AddressCount, KeyCount, ScopeUse, SecretUse, Whose};
use super::series::table::{KEYS, STRANGERS, Series, WORKSPACES};
use super::strangers::ADDRESSES_MAX;
use super::tally::LastUse;
use super::together::Together;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::secret::SecretDigest;
use crate::store::{Fault, Param, Read, Write, params};

/// The number of the last chunk that was added.
pub(super) fn last_chunk(db: &Read<'_>) -> Result<i64> {
    const SELECT: &str = "SELECT number FROM usage_chunks";
    let number = db.first(SELECT, &[], |row| row.get(0))?;
    Ok(number.ok_or_else(|| Fault::Other("the chunk's number is gone".into()))?)
}

/// Adds a chunk, unless that was done already.
pub(super) fn add(tx: &Write<'_>, chunk: &Chunk) -> Result<()> {
    const TAKE: &str = "UPDATE usage_chunks SET number = ?1 WHERE number < ?1";
    if tx.execute(TAKE, params![chunk.number])? == 0 {
        return Ok(());
    }
    let mut together = Together::default();
    // Rows of one account stand together, so that each is looked up once.
    let mut last: Option<(Account, Option<String>)> = None;
    for row in &chunk.rows {
        if let Some(account) = row.account() {
            if last.as_ref().is_none_or(|(known, _)| *known != account) {
                let workspace = workspace_of(tx, &account)?;
                last = Some((account, workspace));
            }
            let Some((_, Some(workspace))) = &last else { continue };
            together.add(workspace, row);
            if let Row::Secret { key, last_use, .. } = row {
                keys::update(tx, workspace, (*key, last_use.at))?;
            }
        }
        add_row(tx, row)?;
    }
    Ok(add_together(tx, &together)?)
}

/// The workspace of an account; none for one that was deleted meanwhile, which counts no more.
fn workspace_of(tx: &Write<'_>, account: &Account) -> Result<Option<String>, Fault> {
    const OF_KEY: &str = "SELECT workspace FROM keys WHERE id = ?1";
    const ITSELF: &str = "SELECT slug FROM workspaces WHERE slug = ?1";
    match account {
        Account::Key(key) => tx.first(OF_KEY, params![*key], |row| row.get(0)),
        Account::Grant(granted) => tx.first(ITSELF, params![&*granted.workspace], |row| row.get(0)),
    }
}

fn add_row(tx: &Write<'_>, row: &Row) -> Result<(), Fault> {
    match row {
        Row::Minute { account: Account::Key(key), minute, outcome, requests } => {
            KEYS.add(tx, (*key).into(), (Grain::Minute, *minute), outcome, *requests)
        }
        Row::Scope { account: Account::Key(key), day, scope, requests, last_used_at } => {
            add_scope(tx, *key, (&**scope, *day), *requests, *last_used_at)
        }
        // Those of apps are counted for their workspaces alone.
        Row::Minute { account: Account::Grant(..), .. }
        | Row::Scope { account: Account::Grant(..), .. } => Ok(()),
        Row::Grant { granted, requests, last_use } => {
            grants::add(tx, granted.id, *requests, *last_use)
        }
        Row::Secret { secret, key, requests, last_use } => {
            add_secret(tx, secret, *key, *requests, *last_use)?;
            last_use.from.map_or(Ok(()), |from| networks::add(tx, *key, (last_use.at, from)))
        }
        Row::Stranger { product, minute, code, requests } => {
            STRANGERS.add(tx, product.into(), (Grain::Minute, *minute), code, *requests)
        }
        Row::Address { product, code, day, address, requests } => {
            add_address(tx, (product, code, *day), *address, *requests)
        }
    }
}

fn add_scope(
    tx: &Write<'_>,
    key: KeyId,
    (scope, day): (&str, Timestamp),
    requests: i64,
    last_used_at: Timestamp,
) -> Result<(), Fault> {
    const ADD: &str = "
        INSERT INTO usage_scopes (key, day, scope, requests, last_used_at)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (key, day, scope) DO UPDATE
        SET requests = usage_scopes.requests + ?4,
            last_used_at = CASE WHEN usage_scopes.last_used_at > ?5
                                THEN usage_scopes.last_used_at ELSE ?5 END";
    tx.execute(ADD, params![key, day, scope, requests, last_used_at]).map(drop)
}

fn add_together(tx: &Write<'_>, together: &Together) -> Result<(), Fault> {
    const ADD: &str = "
        INSERT INTO usage_workspace_scopes (workspace, day, scope, requests, last_used_at)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (workspace, day, scope) DO UPDATE
        SET requests = usage_workspace_scopes.requests + ?4,
            last_used_at = CASE WHEN usage_workspace_scopes.last_used_at > ?5
                                THEN usage_workspace_scopes.last_used_at ELSE ?5 END";
    for (workspace, sums) in &together.0 {
        for ((minute, outcome), requests) in &sums.minutes {
            let at = (Grain::Minute, *minute);
            WORKSPACES.add(tx, workspace.into(), at, outcome, *requests)?;
        }
        for ((day, scope), (requests, last_used_at)) in &sums.scopes {
            tx.execute(ADD, params![workspace, *day, &**scope, *requests, *last_used_at])?;
        }
    }
    Ok(())
}

fn add_secret(
    tx: &Write<'_>,
    secret: &SecretDigest,
    key: KeyId,
    requests: i64,
    last_use: LastUse,
) -> Result<(), Fault> {
    const ADD_ON_ITS_DAY: &str = "
        UPDATE usage_secrets
        SET requests = requests + ?2,
            last_used_from = CASE WHEN last_used_at > ?3 THEN last_used_from ELSE ?4 END,
            last_used_at = CASE WHEN last_used_at > ?3 THEN last_used_at ELSE ?3 END
        WHERE key = ?6 AND secret = ?1 AND day = ?5";
    const ADD: &str = "
        INSERT INTO usage_secrets (secret, key, requests, last_used_at, last_used_from, day)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (key, secret) DO UPDATE
        SET requests = usage_secrets.requests + ?3,
            last_used_from = CASE WHEN usage_secrets.last_used_at > ?4
                                  THEN usage_secrets.last_used_from ELSE ?5 END,
            last_used_at = CASE WHEN usage_secrets.last_used_at > ?4
                                THEN usage_secrets.last_used_at ELSE ?4 END,
            day = CASE WHEN usage_secrets.day > ?6 THEN usage_secrets.day ELSE ?6 END";
    let (at, from) = (last_use.at, last_use.from.map(|from| from.to_string()));
    let day = Grain::Day.start(at);
    let on_its_day = params![secret, requests, at, from.as_deref(), day, key];
    if tx.execute(ADD_ON_ITS_DAY, on_its_day)? == 0 {
        tx.execute(ADD, params![secret, key, requests, at, from.as_deref(), day])?;
    }
    Ok(())
}

/// The memory of which addresses are kept ends with the process, so the bound is held here too.
fn add_address(
    tx: &Write<'_>,
    (product, code, day): (&str, &str, Timestamp),
    address: IpAddr,
    requests: i64,
) -> Result<(), Fault> {
    const KNOWN: &str = "
        UPDATE usage_addresses SET requests = requests + ?5
        WHERE product = ?1 AND code = ?2 AND day = ?3 AND address = ?4";
    const ADD: &str = "
        INSERT INTO usage_addresses (product, code, day, address, requests)
        SELECT ?1, ?2, ?3, ?4, ?5
        WHERE (SELECT count(*) FROM usage_addresses
               WHERE product = ?1 AND code = ?2 AND day = ?3) < ?6";
    let (address, max) = (address.to_string(), i64::try_from(ADDRESSES_MAX).unwrap_or(i64::MAX));
    if tx.execute(KNOWN, params![product, code, day, &address, requests])? == 0 {
        tx.execute(ADD, params![product, code, day, &address, requests, max])?;
    }
    Ok(())
}

/// The table of counts that a question is about, and whose.
pub(super) fn series(whose: &Whose) -> (Series, Param<'_>) {
    match whose {
        Whose::Key(id) => (KEYS, (*id).into()),
        Whose::Workspace(slug) => (WORKSPACES, slug.into()),
    }
}

/// The `limit` keys of a workspace that asked most from `since` on.
pub(super) fn busiest(
    db: &Read<'_>,
    workspace: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<KeyCount>> {
    const SELECT: &str = "
        SELECT keys.id, keys.name, CAST(sum(requests) AS BIGINT) AS requests
        FROM keys JOIN usage_counts ON usage_counts.key = keys.id
        WHERE workspace = ?1 AND grain IN (60, 3600, 86400) AND at >= ?2
        GROUP BY keys.id, keys.name ORDER BY requests DESC, keys.id LIMIT ?3";
    db.all(SELECT, params![workspace, since, limit], |row| {
        Ok(KeyCount { key: row.get(0)?, name: row.get(1)?, requests: row.get(2)? })
    })
}

/// Requests that passed from the day `since` on by scope, the most frequent first.
pub(super) fn by_scope(db: &Read<'_>, whose: &Whose, since: Timestamp) -> Result<Vec<ScopeUse>> {
    let (counted, whose): (_, Param<'_>) = match whose {
        Whose::Key(id) => ("usage_scopes WHERE key = ?1", (*id).into()),
        Whose::Workspace(slug) => ("usage_workspace_scopes WHERE workspace = ?1", slug.into()),
    };
    let select = format!(
        "SELECT scope, CAST(sum(requests) AS BIGINT) AS requests, max(last_used_at)
         FROM {counted} AND day >= ?2
         GROUP BY scope ORDER BY requests DESC, scope"
    );
    db.all(&select, &[whose, since.into()], |row| {
        Ok(ScopeUse { scope: row.get(0)?, requests: row.get(1)?, last_used_at: row.get(2)? })
    })
}

/// What each secret of a key let pass. A row that cannot be read is left out: that a key was used
/// is no reason not to show it.
pub(super) fn secrets(db: &Read<'_>, key: KeyId) -> Result<Vec<SecretUse>, Fault> {
    const SELECT: &str = "
        SELECT secret, requests, last_used_at, last_used_from FROM usage_secrets WHERE key = ?1";
    let rows = db.all(SELECT, params![key], |row| {
        let (Ok(secret), Ok(requests), Ok(at)) = (row.get(0), row.get(1), row.get(2)) else {
            return Ok::<_, Fault>(None);
        };
        let from = row.get::<Option<String>>(3).ok().flatten();
        let from = from.and_then(|from| from.parse().ok());
        Ok(Some(SecretUse { secret, requests, last_use: LastUse { at, from } }))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Where those came from, as far as that was kept, from the day `since` on.
pub(super) fn addresses(
    db: &Read<'_>,
    product: &str,
    since: Timestamp,
) -> Result<Vec<AddressCount>> {
    const SELECT: &str = "
        SELECT code, address, CAST(sum(requests) AS BIGINT) AS requests FROM usage_addresses
        WHERE product = ?1 AND day >= ?2
        GROUP BY code, address ORDER BY requests DESC, code, address";
    db.all(SELECT, params![product, since], |row| {
        Ok(AddressCount { code: row.get(0)?, address: row.get(1)?, requests: row.get(2)? })
    })
}

/// Deletes up to `rows_max` rows of each table that begin before `before`; answers how many.
pub(super) fn delete_old(tx: &Write<'_>, before: Timestamp, rows_max: i64) -> Result<usize> {
    const DELETES: [&str; 4] = [
        "DELETE FROM usage_scopes WHERE (key, day, scope) IN
            (SELECT key, day, scope FROM usage_scopes WHERE day < ?1 LIMIT ?2)",
        "DELETE FROM usage_workspace_scopes WHERE (workspace, day, scope) IN
            (SELECT workspace, day, scope FROM usage_workspace_scopes WHERE day < ?1 LIMIT ?2)",
        // Whoever asks about such a key is told that it was never used.
        "UPDATE usage_keys SET last_used_at = 0
         WHERE last_used_at < ?1 AND (workspace, key) IN
            (SELECT workspace, id FROM keys WHERE id IN
                (SELECT key FROM usage_secrets WHERE day < ?1 LIMIT ?2))",
        "DELETE FROM usage_secrets WHERE (key, secret) IN
            (SELECT key, secret FROM usage_secrets WHERE day < ?1 LIMIT ?2)",
    ];
    let mut deleted = 0;
    for series in Series::ALL {
        deleted += series.delete_old(tx, before, rows_max)?;
    }
    for delete in DELETES {
        deleted += tx.execute(delete, params![before, rows_max])?;
    }
    Ok(deleted)
}

/// Deletes up to `rows_max` addresses of days before `before`; answers how many.
pub(super) fn delete_addresses(tx: &Write<'_>, before: Timestamp, rows_max: i64) -> Result<usize> {
    const DELETE: &str = "
        DELETE FROM usage_addresses WHERE (product, code, day, address) IN
            (SELECT product, code, day, address FROM usage_addresses WHERE day < ?1 LIMIT ?2)";
    Ok(tx.execute(DELETE, params![before, rows_max])?)
}
