//! The table of authorization requests.

use super::request::{Kept, Request};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::oauth::clients::ClientId;
use crate::oauth::pkce::Challenge;
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// Requests that are kept of one place, one household behind one address: the oldest goes first.
const OF_PLACE_MAX: i64 = 50;

/// Requests that are kept at all: the oldest goes first.
const KEPT_MAX: i64 = 10_000;

fn seal(digest: &SecretDigest, kept: &Kept, lists: &[String; 2]) -> [u8; 16] {
    let request = &kept.request;
    Seal::over("oauth_requests")
        .bytes(digest.as_bytes())
        .text(request.client.as_str())
        .text(&request.product)
        .text(&lists[0])
        .text(&lists[1])
        .text(&request.redirect_uri)
        .bytes(&[u8::from(request.is_redirect_sent)])
        .text(request.challenge.as_ref().map_or("", Challenge::as_str))
        .text(&kept.session.map(|session| session.to_string()).unwrap_or_default())
        .instant(Some(kept.expires_at))
        .close()
}

fn lists(request: &Request) -> [String; 2] {
    [&request.resources, &request.scopes]
        .map(|list| serde_json::to_string(list).expect("a list of texts is always JSON"))
}

pub(super) fn insert(tx: &Write<'_>, digest: &SecretDigest, kept: &Kept) -> Result<()> {
    const OF_PLACE: &str = "
        DELETE FROM oauth_requests WHERE place = ?1 AND digest NOT IN (
            SELECT digest FROM oauth_requests WHERE place = ?1
            ORDER BY created_at DESC LIMIT ?2)";
    const OF_ALL: &str = "
        DELETE FROM oauth_requests WHERE digest IN (
            SELECT digest FROM oauth_requests ORDER BY expires_at DESC LIMIT 100 OFFSET ?1)";
    const INSERT: &str = "
        INSERT INTO oauth_requests (digest, client, product, resources, scopes, redirect_uri,
                                    is_redirect_sent, challenge, state, place, created_at,
                                    expires_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    tx.execute(OF_PLACE, params![&kept.place, OF_PLACE_MAX - 1])?;
    tx.execute(OF_ALL, params![KEPT_MAX - 1])?;
    let (request, lists) = (&kept.request, lists(&kept.request));
    let seal = seal(digest, kept, &lists);
    let row = params![
        digest,
        request.client.as_str(),
        &request.product,
        &lists[0],
        &lists[1],
        &request.redirect_uri,
        i64::from(request.is_redirect_sent),
        request.challenge.as_ref().map(Challenge::as_str),
        request.state.as_deref(),
        &kept.place,
        kept.created_at,
        kept.expires_at,
        &seal,
    ];
    match tx.execute(INSERT, row) {
        Err(Fault::Reference) => Err(Error::not_found("the client is gone")),
        other => Ok(other.map(drop)?),
    }
}

/// A request that is not over; none where the row does not bear its checksum.
pub(super) fn find(db: &Read<'_>, digest: &SecretDigest, now: Timestamp) -> Result<Option<Kept>> {
    const SELECT: &str = "
        SELECT client, product, resources, scopes, redirect_uri, is_redirect_sent, challenge,
               state, place, session, created_at, expires_at, seal
        FROM oauth_requests WHERE digest = ?1 AND expires_at > ?2";
    let sound = |row: &Row<'_>| {
        let Some(kept) = read(row)? else { return Ok(None) };
        let is_sound = row.get::<[u8; 16]>(12)? == seal(digest, &kept, &[row.get(2)?, row.get(3)?]);
        Ok(is_sound.then_some(kept))
    };
    let found = db.first(SELECT, params![digest, now], |row| Fault::unless_damaged(sound(row)))?;
    Ok(found.flatten())
}

fn read(row: &Row<'_>) -> Result<Option<Kept>, Fault> {
    let (Ok(client), Ok(resources), Ok(scopes)) = (
        row.get::<String>(0)?.parse::<ClientId>(),
        serde_json::from_str(&row.get::<String>(2)?),
        serde_json::from_str(&row.get::<String>(3)?),
    ) else {
        return Ok(None);
    };
    let challenge: Option<String> = row.get(6)?;
    let request = Request {
        client,
        product: row.get(1)?,
        resources,
        scopes,
        redirect_uri: row.get(4)?,
        is_redirect_sent: row.get::<i64>(5)? == 1,
        challenge: challenge.as_deref().and_then(Challenge::parse),
        state: row.get(7)?,
    };
    let (place, session) = (row.get(8)?, row.get(9)?);
    let (created_at, expires_at) = (row.get(10)?, row.get(11)?);
    Ok(Some(Kept { request, place, session, created_at, expires_at }))
}

/// Binds a request to the session that it is first shown to; answers whether it was free.
pub(super) fn bind(
    tx: &Write<'_>,
    digest: &SecretDigest,
    kept: &Kept,
    session: SessionId,
) -> Result<bool> {
    const UPDATE: &str = "
        UPDATE oauth_requests SET session = ?2, seal = ?3 WHERE digest = ?1 AND session IS NULL";
    let bound = Kept { session: Some(session), ..kept.clone() };
    let seal = seal(digest, &bound, &lists(&kept.request));
    Ok(tx.execute(UPDATE, params![digest, session, &seal])? == 1)
}

/// Takes a request away; answers whether it was there.
pub(super) fn delete(tx: &Write<'_>, digest: &SecretDigest) -> Result<bool> {
    const DELETE: &str = "DELETE FROM oauth_requests WHERE digest = ?1";
    Ok(tx.execute(DELETE, params![digest])? == 1)
}

/// Deletes requests that are over.
pub(super) fn delete_ended(tx: &Write<'_>) -> Result<usize> {
    const DELETE: &str = "DELETE FROM oauth_requests WHERE expires_at <= ?1";
    Ok(tx.execute(DELETE, params![tx.now])?)
}
