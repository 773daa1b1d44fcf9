//! The tables of codes, refresh tokens and access tokens.

use super::token::{AccessToken, Code, RefreshToken};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::GrantId;
use crate::oauth::pkce::Challenge;
use crate::principals::seals;
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// What a token's worth is read from.
pub(in crate::oauth) const TABLES: &[&str] =
    &["oauth_access_tokens", "oauth_refresh_tokens", "oauth_grants"];

/// Access tokens that hang on one grant: beyond it the oldest end.
const ACCESS_TOKENS_MAX: i64 = 200;

/// One in so many access tokens makes room for itself and the next: older ones end a few at a time.
const ACCESS_TOKENS_AT_ONCE: i64 = 16;

fn code_seal(code: &Code) -> [u8; 16] {
    Seal::over("oauth_codes")
        .bytes(code.digest.as_bytes())
        .text(&code.grant.to_string())
        .text(&code.redirect_uri)
        .bytes(&[u8::from(code.is_redirect_sent)])
        .text(code.challenge.as_ref().map_or("", Challenge::as_str))
        .instant(Some(code.expires_at))
        .instant(code.redeemed_at)
        .close()
}

pub(in crate::oauth) fn insert_code(tx: &Write<'_>, code: &Code) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO oauth_codes (digest, grant_id, redirect_uri, is_redirect_sent, challenge,
                                 expires_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let seal = code_seal(code);
    let row = params![
        &code.digest,
        code.grant,
        &code.redirect_uri,
        i64::from(code.is_redirect_sent),
        code.challenge.as_ref().map(Challenge::as_str),
        code.expires_at,
        &seal,
    ];
    tx.execute(INSERT, row)?;
    Ok(())
}

/// A code; none where the row does not bear its checksum.
pub(super) fn code(db: &Read<'_>, digest: &SecretDigest) -> Result<Option<Code>> {
    const SELECT: &str = "
        SELECT digest, grant_id, redirect_uri, is_redirect_sent, challenge, expires_at,
               redeemed_at, seal
        FROM oauth_codes WHERE digest = ?1";
    Ok(db.first(SELECT, params![digest], |row| Fault::unless_damaged(read_code(row)))?.flatten())
}

fn read_code(row: &Row<'_>) -> Result<Option<Code>, Fault> {
    let challenge: Option<String> = row.get(4)?;
    let code = Code {
        digest: row.get(0)?,
        grant: row.get(1)?,
        redirect_uri: row.get(2)?,
        is_redirect_sent: row.get::<i64>(3)? == 1,
        challenge: challenge.as_deref().and_then(Challenge::parse),
        expires_at: row.get(5)?,
        redeemed_at: row.get(6)?,
    };
    let is_sound = row.get::<[u8; 16]>(7)? == code_seal(&code);
    Ok(is_sound.then_some(code))
}

/// Redeems a code now; answers whether it was this call that did.
pub(super) fn redeem(tx: &Write<'_>, code: &Code) -> Result<bool> {
    const UPDATE: &str = "
        UPDATE oauth_codes SET redeemed_at = ?2, seal = ?3
        WHERE digest = ?1 AND redeemed_at IS NULL AND expires_at > ?2";
    let seal = code_seal(&Code { redeemed_at: Some(tx.now), ..code.clone() });
    Ok(tx.execute(UPDATE, params![&code.digest, tx.now, &seal])? == 1)
}

fn refresh_seal(token: &RefreshToken) -> [u8; 16] {
    Seal::over("oauth_refresh_tokens")
        .bytes(token.digest.as_bytes())
        .text(&token.grant.to_string())
        .instant(Some(token.expires_at))
        .instant(token.used.as_ref().map(|(used_at, _)| *used_at))
        .close()
}

pub(super) fn insert_refresh(tx: &Write<'_>, token: &RefreshToken) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO oauth_refresh_tokens (digest, grant_id, created_at, expires_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let seal = refresh_seal(token);
    let row = params![&token.digest, token.grant, token.created_at, token.expires_at, &seal];
    tx.execute(INSERT, row)?;
    Ok(())
}

/// A refresh token; none where the row does not bear its checksum.
pub(super) fn refresh(db: &Read<'_>, digest: &SecretDigest) -> Result<Option<RefreshToken>> {
    const SELECT: &str = "
        SELECT digest, grant_id, created_at, expires_at, used_at, successor, seal
        FROM oauth_refresh_tokens WHERE digest = ?1";
    Ok(db.first(SELECT, params![digest], |row| Fault::unless_damaged(read_refresh(row)))?.flatten())
}

fn read_refresh(row: &Row<'_>) -> Result<Option<RefreshToken>, Fault> {
    let (used_at, successor): (Option<Timestamp>, _) = (row.get(4)?, row.get(5)?);
    let token = RefreshToken {
        digest: row.get(0)?,
        grant: row.get(1)?,
        created_at: row.get(2)?,
        expires_at: row.get(3)?,
        used: used_at.map(|used_at| (used_at, successor)),
    };
    let is_sound = row.get::<[u8; 16]>(6)? == refresh_seal(&token);
    Ok(is_sound.then_some(token))
}

/// Uses a refresh token now, and keeps what it is answered with; answers whether it was this call
/// that did.
pub(super) fn use_refresh(
    tx: &Write<'_>,
    token: &RefreshToken,
    successor: Option<&[u8]>,
) -> Result<bool> {
    const UPDATE: &str = "
        UPDATE oauth_refresh_tokens SET used_at = ?2, successor = ?3, seal = ?4
        WHERE digest = ?1 AND used_at IS NULL AND expires_at > ?2";
    let seal = refresh_seal(&RefreshToken { used: Some((tx.now, None)), ..token.clone() });
    Ok(tx.execute(UPDATE, params![&token.digest, tx.now, successor, &seal])? == 1)
}

/// How many refresh tokens of a grant there are; but for the last of them, all were used.
pub(super) fn count_refresh(db: &Read<'_>, grant: GrantId) -> Result<i64> {
    const SELECT: &str = "SELECT count(*) FROM oauth_refresh_tokens WHERE grant_id = ?1";
    Ok(db.first(SELECT, params![grant], |row| row.get(0))?.unwrap_or(0))
}

/// Writes an access token; answers which older ones it has ended.
pub(super) fn insert_access(tx: &Write<'_>, token: &AccessToken) -> Result<Vec<SecretDigest>> {
    const INSERT: &str = "
        INSERT INTO oauth_access_tokens (digest, grant_id, number, scopes, created_at, expires_at,
                                         seal)
        VALUES (?1, ?2, 1 + (SELECT coalesce(max(number), 0) FROM oauth_access_tokens
                             WHERE grant_id = ?2), ?3, ?4, ?5, ?6)
        RETURNING number";
    let scopes = list(&token.scopes);
    let seal = seals::access_token(&token.digest, token.grant, &scopes, token.expires_at);
    let row =
        params![&token.digest, token.grant, &scopes, token.created_at, token.expires_at, &seal];
    match tx.first(INSERT, row, |row| row.get::<i64>(0))? {
        Some(number) if number % ACCESS_TOKENS_AT_ONCE == 0 => end_oldest(tx, token.grant),
        _ => Ok(Vec::new()),
    }
}

/// Ends the oldest access tokens of a grant, so that as many as are issued until the next time find room;
/// answers which those were.
fn end_oldest(tx: &Write<'_>, grant: GrantId) -> Result<Vec<SecretDigest>> {
    const DELETE: &str = "
        DELETE FROM oauth_access_tokens
        WHERE grant_id = ?1
          AND number <= (SELECT number FROM oauth_access_tokens
                         WHERE grant_id = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
        RETURNING digest";
    let kept = ACCESS_TOKENS_MAX - ACCESS_TOKENS_AT_ONCE;
    Ok(tx.all(DELETE, params![grant, kept], |row| row.get(0))?)
}

fn list(scopes: &[String]) -> String {
    serde_json::to_string(scopes).expect("a list of texts is always JSON")
}

/// An access token; none where the row does not bear its checksum.
pub(super) fn access(db: &Read<'_>, digest: &SecretDigest) -> Result<Option<AccessToken>> {
    const SELECT: &str = "
        SELECT digest, grant_id, scopes, created_at, expires_at, seal
        FROM oauth_access_tokens WHERE digest = ?1";
    Ok(db.first(SELECT, params![digest], |row| Fault::unless_damaged(read_access(row)))?.flatten())
}

fn read_access(row: &Row<'_>) -> Result<Option<AccessToken>, Fault> {
    let (digest, grant): (SecretDigest, GrantId) = (row.get(0)?, row.get(1)?);
    let (scopes, expires_at): (String, Timestamp) = (row.get(2)?, row.get(4)?);
    let seal = seals::access_token(&digest, grant, &scopes, expires_at);
    let is_sound = row.get::<[u8; 16]>(5)? == seal;
    let scopes = serde_json::from_str(&scopes).ok().filter(|_| is_sound);
    let created_at = row.get(3)?;
    Ok(scopes.map(|scopes| AccessToken { digest, grant, scopes, created_at, expires_at }))
}

/// Ends one access token.
pub(super) fn delete_access(tx: &Write<'_>, digest: &SecretDigest) -> Result<()> {
    const DELETE: &str = "DELETE FROM oauth_access_tokens WHERE digest = ?1";
    tx.execute(DELETE, params![digest])?;
    Ok(())
}

/// Deletes tokens that have ended, and successors that nobody may have any more: those of tokens that
/// were used before `replayed`. A refresh token that was used stays as long as its grant, so that it is
/// known when it comes again.
pub(super) fn delete_ended(tx: &Write<'_>, replayed: Timestamp) -> Result<usize> {
    const ACCESS: &str = "DELETE FROM oauth_access_tokens WHERE expires_at <= ?1";
    const REFRESH: &str = "
        DELETE FROM oauth_refresh_tokens WHERE expires_at <= ?1 AND used_at IS NULL";
    const SUCCESSORS: &str = "
        UPDATE oauth_refresh_tokens SET successor = NULL
        WHERE used_at <= ?1 AND successor IS NOT NULL";
    tx.execute(SUCCESSORS, params![replayed])?;
    Ok(tx.execute(ACCESS, params![tx.now])? + tx.execute(REFRESH, params![tx.now])?)
}
