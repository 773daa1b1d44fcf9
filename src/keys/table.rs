//! The tables of keys and secrets.

use std::cell::Cell;

use super::key::{Key, SecretRecord, SecretState, State};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::principals::seals::{self, KeyColumns};
use crate::principals::{AllowedAddresses, Restrictions};
use crate::secret::{Secret, SecretDigest};
use crate::store::{Fault, Read, Row, Write, params};

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

    /// The row, and whether it bears its own checksum. What cannot be read is shown as `?`: the
    /// row is damaged then, and one that is must not hide the others.
    fn read(row: &Row<'_>) -> Result<(Self, bool), Fault> {
        let is_whole = Cell::new(true);
        let text = |index| or(&is_whole, row.get(index), "?".to_owned());
        let maybe = |index| or(&is_whole, row.get(index), None::<String>);
        let instant = |index| or(&is_whole, row.get(index), None::<Timestamp>);
        let key = Self {
            id: row.get(0)?,
            workspace: text(1),
            product: text(2),
            key_type: text(3),
            name: text(4),
            scopes: text(5),
            restrictions: text(6),
            allow_ip: text(7),
            expires_at: instant(8),
            owner: maybe(9),
            metadata: maybe(10),
            created_at: or(&is_whole, row.get(11), Timestamp::from_millis(0)),
            created_by: text(12),
            revoked_at: instant(13),
            revoked_by: maybe(14),
            revoked_reason: maybe(15),
        };
        let is_sealed = row.get::<[u8; 16]>(16).is_ok_and(|seal| seal == key.seal());
        Ok((key, is_whole.get() && is_sealed))
    }
}

/// What was read, or `instead` where it could not be: then the row is not whole.
fn or<T>(is_whole: &Cell<bool>, read: Result<T, Fault>, instead: T) -> T {
    read.unwrap_or_else(|_| {
        is_whole.set(false);
        instead
    })
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

/// A key that may be changed: its row, and what people see of it.
///
/// # Errors
/// `NotFound`; `Conflict` when a row does not bear its checksum.
pub(super) fn sound(tx: &Write<'_>, id: KeyId) -> Result<(KeyRow, Key)> {
    let (row, key) = find(tx, id, tx.now)?.ok_or_else(|| unknown(id))?;
    if key.state == State::Damaged {
        return Err(damaged(id));
    }
    Ok((row, key))
}

pub(super) fn damaged(id: KeyId) -> Error {
    Error::conflict(format!(
        "the row of {id} does not bear its own checksum: it is denied, and left as it is. Restore \
         a backup"
    ))
}

pub(super) fn unknown(id: KeyId) -> Error {
    Error::not_found(format!("there is no key {id}: `keystile key list` shows all"))
}

const COLUMNS: &str = "id, workspace, product, type, name, scopes, restrictions, allow_ip, \
     expires_at, owner, metadata, created_at, created_by, revoked_at, revoked_by, revoked_reason, \
     seal";

pub(super) fn find(db: &Read<'_>, id: KeyId, now: Timestamp) -> Result<Option<(KeyRow, Key)>> {
    let select = format!("SELECT {COLUMNS} FROM keys WHERE id = ?1");
    let found = db.first(&select, params![id], KeyRow::read)?;
    found.map(|(row, is_sound)| with_secrets(db, row, is_sound, now)).transpose()
}

/// Keys in the order of their making, the newest first, `page_max` of those made before `before`.
pub(super) fn list(
    db: &Read<'_>,
    filter: &super::actions::Filter,
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
    let rows = db.all(&select, row, KeyRow::read)?;
    let with_secrets = |(row, is_sound)| with_secrets(db, row, is_sound, now).map(|(_, key)| key);
    rows.into_iter().map(with_secrets).collect()
}

fn with_secrets(
    db: &Read<'_>,
    row: KeyRow,
    is_sound: bool,
    now: Timestamp,
) -> Result<(KeyRow, Key)> {
    const SELECT: &str = "
        SELECT digest, last4, created_at, ends_at, seal FROM secrets
        WHERE key = ?1 ORDER BY ends_at IS NOT NULL, created_at DESC, ends_at DESC";
    let are_sound = Cell::new(is_sound);
    let secrets = db.all(SELECT, params![row.id], |found| {
        let digest = found.get(0);
        let ends_at = or(&are_sound, found.get(3), None);
        let is_sealed = |digest: &SecretDigest| {
            let seal = seals::secret(digest, row.id, ends_at);
            found.get::<[u8; 16]>(4).is_ok_and(|found| found == seal)
        };
        if !digest.as_ref().is_ok_and(is_sealed) {
            are_sound.set(false);
        }
        Ok::<_, Fault>(digest.ok().map(|digest| SecretRecord {
            digest,
            last4: or(&are_sound, found.get(1), "?".to_owned()),
            state: SecretState::of(ends_at, now),
            created_at: or(&are_sound, found.get(2), Timestamp::from_millis(0)),
            ends_at,
        }))
    })?;
    let secrets = secrets.into_iter().flatten().collect();
    let are_sound = are_sound.get();
    let key = shown(&row, secrets, are_sound, now);
    Ok((row, key))
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
    } else if row.expires_at.is_some_and(|end| end <= now) {
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
        secrets,
    }
}
