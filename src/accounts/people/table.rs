//! The tables of people and of their memberships.

use std::collections::BTreeMap;

use super::password::PasswordHash;
use super::{Email, Membership, Role, Sought, User};
use crate::accounts::Slug;
use crate::error::{Error, Result};
use crate::id::{KeyId, UserId};
use crate::secret::SecretDigest;
use crate::store::{Fault, Param, Read, Row, Seal, Write, containing, params};

/// People of one listing.
const LISTED_MAX: usize = 10_000;

/// Keys that an answer names.
const NAMED_KEYS_MAX: i64 = 1_000;

fn seal(id: UserId, email: &Email, hash: &str, is_operator: bool) -> [u8; 16] {
    Seal::over("users")
        .text(&id.to_string())
        .text(email.as_str())
        .text(hash)
        .bytes(&[u8::from(is_operator)])
        .close()
}

fn membership_seal(workspace: &str, member: UserId, role: &str) -> [u8; 16] {
    Seal::over("memberships").text(workspace).text(&member.to_string()).text(role).close()
}

pub(super) fn insert(
    tx: &Write<'_>,
    id: UserId,
    email: &Email,
    hash: &PasswordHash,
    is_operator: bool,
) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO users (id, email, password, is_operator, created_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let seal = seal(id, email, hash.as_str(), is_operator);
    let row = params![id, email.as_str(), hash.as_str(), i64::from(is_operator), tx.now, &seal];
    match tx.execute(INSERT, row) {
        Err(Fault::Duplicate) => Err(Error::conflict(format!("{email} is there already"))),
        other => Ok(other.map(drop)?),
    }
}

pub(in crate::accounts) fn set_password(
    tx: &Write<'_>,
    user: &User,
    hash: &PasswordHash,
) -> Result<()> {
    const UPDATE: &str = "UPDATE users SET password = ?2, seal = ?3 WHERE id = ?1";
    let seal = seal(user.id, &user.email, hash.as_str(), user.is_operator);
    tx.execute(UPDATE, params![user.id, hash.as_str(), &seal])?;
    Ok(())
}

/// Writes down whether somebody runs this instance, as `user` says.
pub(super) fn set_operator(tx: &Write<'_>, user: &User) -> Result<()> {
    const UPDATE: &str = "UPDATE users SET is_operator = ?2, seal = ?3 WHERE id = ?1";
    let Some((_, hash)) = by_id(tx, user.id)? else { return Err(unknown(&user.email)) };
    let seal = seal(user.id, &user.email, hash.as_str(), user.is_operator);
    tx.execute(UPDATE, params![user.id, i64::from(user.is_operator), &seal])?;
    Ok(())
}

pub(super) fn delete(tx: &Write<'_>, id: UserId) -> Result<()> {
    const DELETE: &str = "DELETE FROM users WHERE id = ?1";
    tx.execute(DELETE, params![id])?;
    Ok(())
}

/// Makes somebody a member, or gives a member another role.
pub(super) fn put_membership(
    tx: &Write<'_>,
    workspace: &Slug,
    member: UserId,
    role: Role,
) -> Result<()> {
    const UPSERT: &str = "
        INSERT INTO memberships (workspace, member, role, since, seal) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (workspace, member) DO UPDATE SET role = ?3, seal = ?5";
    let seal = membership_seal(workspace.as_str(), member, role.as_str());
    match tx.execute(UPSERT, params![workspace.as_str(), member, role.as_str(), tx.now, &seal]) {
        Err(Fault::Reference) => Err(crate::accounts::table::unknown(workspace.as_str())),
        other => Ok(other.map(drop)?),
    }
}

/// Answers whether they were one.
pub(super) fn delete_membership(tx: &Write<'_>, workspace: &Slug, member: UserId) -> Result<bool> {
    const DELETE: &str = "DELETE FROM memberships WHERE workspace = ?1 AND member = ?2";
    Ok(tx.execute(DELETE, params![workspace.as_str(), member])? > 0)
}

const COLUMNS: &str =
    "users.id, users.email, users.password, users.is_operator, users.created_at, users.seal";

/// Somebody and the hash of their password; nobody where the row does not bear its checksum.
fn read(row: &Row<'_>) -> Option<(User, PasswordHash)> {
    let (id, email, hash) = (row.get::<UserId>(0), row.get::<String>(1), row.get::<String>(2));
    let (operator, created_at) = (row.get::<i64>(3), row.get(4));
    let (Ok(id), Ok(email), Ok(hash), Ok(operator), Ok(created_at)) =
        (id, email, hash, operator, created_at)
    else {
        return None;
    };
    let email = email.parse::<Email>().ok()?;
    let is_operator = operator == 1;
    let is_sound =
        row.get::<[u8; 16]>(5).is_ok_and(|it| it == seal(id, &email, &hash, is_operator));
    let user = User { id, email, is_operator, memberships: Vec::new(), created_at };
    is_sound.then(|| (user, PasswordHash::kept(hash)))
}

/// A membership of somebody; none where the row does not bear its checksum, or there is none.
fn read_membership(row: &Row<'_>, member: UserId) -> Option<Membership> {
    let (workspace, role) = (row.get::<String>(6).ok()?, row.get::<String>(7).ok()?);
    let is_sound = row.get::<[u8; 16]>(8).ok()? == membership_seal(&workspace, member, &role);
    let (workspace, role) = workspace.parse().ok().zip(role.parse().ok())?;
    is_sound.then_some(Membership { workspace, role })
}

/// The people that `which` chooses, by address, each with the hash of their password: a row for each
/// of their memberships.
fn chosen(db: &Read<'_>, which: &str, row: &[Param<'_>]) -> Result<Vec<(User, PasswordHash)>> {
    let select = format!(
        "SELECT {COLUMNS}, workspace, role, memberships.seal
         FROM (SELECT {COLUMNS} FROM users {which}) AS users
         LEFT JOIN memberships ON member = users.id
         ORDER BY users.email, workspace"
    );
    let rows = db.all(&select, row, |row| {
        let membership = |(user, _): &(User, PasswordHash)| read_membership(row, user.id);
        Ok::<_, Fault>(read(row).map(|somebody| (membership(&somebody), somebody)))
    })?;
    let mut found: Vec<(User, PasswordHash)> = Vec::new();
    for (membership, (user, hash)) in rows.into_iter().flatten() {
        if found.last().is_none_or(|(last, _)| last.id != user.id) {
            found.push((user, hash));
        }
        if let Some((last, _)) = found.last_mut() {
            last.memberships.extend(membership);
        }
    }
    Ok(found)
}

/// Somebody by their address, with the hash of their password.
pub(in crate::accounts) fn by_email(
    db: &Read<'_>,
    email: &Email,
) -> Result<Option<(User, PasswordHash)>> {
    Ok(chosen(db, "WHERE email = ?1", params![email.as_str()])?.pop())
}

/// Somebody by their id, with the hash of their password.
pub(in crate::accounts) fn by_id(
    db: &Read<'_>,
    id: UserId,
) -> Result<Option<(User, PasswordHash)>> {
    Ok(chosen(db, "WHERE id = ?1", params![id])?.pop())
}

/// Everybody, by address.
pub(super) fn all(db: &Read<'_>) -> Result<Vec<User>> {
    search(db, &Sought::default(), (0, LISTED_MAX))
}

/// The members of a workspace, by address.
pub(super) fn members(db: &Read<'_>, workspace: &Slug) -> Result<Vec<User>> {
    search(db, &Sought { workspace: Some(workspace), ..Sought::default() }, (0, LISTED_MAX))
}

/// Which people fit.
const FITS: &str = "
    WHERE email LIKE ?1 ESCAPE '!'
    AND (?2 IS NULL OR id IN (SELECT member FROM memberships WHERE workspace = ?2))";

pub(super) fn count(db: &Read<'_>, sought: &Sought<'_>) -> Result<i64> {
    let select = format!("SELECT count(*) FROM users {FITS}");
    let row = params![containing(sought.words), sought.workspace.map(Slug::as_str)];
    Ok(db.first(&select, row, |row| row.get::<i64>(0))?.unwrap_or(0))
}

pub(super) fn search(
    db: &Read<'_>,
    sought: &Sought<'_>,
    (skipped, limit): (usize, usize),
) -> Result<Vec<User>> {
    let page = format!("{FITS} ORDER BY email LIMIT ?3 OFFSET ?4");
    let (words, workspace) = (containing(sought.words), sought.workspace.map(Slug::as_str));
    let found = chosen(db, &page, params![words, workspace, limit, skipped])?;
    Ok(found.into_iter().map(|(user, _)| user).collect())
}

pub(super) fn member_counts(db: &Read<'_>) -> Result<BTreeMap<String, u64>> {
    const SELECT: &str = "SELECT workspace, count(*) FROM memberships GROUP BY workspace";
    let rows = db.all(SELECT, &[], |row| {
        let members = u64::try_from(row.get::<i64>(1)?).unwrap_or(0);
        Ok::<_, Fault>((row.get(0)?, members))
    })?;
    Ok(rows.into_iter().collect())
}

/// Whether anybody is there, sound or not: as long as nobody is, the instance is not set up.
pub(in crate::accounts) fn is_anybody(db: &Read<'_>) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM users LIMIT 1";
    Ok(db.first(SELECT, &[], |_| Ok::<_, Fault>(()))?.is_some())
}

/// The keys that somebody owns, live or not, a thousand at most; of one workspace or of all.
pub(super) fn owned_keys(
    db: &Read<'_>,
    owner: UserId,
    workspace: Option<&Slug>,
) -> Result<Vec<KeyId>> {
    const SELECT: &str = "
        SELECT id FROM keys WHERE owner = ?1 AND (?2 IS NULL OR workspace = ?2)
        ORDER BY id LIMIT ?3";
    let workspace = workspace.map(Slug::as_str);
    Ok(db.all(SELECT, params![owner, workspace, NAMED_KEYS_MAX], |row| row.get::<KeyId>(0))?)
}

/// Ends what somebody has let apps do, in one workspace or in all: their grants go, and all tokens with
/// them. Answers which access tokens must be forgotten.
pub(in crate::accounts) fn end_grants(
    tx: &Write<'_>,
    holder: UserId,
    workspace: Option<&Slug>,
) -> Result<Vec<SecretDigest>> {
    const SELECT: &str = "
        SELECT a.digest FROM oauth_access_tokens a JOIN oauth_grants g ON g.id = a.grant_id
        WHERE g.holder = ?1 AND (?2 IS NULL OR g.workspace = ?2)";
    const DELETE: &str = "
        DELETE FROM oauth_grants WHERE holder = ?1 AND (?2 IS NULL OR workspace = ?2)";
    let workspace = workspace.map(Slug::as_str);
    let digests = tx.all(SELECT, params![holder, workspace], |row| row.get(0))?;
    tx.execute(DELETE, params![holder, workspace])?;
    Ok(digests)
}

pub(super) fn unknown(email: &Email) -> Error {
    Error::not_found(format!("there is nobody called {email}: `keystile user list` shows all"))
}
