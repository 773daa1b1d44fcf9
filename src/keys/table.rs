//! The tables of keys and secrets.

use super::key::{Filter, Key, SecretRecord, SecretState, State};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::principals::seals::{self, KeyColumns};
use crate::principals::{AllowedAddresses, Restrictions};
use crate::secret::{Secret, SecretDigest};
use crate::store::{Column, Fault, Read, Row, Write, params};
use crate::usage;

/// A key's row as text, as it is written and sealed.
pub(super) struct KeyRow {
    pub(super) id: KeyId,
    pub(super) workspace: String,
    pub(super) product: String,
    pub(super) key_type: String,
    pub(super) name: String,
    pub(super) scopes: String,
    pub(super) restrictions: String,
    pub(super) allow_ip: String,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) owner: Option<String>,
    pub(super) metadata: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) created_by: String,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) revoked_by: Option<String>,
    pub(super) revoked_reason: Option<String>,
}

impl KeyRow {
    fn seal(&self) -> [u8; 16] {
        seals::key(&KeyColumns {
            id: self.id,
            workspace: &self.workspace,
            product: &self.product,
            key_type: &self.key_type,
            scopes: &self.scopes,
            restrictions: &self.restrictions,
            allow_ip: &self.allow_ip,
            owner: self.owner.as_deref(),
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        })
    }

    /// Whether its time is over.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Reads a row, damaged or not; `None` where even its id cannot be read.
    fn read(row: &Row<'_>) -> Option<(Self, Soundness)> {
        let id = row.get(0).ok()?;
        let mut sealed = Cells { row, are_readable: true };
        let mut others = Cells { row, are_readable: true };
        let key = Self {
            id,
            workspace: sealed.get(1),
            product: sealed.get(2),
            key_type: sealed.get(3),
            name: others.get(4),
            scopes: sealed.get(5),
            restrictions: sealed.get(6),
            allow_ip: sealed.get(7),
            expires_at: sealed.get(8),
            owner: sealed.get(9),
            metadata: others.get(10),
            created_at: others.get(11),
            created_by: others.get(12),
            revoked_at: sealed.get(13),
            revoked_by: others.get(14),
            revoked_reason: others.get(15),
        };
        let is_sealed =
            sealed.are_readable && row.get(16).is_ok_and(|seal: [u8; 16]| key.seal() == seal);
        let soundness = match (is_sealed, others.are_readable) {
            (true, true) => Soundness::Sound,
            (true, false) => Soundness::Unreadable,
            (false, _) => Soundness::Unsealed,
        };
        Some((key, soundness))
    }
}

/// What can be believed of a key's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Soundness {
    /// Everything.
    Sound,
    /// What decides access; something else of the key, or a row beside it, is damaged.
    Unreadable,
    /// Nothing: the row does not bear its own checksum.
    Unsealed,
}

/// The columns of a row that may be damaged: one that does not hold what it should is empty.
struct Cells<'r, 'c> {
    row: &'r Row<'c>,
    are_readable: bool,
}

impl Cells<'_, '_> {
    fn get<T: Column + Default>(&mut self, index: usize) -> T {
        self.row.get(index).unwrap_or_else(|_| {
            self.are_readable = false;
            T::default()
        })
    }
}

pub(super) fn insert(tx: &Write<'_>, key: &KeyRow) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO keys (id, workspace, product, type, name, scopes, restrictions, allow_ip,
                          expires_at, owner, metadata, created_at, created_by, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let seal = key.seal();
    let row = params![
        key.id,
        &key.workspace,
        &key.product,
        &key.key_type,
        &key.name,
        &key.scopes,
        &key.restrictions,
        &key.allow_ip,
        key.expires_at,
        key.owner.as_ref(),
        key.metadata.as_ref(),
        key.created_at,
        &key.created_by,
        &seal,
    ];
    match tx.execute(INSERT, row) {
        Err(Fault::Reference) => Err(Error::not_found(format!(
            "there is no workspace {}: `keystile workspace list` shows all",
            key.workspace
        ))),
        other => Ok(other.map(drop)?),
    }
}

/// Writes whatever of a key can change.
pub(super) fn update(tx: &Write<'_>, key: &KeyRow) -> Result<()> {
    const UPDATE: &str = "
        UPDATE keys SET name = ?2, scopes = ?3, restrictions = ?4, allow_ip = ?5, expires_at = ?6,
                        owner = ?7, metadata = ?8, revoked_at = ?9, revoked_by = ?10,
                        revoked_reason = ?11, seal = ?12
        WHERE id = ?1";
    let seal = key.seal();
    let row = params![
        key.id,
        &key.name,
        &key.scopes,
        &key.restrictions,
        &key.allow_ip,
        key.expires_at,
        key.owner.as_ref(),
        key.metadata.as_ref(),
        key.revoked_at,
        key.revoked_by.as_ref(),
        key.revoked_reason.as_ref(),
        &seal,
    ];
    tx.execute(UPDATE, row)?;
    Ok(())
}

/// The plan that a workspace is on.
pub(super) fn plan_of(db: &Read<'_>, workspace: &str) -> Result<String> {
    const SELECT: &str = "SELECT plan FROM workspaces WHERE slug = ?1";
    let plan = db.first(SELECT, params![workspace], |row| row.get(0))?;
    plan.ok_or_else(|| Error::not_found(format!("there is no workspace {workspace}")))
}

/// Places for keys of a workspace and product that are taken.
pub(super) struct Taken {
    /// By keys that live, or have ended lately.
    pub(super) all: i64,
    /// By keys that live.
    pub(super) live: i64,
}

/// Places that other keys of the row's workspace and product take `now`; one that ended at or after
/// `since` keeps its own.
pub(super) fn places_taken(
    db: &Read<'_>,
    row: &KeyRow,
    (now, since): (Timestamp, Timestamp),
) -> Result<Taken> {
    const SELECT: &str = "
        SELECT COUNT(*),
               COUNT(*) FILTER (WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?5))
        FROM keys
        WHERE workspace = ?1 AND product = ?2 AND id <> ?3
          AND (revoked_at IS NULL OR revoked_at >= ?4)
          AND (expires_at IS NULL OR expires_at >= ?4)";
    let row = params![&row.workspace, &row.product, row.id, since, now];
    let taken =
        db.first(SELECT, row, |row| Ok::<_, Fault>(Taken { all: row.get(0)?, live: row.get(1)? }))?;
    Ok(taken.unwrap_or(Taken { all: 0, live: 0 }))
}

pub(super) fn insert_secret(tx: &Write<'_>, key: KeyId, secret: &Secret) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO secrets (digest, key, last4, created_at, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    let digest = secret.digest();
    let seal = seals::secret(&digest, key, None);
    tx.execute(INSERT, params![&digest, key, secret.last4(), tx.now, &seal])?;
    Ok(())
}

pub(super) fn end_secret(
    tx: &Write<'_>,
    key: KeyId,
    digest: &SecretDigest,
    ends_at: Timestamp,
) -> Result<()> {
    const UPDATE: &str = "UPDATE secrets SET ends_at = ?2, seal = ?3 WHERE digest = ?1";
    let seal = seals::secret(digest, key, Some(ends_at));
    tx.execute(UPDATE, params![digest, ends_at, &seal])?;
    Ok(())
}

/// Revokes a key whatever state its rows are in: one that cannot be believed stays denied for good.
pub(super) fn revoke(
    tx: &Write<'_>,
    row: &mut KeyRow,
    soundness: Soundness,
    (by, reason): (&str, Option<&str>),
) -> Result<()> {
    const UPDATE: &str = "
        UPDATE keys SET revoked_at = ?2, revoked_by = ?3, revoked_reason = ?4, seal = ?5
        WHERE id = ?1";
    row.revoked_at = Some(tx.now);
    let seal = match soundness {
        Soundness::Sound | Soundness::Unreadable => row.seal(),
        Soundness::Unsealed => NO_SEAL,
    };
    tx.execute(UPDATE, params![row.id, tx.now, by, reason, &seal])?;
    Ok(())
}

/// Why a damaged key is not changed.
pub(super) fn damaged(id: KeyId) -> Error {
    Error::conflict(format!(
        "the rows of {id} are damaged, and left as they are: `keystile key revoke {id}` ends it, a \
         backup brings it back"
    ))
}

pub(super) fn unknown(id: KeyId) -> Error {
    Error::not_found(format!("there is no key {id}: `keystile key list` shows all"))
}

/// A seal that no row has.
const NO_SEAL: [u8; 16] = [0; 16];

const COLUMNS: &str = "id, workspace, product, type, name, scopes, restrictions, allow_ip, \
     expires_at, owner, metadata, created_at, created_by, revoked_at, revoked_by, revoked_reason, \
     seal";

/// A key, with what can be believed of its own row.
pub(super) fn find(
    db: &Read<'_>,
    id: KeyId,
    now: Timestamp,
) -> Result<Option<(KeyRow, Soundness, Key)>> {
    let select = format!("SELECT {COLUMNS} FROM keys WHERE id = ?1");
    let found = db.first(&select, params![id], |row| Ok::<_, Fault>(KeyRow::read(row)))?.flatten();
    let whole = |(row, soundness)| {
        let key = with_secrets(db, &row, soundness, now)?;
        Ok((row, soundness, key))
    };
    found.map(whole).transpose()
}

/// Keys in the order of their making, the newest first, `page_max` of those made before `before`.
pub(super) fn list(
    db: &Read<'_>,
    filter: &Filter,
    page_max: i64,
    now: Timestamp,
) -> Result<Vec<Key>> {
    let select = format!(
        "SELECT {COLUMNS} FROM keys
         WHERE (?1 IS NULL OR workspace = ?1) AND (?2 IS NULL OR product = ?2)
           AND (?3 IS NULL OR id < ?3)
         ORDER BY id DESC LIMIT ?4"
    );
    let row = params![
        filter.workspace.as_ref(),
        filter.product.as_ref(),
        filter.before.map(|id| id.to_string()),
        page_max,
    ];
    let rows = db.all(&select, row, |row| Ok::<_, Fault>(KeyRow::read(row)))?;
    let key = |(row, soundness)| with_secrets(db, &row, soundness, now);
    rows.into_iter().flatten().map(key).collect()
}

fn with_secrets(db: &Read<'_>, row: &KeyRow, soundness: Soundness, now: Timestamp) -> Result<Key> {
    const SELECT: &str = "
        SELECT digest, last4, created_at, ends_at, seal FROM secrets
        WHERE key = ?1 ORDER BY ends_at IS NOT NULL, created_at DESC, ends_at DESC";
    let mut are_sound = soundness == Soundness::Sound && is_workspace_sound(db, &row.workspace)?;
    let secrets = db.all(SELECT, params![row.id], |found| {
        let Ok(digest) = found.get(0) else {
            are_sound = false;
            return Ok::<_, Fault>(None);
        };
        let mut cells = Cells { row: found, are_readable: true };
        let (last4, created_at, ends_at) = (cells.get(1), cells.get(2), cells.get(3));
        let seal = seals::secret(&digest, row.id, ends_at);
        are_sound &= cells.are_readable && found.get(4).is_ok_and(|found: [u8; 16]| found == seal);
        let state = SecretState::of(ends_at, now);
        let (last_used_at, last_used_from) = (None, None);
        Ok(Some(SecretRecord {
            digest,
            last4,
            state,
            created_at,
            ends_at,
            last_used_at,
            last_used_from,
            requests: 0,
        }))
    })?;
    let mut key = shown(row, secrets.into_iter().flatten().collect(), are_sound, now);
    key.take_uses(&usage::secrets(db, row.id)?);
    Ok(key)
}

fn is_workspace_sound(db: &Read<'_>, slug: &str) -> Result<bool> {
    const SELECT: &str = "SELECT plan, seal FROM workspaces WHERE slug = ?1";
    let is_sound = db.first(SELECT, params![slug], |row| {
        let (plan, seal) = (row.get::<String>(0), row.get::<[u8; 16]>(1));
        let is_sound =
            plan.is_ok_and(|plan| seal.is_ok_and(|it| it == seals::workspace(slug, &plan)));
        Ok::<_, Fault>(is_sound)
    })?;
    Ok(is_sound.unwrap_or(false))
}

fn shown(row: &KeyRow, secrets: Vec<SecretRecord>, is_sound: bool, now: Timestamp) -> Key {
    let scopes = serde_json::from_str::<Vec<String>>(&row.scopes);
    let restrictions = serde_json::from_str::<Restrictions>(&row.restrictions);
    let allow_ip = serde_json::from_str::<AllowedAddresses>(&row.allow_ip);
    let is_readable = scopes.is_ok() && restrictions.is_ok() && allow_ip.is_ok();
    let state = if !is_sound || !is_readable {
        State::Damaged
    } else if row.revoked_at.is_some() {
        State::Revoked
    } else if row.has_expired(now) {
        State::Expired
    } else {
        State::Active
    };
    Key {
        id: row.id,
        name: row.name.clone(),
        workspace: row.workspace.clone(),
        product: row.product.clone(),
        key_type: row.key_type.clone(),
        state,
        scopes: scopes.unwrap_or_default(),
        restrictions: restrictions.unwrap_or_default(),
        allow_ip: allow_ip.unwrap_or_default(),
        owner: row.owner.clone(),
        expires_at: row.expires_at,
        metadata: row.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        created_at: row.created_at,
        created_by: row.created_by.clone(),
        revoked_at: row.revoked_at,
        revoked_by: row.revoked_by.clone(),
        revoked_reason: row.revoked_reason.clone(),
        last_used_at: None,
        last_used_from: None,
        secrets,
    }
}
