//! The table of grants.

use super::grant::{Grant, Listed, Of};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::GrantId;
use crate::oauth::clients::{ClientId, table as clients};
use crate::principals::Restrictions;
use crate::principals::seals::{self, GrantColumns};
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, Write, params};

/// Grants of one listing.
const LISTED_MAX: i64 = 1_000;

/// Lists of a grant as they are kept.
struct Lists {
    resources: String,
    scopes: String,
    restrictions: String,
}

impl Lists {
    fn of(grant: &Grant) -> Self {
        let text = |value: serde_json::Result<String>| {
            value.expect("lists and maps of texts are always JSON")
        };
        Self {
            resources: text(serde_json::to_string(&grant.resources)),
            scopes: text(serde_json::to_string(&grant.scopes)),
            restrictions: text(serde_json::to_string(&grant.restrictions)),
        }
    }

    fn seal(&self, grant: &Grant) -> [u8; 16] {
        let holder = grant.holder.map(|holder| holder.to_string());
        seals::grant(&GrantColumns {
            id: grant.id,
            client: grant.client.as_str(),
            workspace: &grant.workspace,
            product: &grant.product,
            resources: &self.resources,
            holder: holder.as_deref(),
            scopes: &self.scopes,
            restrictions: &self.restrictions,
            ends_at: grant.ends_at,
        })
    }
}

/// Writes a new grant. Its client and holder are there: they were read in this transaction.
pub(in crate::oauth) fn insert(tx: &Write<'_>, grant: &Grant) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO oauth_grants (id, client, workspace, product, resources, holder, scopes,
                                  restrictions, created_at, ends_at, last_token_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let lists = Lists::of(grant);
    let seal = lists.seal(grant);
    let row = params![
        grant.id,
        grant.client.as_str(),
        &grant.workspace,
        &grant.product,
        &lists.resources,
        grant.holder,
        &lists.scopes,
        &lists.restrictions,
        grant.created_at,
        grant.ends_at,
        grant.last_token_at,
        &seal,
    ];
    match tx.execute(INSERT, row) {
        Err(Fault::Reference) => Err(Error::not_found("there is no such workspace")),
        other => Ok(other.map(drop)?),
    }
}

/// Writes when a grant ends, and that it gave a token now.
pub(in crate::oauth) fn renew(tx: &Write<'_>, grant: &Grant) -> Result<()> {
    const UPDATE: &str = "
        UPDATE oauth_grants SET ends_at = ?2, last_token_at = ?3, seal = ?4 WHERE id = ?1";
    let seal = Lists::of(grant).seal(grant);
    tx.execute(UPDATE, params![grant.id, grant.ends_at, tx.now, &seal])?;
    Ok(())
}

/// Writes that a grant gave a token now, as exactly as it is told; answers whether there was anything to
/// write.
pub(in crate::oauth) fn see(tx: &Write<'_>, grant: &Grant) -> Result<bool> {
    const UPDATE: &str = "UPDATE oauth_grants SET last_token_at = ?2 WHERE id = ?1";
    let before = tx.now.minus(clients::SEEN_EVERY);
    if grant.last_token_at.is_some_and(|seen_at| seen_at > before) {
        return Ok(false);
    }
    tx.execute(UPDATE, params![grant.id, tx.now])?;
    Ok(true)
}

/// The access tokens of a client: what must be forgotten when it goes.
pub(in crate::oauth) fn tokens_of_client(
    db: &Read<'_>,
    client: &ClientId,
) -> Result<Vec<SecretDigest>> {
    const SELECT: &str = "
        SELECT a.digest FROM oauth_access_tokens a JOIN oauth_grants g ON g.id = a.grant_id
        WHERE g.client = ?1";
    Ok(db.all(SELECT, params![client.as_str()], |row| row.get(0))?)
}

/// What [`read`] reads, of `oauth_grants g`.
const COLUMNS: &str = "g.id, g.client, g.workspace, g.product, g.resources, g.holder, g.scopes, \
     g.restrictions, g.created_at, g.ends_at, g.last_token_at, g.seal";
const COLUMNS_NUMBER: usize = 12;

/// A grant; none where the row does not bear its checksum, or cannot be read.
fn read(row: &Row<'_>) -> Result<Option<Grant>, Fault> {
    Fault::unless_damaged(whole(row))
}

fn whole(row: &Row<'_>) -> Result<Option<Grant>, Fault> {
    let lists = Lists { resources: row.get(4)?, scopes: row.get(6)?, restrictions: row.get(7)? };
    let (Ok(client), Ok(resources), Ok(scopes), Ok(restrictions)) = (
        row.get::<String>(1)?.parse::<ClientId>(),
        serde_json::from_str::<Vec<String>>(&lists.resources),
        serde_json::from_str::<Vec<String>>(&lists.scopes),
        serde_json::from_str::<Restrictions>(&lists.restrictions),
    ) else {
        return Ok(None);
    };
    let grant = Grant {
        id: row.get(0)?,
        client,
        workspace: row.get(2)?,
        product: row.get(3)?,
        resources,
        holder: row.get(5)?,
        scopes,
        restrictions,
        created_at: row.get(8)?,
        ends_at: row.get(9)?,
        last_token_at: row.get(10)?,
    };
    let is_sound = row.get::<[u8; 16]>(11)? == lists.seal(&grant);
    Ok(is_sound.then_some(grant))
}

/// A grant by its id, ended or not.
pub(in crate::oauth) fn find(db: &Read<'_>, id: GrantId) -> Result<Option<Grant>> {
    let select = format!("SELECT {COLUMNS} FROM oauth_grants g WHERE id = ?1");
    Ok(db.first(&select, params![id], read)?.flatten())
}

/// What a service has for itself under a product.
pub(in crate::oauth) fn of_service(
    db: &Read<'_>,
    client: &ClientId,
    (workspace, product): (&str, &str),
) -> Result<Option<Grant>> {
    let select = format!(
        "SELECT {COLUMNS} FROM oauth_grants g
         WHERE client = ?1 AND workspace = ?2 AND product = ?3 AND holder IS NULL"
    );
    Ok(db.first(&select, params![client.as_str(), workspace, product], read)?.flatten())
}

/// What a service has for itself, under whatever product.
pub(in crate::oauth) fn of_services(db: &Read<'_>, client: &ClientId) -> Result<Vec<Grant>> {
    let select = format!(
        "SELECT {COLUMNS} FROM oauth_grants g WHERE client = ?1 AND holder IS NULL LIMIT ?2"
    );
    let row = params![client.as_str(), LISTED_MAX];
    Ok(db.all(&select, row, read)?.into_iter().flatten().collect())
}

/// The oldest grants behind the newest `kept` of one person to one client.
pub(in crate::oauth) fn beyond(db: &Read<'_>, grant: &Grant, kept: i64) -> Result<Vec<GrantId>> {
    const SELECT: &str = "
        SELECT id FROM oauth_grants WHERE holder = ?1 AND client = ?2
        ORDER BY created_at DESC, id DESC LIMIT 1000 OFFSET ?3";
    Ok(db.all(SELECT, params![grant.holder, grant.client.as_str(), kept], |row| row.get(0))?)
}

/// How many grants somebody has given that have not ended.
pub(in crate::oauth) fn count_of_holder(
    db: &Read<'_>,
    grant: &Grant,
    now: Timestamp,
) -> Result<i64> {
    const SELECT: &str = "SELECT count(*) FROM oauth_grants WHERE holder = ?1 AND ends_at > ?2";
    Ok(db.first(SELECT, params![grant.holder, now], |row| row.get(0))?.unwrap_or(0))
}

/// Whose grants are meant: those that have given a token and have not ended.
const MEANT: &str = "(?1 IS NULL OR g.workspace = ?1) AND (?2 IS NULL OR g.client = ?2) \
     AND (?3 IS NULL OR g.holder = ?3) AND g.last_token_at IS NOT NULL AND g.ends_at > ?4";

/// Grants with whom each is between, the newest first.
pub(super) fn list(
    db: &Read<'_>,
    of: &Of,
    now: Timestamp,
    (skipped, limit): (i64, i64),
) -> Result<Vec<Listed>> {
    let select = format!(
        "SELECT {COLUMNS}, u.email, l.last_used_at, l.last_used_from, {}
         FROM oauth_grants g
         JOIN oauth_clients c ON c.id = g.client
         LEFT JOIN users u ON u.id = g.holder
         LEFT JOIN usage_grants l ON l.grant_id = g.id
         WHERE {MEANT} ORDER BY g.id DESC LIMIT ?5 OFFSET ?6",
        clients::COLUMNS
    );
    let row = params![
        of.workspace.as_deref(),
        of.client.as_ref().map(ClientId::as_str),
        of.holder,
        now,
        limit.clamp(1, LISTED_MAX),
        skipped,
    ];
    Ok(db.all(&select, row, listed)?.into_iter().flatten().collect())
}

fn listed(row: &Row<'_>) -> Result<Option<Listed>, Fault> {
    let Some(grant) = read(row)? else { return Ok(None) };
    let row = row.behind(COLUMNS_NUMBER);
    Ok(Some(Listed {
        grant,
        holder: row.get(0)?,
        used_at: row.get(1)?,
        used_from: row.get(2)?,
        client: clients::read(&row.behind(3))?,
    }))
}

/// How many [`list`] would list.
pub(super) fn count(db: &Read<'_>, of: &Of, now: Timestamp) -> Result<i64> {
    let select = format!("SELECT count(*) FROM oauth_grants g WHERE {MEANT}");
    let client = of.client.as_ref().map(ClientId::as_str);
    let row = params![of.workspace.as_deref(), client, of.holder, now];
    Ok(db.first(&select, row, |row| row.get(0))?.unwrap_or(0))
}

/// Deletes grants that have ended. Nothing that hangs on one is good any more.
pub(super) fn delete_ended(tx: &Write<'_>) -> Result<usize> {
    const DELETE: &str = "DELETE FROM oauth_grants WHERE ends_at <= ?1";
    Ok(tx.execute(DELETE, params![tx.now])?)
}
