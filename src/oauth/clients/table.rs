//! The tables of clients and of their secrets.

use super::client::{AuthMethod, Client, ClientId, ClientSecret, GrantType, Lasting, Origin};
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::principals::seals::{self, ClientColumns};
use crate::secret::{Secret, SecretDigest};
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// What a client and its secrets are read from.
pub(in crate::oauth) const TABLES: &[&str] = &["oauth_clients", "oauth_client_secrets"];

/// How exactly it is known when a client last got a token: that of a busy one is not written anew with
/// each.
pub(in crate::oauth) const SEEN_EVERY: Span = Span::seconds(60);

/// Clients of one listing.
const LISTED_MAX: i64 = 1_000;

/// Lists of a client as they are kept.
struct Lists {
    redirect_uris: String,
    grant_types: String,
    scopes: String,
    about: String,
}

impl Lists {
    fn of(client: &Client) -> Self {
        let text = |value: serde_json::Result<String>| {
            value.expect("lists and maps of texts are always JSON")
        };
        Self {
            redirect_uris: text(serde_json::to_string(&client.redirect_uris)),
            grant_types: text(serde_json::to_string(&client.grant_types)),
            scopes: text(serde_json::to_string(&client.scopes)),
            about: text(serde_json::to_string(&client.about)),
        }
    }

    fn seal(&self, client: &Client) -> [u8; 16] {
        seals::client(&ClientColumns {
            id: client.id.as_str(),
            origin: client.origin.as_str(),
            auth_method: client.auth_method.as_str(),
            redirect_uris: &self.redirect_uris,
            grant_types: &self.grant_types,
            scopes: &self.scopes,
            product: client.product.as_deref(),
            workspace: client.workspace.as_deref(),
            is_oauth20: client.is_oauth20,
        })
    }
}

/// Writes a client, new or changed.
pub(in crate::oauth) fn put(tx: &Write<'_>, client: &Client) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO oauth_clients (id, origin, name, auth_method, redirect_uris, grant_types,
                                   scopes, product, workspace, is_oauth20, about, created_at,
                                   created_by, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT (id) DO UPDATE
        SET name = ?3, auth_method = ?4, redirect_uris = ?5, grant_types = ?6, scopes = ?7,
            product = ?8, workspace = ?9, is_oauth20 = ?10, about = ?11, seal = ?14";
    let lists = Lists::of(client);
    let seal = lists.seal(client);
    let row = params![
        client.id.as_str(),
        client.origin.as_str(),
        &client.name,
        client.auth_method.as_str(),
        &lists.redirect_uris,
        &lists.grant_types,
        &lists.scopes,
        client.product.as_deref(),
        client.workspace.as_deref(),
        i64::from(client.is_oauth20),
        &lists.about,
        client.created_at,
        &client.created_by,
        &seal,
    ];
    match tx.execute(UPSERT, row) {
        Err(Fault::Reference) => {
            let workspace = client.workspace.as_deref().unwrap_or_default();
            Err(Error::not_found(format!("there is no workspace {workspace}")))
        }
        other => Ok(other.map(drop)?),
    }
}

/// Answers whether it was there.
pub(in crate::oauth) fn delete(tx: &Write<'_>, id: &ClientId) -> Result<bool> {
    const DELETE: &str = "DELETE FROM oauth_clients WHERE id = ?1";
    Ok(tx.execute(DELETE, params![id.as_str()])? > 0)
}

/// Writes down that a client got a token now, as exactly as it is told.
pub(in crate::oauth) fn see(tx: &Write<'_>, id: &ClientId) -> Result<()> {
    const UPDATE: &str = "
        UPDATE oauth_clients SET last_token_at = ?2
        WHERE id = ?1 AND (last_token_at IS NULL OR last_token_at <= ?3)";
    tx.execute(UPDATE, params![id.as_str(), tx.now, tx.now.minus(SEEN_EVERY)])?;
    Ok(())
}

/// What [`read`] reads, of `oauth_clients c`.
pub(in crate::oauth) const COLUMNS: &str = "c.id, c.origin, c.name, c.auth_method, \
     c.redirect_uris, c.grant_types, c.scopes, c.product, c.workspace, c.is_oauth20, c.about, \
     c.created_at, c.created_by, c.last_token_at, c.seal";

/// A client; none where the row does not bear its checksum, or cannot be read.
pub(in crate::oauth) fn read(row: &Row<'_>) -> Result<Option<Client>, Fault> {
    Fault::unless_damaged(whole(row))
}

fn whole(row: &Row<'_>) -> Result<Option<Client>, Fault> {
    let id = row.get::<String>(0)?.parse::<ClientId>().ok();
    let origin = Origin::named(&row.get::<String>(1)?);
    let auth_method = AuthMethod::named(&row.get::<String>(3)?);
    let lists = Lists {
        redirect_uris: row.get(4)?,
        grant_types: row.get(5)?,
        scopes: row.get(6)?,
        about: row.get(10)?,
    };
    let (Some(id), Some(origin), Some(auth_method)) = (id, origin, auth_method) else {
        return Ok(None);
    };
    let (Ok(redirect_uris), Ok(grant_types), Ok(scopes), Ok(about)) = (
        serde_json::from_str::<Vec<String>>(&lists.redirect_uris),
        serde_json::from_str::<Vec<GrantType>>(&lists.grant_types),
        serde_json::from_str::<Vec<String>>(&lists.scopes),
        serde_json::from_str(&lists.about),
    ) else {
        return Ok(None);
    };
    let client = Client {
        id,
        origin,
        name: row.get(2)?,
        auth_method,
        redirect_uris,
        grant_types,
        scopes,
        product: row.get(7)?,
        workspace: row.get(8)?,
        is_oauth20: row.get::<i64>(9)? == 1,
        about,
        created_at: row.get(11)?,
        created_by: row.get(12)?,
        last_token_at: row.get(13)?,
    };
    let is_sound = row.get::<[u8; 16]>(14)? == lists.seal(&client);
    Ok(is_sound.then_some(client))
}

/// A client by its id.
pub(in crate::oauth) fn find(db: &Read<'_>, id: &ClientId) -> Result<Option<Client>> {
    let select = format!("SELECT {COLUMNS} FROM oauth_clients c WHERE id = ?1");
    Ok(db.first(&select, params![id.as_str()], read)?.flatten())
}

/// Clients in the order of their making, the newest first, `limit` of them behind the first
/// `skipped`: all, or those that a workspace's admins have made.
pub(super) fn list(
    db: &Read<'_>,
    workspace: Option<&str>,
    (skipped, limit): (i64, i64),
) -> Result<Vec<Client>> {
    let select = format!(
        "SELECT {COLUMNS} FROM oauth_clients c WHERE ?1 IS NULL OR workspace = ?1
         ORDER BY created_at DESC, id DESC LIMIT ?2 OFFSET ?3"
    );
    let row = params![workspace, limit.clamp(1, LISTED_MAX), skipped];
    Ok(db.all(&select, row, read)?.into_iter().flatten().collect())
}

/// How many clients there are: all, or those that a workspace's admins have made.
pub(super) fn count(db: &Read<'_>, workspace: Option<&str>) -> Result<i64> {
    const SELECT: &str = "
        SELECT count(*) FROM oauth_clients WHERE ?1 IS NULL OR workspace = ?1";
    Ok(db.first(SELECT, params![workspace], |row| row.get(0))?.unwrap_or(0))
}

/// How many clients somebody vouches for: all, or those of a workspace.
pub(super) fn count_vouched(db: &Read<'_>, workspace: Option<&str>) -> Result<i64> {
    const SELECT: &str = "
        SELECT count(*) FROM oauth_clients
        WHERE origin IN ('operator', 'workspace') AND (?1 IS NULL OR workspace = ?1)";
    Ok(db.first(SELECT, params![workspace], |row| row.get(0))?.unwrap_or(0))
}

/// How many clients nobody vouches for.
pub(super) fn count_unvouched(db: &Read<'_>) -> Result<i64> {
    const SELECT: &str = "
        SELECT count(*) FROM oauth_clients WHERE origin IN ('registered', 'document')";
    Ok(db.first(SELECT, &[], |row| row.get(0))?.unwrap_or(0))
}

/// Deletes those that nobody vouches for, that never got a token and were known before `before`;
/// `limit` of them at most, the oldest first.
pub(super) fn delete_unused(tx: &Write<'_>, before: Timestamp, limit: i64) -> Result<usize> {
    const DELETE: &str = "
        DELETE FROM oauth_clients WHERE id IN (
            SELECT id FROM oauth_clients
            WHERE origin IN ('registered', 'document') AND last_token_at IS NULL
              AND created_at < ?1
            ORDER BY created_at LIMIT ?2)";
    Ok(tx.execute(DELETE, params![before, limit])?)
}

/// Deletes the one that nobody vouches for and that has been idle the longest, since before `before`,
/// if nobody lets it do anything; answers whether there was one.
pub(super) fn delete_idle(tx: &Write<'_>, before: Timestamp) -> Result<bool> {
    const DELETE: &str = "
        DELETE FROM oauth_clients WHERE id = (
            SELECT c.id FROM oauth_clients c
            WHERE c.origin IN ('registered', 'document') AND c.last_token_at < ?1
              AND NOT EXISTS (
                SELECT 1 FROM oauth_grants g WHERE g.client = c.id AND g.ends_at > ?2)
            ORDER BY c.last_token_at LIMIT 1)";
    Ok(tx.execute(DELETE, params![before, tx.now])? == 1)
}

fn secret_seal(digest: &SecretDigest, client: &ClientId, ends_at: Option<Timestamp>) -> [u8; 16] {
    Seal::over("oauth_client_secrets")
        .bytes(digest.as_bytes())
        .text(client.as_str())
        .instant(ends_at)
        .close()
}

pub(super) fn insert_secret(tx: &Write<'_>, client: &ClientId, secret: &Secret) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO oauth_client_secrets (digest, client, last4, created_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let digest = secret.digest();
    let seal = secret_seal(&digest, client, None);
    tx.execute(INSERT, params![&digest, client.as_str(), secret.last4(), tx.now, &seal])?;
    Ok(())
}

/// Ends a client's secrets that last longer, at `ends_at`; those that are over go.
pub(super) fn end_secrets(tx: &Write<'_>, client: &ClientId, ends_at: Timestamp) -> Result<()> {
    const DELETE: &str = "DELETE FROM oauth_client_secrets WHERE client = ?1 AND ends_at <= ?2";
    const SELECT: &str = "
        SELECT digest FROM oauth_client_secrets
        WHERE client = ?1 AND (ends_at IS NULL OR ends_at > ?2)";
    const UPDATE: &str = "
        UPDATE oauth_client_secrets SET ends_at = ?2, seal = ?3 WHERE digest = ?1";
    let live =
        tx.all(SELECT, params![client.as_str(), ends_at], |row| row.get::<SecretDigest>(0))?;
    for digest in live {
        let seal = secret_seal(&digest, client, Some(ends_at));
        tx.execute(UPDATE, params![&digest, ends_at, &seal])?;
    }
    tx.execute(DELETE, params![client.as_str(), tx.now])?;
    Ok(())
}

/// How long a secret of this client is good; `None` where it is none of its own.
pub(super) fn secret(
    db: &Read<'_>,
    client: &ClientId,
    digest: &SecretDigest,
) -> Result<Option<Lasting>> {
    const SELECT: &str = "
        SELECT ends_at, seal FROM oauth_client_secrets WHERE digest = ?1 AND client = ?2";
    let lasting = |row: &Row<'_>| {
        let ends_at: Option<Timestamp> = row.get(0)?;
        let is_sound = row.get::<[u8; 16]>(1)? == secret_seal(digest, client, ends_at);
        Ok(is_sound.then_some(Lasting { ends_at }))
    };
    let row = params![digest, client.as_str()];
    let found = db.first(SELECT, row, |row| Fault::unless_damaged(lasting(row)))?;
    Ok(found.flatten())
}

/// A client's secrets, the newest first.
pub(super) fn secrets(db: &Read<'_>, client: &ClientId) -> Result<Vec<ClientSecret>> {
    const SELECT: &str = "
        SELECT last4, created_at, ends_at FROM oauth_client_secrets
        WHERE client = ?1 ORDER BY created_at DESC";
    Ok(db.all(SELECT, params![client.as_str()], |row| {
        Ok::<_, Fault>(ClientSecret {
            last4: row.get(0)?,
            created_at: row.get(1)?,
            ends_at: row.get(2)?,
        })
    })?)
}

/// Deletes secrets that ended before now.
pub(super) fn delete_ended_secrets(tx: &Write<'_>) -> Result<usize> {
    const DELETE: &str = "DELETE FROM oauth_client_secrets WHERE ends_at <= ?1";
    Ok(tx.execute(DELETE, params![tx.now])?)
}

/// Keeps what a client manages its registration with.
pub(super) fn insert_registration_token(
    tx: &Write<'_>,
    digest: &SecretDigest,
    client: &ClientId,
) -> Result<()> {
    const INSERT: &str = "INSERT INTO oauth_registration_tokens (digest, client) VALUES (?1, ?2)";
    tx.execute(INSERT, params![digest, client.as_str()])?;
    Ok(())
}

/// Whether a client manages its registration with this.
pub(super) fn is_registration_token(
    db: &Read<'_>,
    digest: &SecretDigest,
    client: &ClientId,
) -> Result<bool> {
    const SELECT: &str = "
        SELECT 1 FROM oauth_registration_tokens WHERE digest = ?1 AND client = ?2";
    let found = db.first(SELECT, params![digest, client.as_str()], |_| Ok::<_, Fault>(()))?;
    Ok(found.is_some())
}

/// Keeps what somebody may register clients with.
pub(super) fn insert_initial_token(
    tx: &Write<'_>,
    digest: &SecretDigest,
    (by, expires_at): (&str, Timestamp),
) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO oauth_initial_tokens (digest, created_at, created_by, expires_at)
        VALUES (?1, ?2, ?3, ?4)";
    tx.execute(INSERT, params![digest, tx.now, by, expires_at])?;
    Ok(())
}

/// Whether somebody may register clients with this at `now`.
pub(super) fn is_initial_token(
    db: &Read<'_>,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<bool> {
    const SELECT: &str = "
        SELECT 1 FROM oauth_initial_tokens WHERE digest = ?1 AND expires_at > ?2";
    Ok(db.first(SELECT, params![digest, now], |_| Ok::<_, Fault>(()))?.is_some())
}

/// How many tokens there are to register clients with.
pub(super) fn count_initial_tokens(db: &Read<'_>) -> Result<i64> {
    const SELECT: &str = "SELECT count(*) FROM oauth_initial_tokens";
    Ok(db.first(SELECT, &[], |row| row.get(0))?.unwrap_or(0))
}

/// Takes every token to register clients with away, or those alone that are over.
pub(super) fn delete_initial_tokens(tx: &Write<'_>, before: Timestamp) -> Result<usize> {
    const DELETE: &str = "DELETE FROM oauth_initial_tokens WHERE expires_at <= ?1";
    Ok(tx.execute(DELETE, params![before])?)
}
