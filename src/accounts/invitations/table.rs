//! The table of invitations.

use super::invitation::{Invitation, Offer};
use crate::accounts::Slug;
use crate::accounts::people::{Email, Role};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::InvitationId;
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, Seal, Write, params};

/// Invitations of one listing.
const LISTED_MAX: i64 = 1_000;

impl Offer {
    fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Operator => (None, None),
            Self::Member { workspace, role } => (Some(workspace.as_str()), Some(role.as_str())),
        }
    }

    fn of_columns(workspace: Option<String>, role: Option<String>) -> Option<Self> {
        match (workspace, role) {
            (None, None) => Some(Self::Operator),
            (Some(workspace), Some(role)) => {
                let (workspace, role): (Slug, Role) = (workspace.parse().ok()?, role.parse().ok()?);
                Some(Self::Member { workspace, role })
            }
            _ => None,
        }
    }
}

fn seal(digest: &SecretDigest, email: &str, offer: &Offer, expires_at: Timestamp) -> [u8; 16] {
    let (workspace, role) = offer.columns();
    Seal::over("invitations")
        .bytes(digest.as_bytes())
        .text(email)
        .text(workspace.unwrap_or_default())
        .text(role.unwrap_or_default())
        .instant(Some(expires_at))
        .close()
}

pub(super) fn insert(tx: &Write<'_>, digest: &SecretDigest, invitation: &Invitation) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO invitations (digest, id, email, workspace, role, invited_by, created_at,
                                 expires_at, seal)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Invitation { id, email, offer, invited_by, created_at, expires_at } = invitation;
    let (workspace, role) = offer.columns();
    let seal = seal(digest, email.as_str(), offer, *expires_at);
    let row = params![
        digest,
        *id,
        email.as_str(),
        workspace,
        role,
        invited_by,
        *created_at,
        *expires_at,
        &seal,
    ];
    match tx.execute(INSERT, row) {
        Err(Fault::Reference) => {
            Err(crate::accounts::table::unknown(workspace.unwrap_or_default()))
        }
        other => Ok(other.map(drop)?),
    }
}

const COLUMNS: &str =
    "digest, id, email, workspace, role, invited_by, created_at, expires_at, seal";

/// An invitation; none where the row does not bear its checksum.
fn read(row: &Row<'_>) -> Result<Option<Invitation>, Fault> {
    let (digest, email, expires_at) = (row.get(0)?, row.get::<String>(2)?, row.get(7)?);
    let Some(offer) = Offer::of_columns(row.get(3)?, row.get(4)?) else { return Ok(None) };
    let is_sound = row.get::<[u8; 16]>(8)? == seal(&digest, &email, &offer, expires_at);
    let Some(email) = email.parse().ok().filter(|_| is_sound) else { return Ok(None) };
    let (id, invited_by, created_at) = (row.get(1)?, row.get(5)?, row.get(6)?);
    Ok(Some(Invitation { id, email, offer, invited_by, created_at, expires_at }))
}

pub(super) fn find(
    db: &Read<'_>,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    let select = format!("SELECT {COLUMNS} FROM invitations WHERE digest = ?1 AND expires_at > ?2");
    Ok(db.first(&select, params![digest, now], read)?.flatten())
}

/// One by its id, however old.
pub(super) fn by_id(db: &Read<'_>, id: InvitationId) -> Result<Option<Invitation>> {
    let select = format!("SELECT {COLUMNS} FROM invitations WHERE id = ?1");
    Ok(db.first(&select, params![id], read)?.flatten())
}

/// How many of a workspace are open, or where none is named of operators.
pub(super) fn count(db: &Read<'_>, workspace: Option<&Slug>, now: Timestamp) -> Result<i64> {
    const SELECT: &str = "
        SELECT count(*) FROM invitations
        WHERE (workspace = ?1 OR (?1 IS NULL AND workspace IS NULL)) AND expires_at > ?2";
    let workspace = workspace.map(Slug::as_str);
    Ok(db.first(SELECT, params![workspace, now], |row| row.get(0))?.unwrap_or(0))
}

/// Deletes those of one address to a workspace, or where none is named to be an operator.
pub(super) fn delete_for(tx: &Write<'_>, email: &Email, workspace: Option<&Slug>) -> Result<()> {
    const DELETE: &str = "
        DELETE FROM invitations
        WHERE email = ?1 AND (workspace = ?2 OR (?2 IS NULL AND workspace IS NULL))";
    tx.execute(DELETE, params![email.as_str(), workspace.map(Slug::as_str)])?;
    Ok(())
}

/// Those of a workspace, or where none is named those of operators; the newest first.
pub(super) fn list(
    db: &Read<'_>,
    workspace: Option<&Slug>,
    now: Timestamp,
) -> Result<Vec<Invitation>> {
    let select = format!(
        "SELECT {COLUMNS} FROM invitations
         WHERE (workspace = ?1 OR (?1 IS NULL AND workspace IS NULL)) AND expires_at > ?2
         ORDER BY created_at DESC, id DESC LIMIT ?3"
    );
    let workspace = workspace.map(Slug::as_str);
    let found = db.all(&select, params![workspace, now, LISTED_MAX], read)?;
    Ok(found.into_iter().flatten().collect())
}

/// Answers whether it was there.
pub(super) fn delete(tx: &Write<'_>, id: InvitationId) -> Result<bool> {
    const DELETE: &str = "DELETE FROM invitations WHERE id = ?1";
    Ok(tx.execute(DELETE, params![id])? > 0)
}

pub(super) fn delete_expired(tx: &Write<'_>) -> Result<usize> {
    const DELETE: &str = "DELETE FROM invitations WHERE expires_at <= ?1";
    Ok(tx.execute(DELETE, params![tx.now])?)
}
