//! The tables of workspaces and of the ids that they own.

use super::workspace::{OwnedIds, Slug, Workspace};
use crate::error::{Error, Result};
use crate::id::{GrantId, KeyId, UserId};
use crate::principals::seals;
use crate::secret::SecretDigest;
use crate::store::{Fault, Param, Read, Write, containing, params};

/// Workspaces of one listing.
const LISTED_MAX: i64 = 10_000;

/// Live keys that a refusal names.
const NAMED_KEYS_MAX: usize = 10;

pub(super) fn insert(tx: &Write<'_>, slug: &Slug, name: &str, plan: &str) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO workspaces (slug, name, plan, created_at, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    let seal = seals::workspace(slug.as_str(), plan);
    match tx.execute(INSERT, params![slug.as_str(), name, plan, tx.now, &seal]) {
        Err(Fault::Duplicate) => {
            Err(Error::conflict(format!("there is a workspace {slug} already")))
        }
        other => Ok(other.map(drop)?),
    }
}

pub(super) fn set_plan(tx: &Write<'_>, slug: &Slug, plan: &str) -> Result<()> {
    const UPDATE: &str = "UPDATE workspaces SET plan = ?2, seal = ?3 WHERE slug = ?1";
    let seal = seals::workspace(slug.as_str(), plan);
    let changed = tx.execute(UPDATE, params![slug.as_str(), plan, &seal])?;
    found(slug, changed)
}

pub(super) fn delete(tx: &Write<'_>, slug: &Slug) -> Result<()> {
    const DELETE: &str = "DELETE FROM workspaces WHERE slug = ?1";
    found(slug, tx.execute(DELETE, params![slug.as_str()])?)
}

fn found(slug: &Slug, changed: usize) -> Result<()> {
    if changed == 0 { Err(unknown(slug.as_str())) } else { Ok(()) }
}

pub(super) fn unknown(slug: &str) -> Error {
    Error::not_found(format!("there is no workspace {slug}: `keystile workspace list` shows all"))
}

pub(super) fn find(db: &Read<'_>, slug: &str) -> Result<Option<Workspace>> {
    Ok(chosen(db, "WHERE slug = ?1", params![slug])?.pop())
}

pub(super) fn all(db: &Read<'_>) -> Result<Vec<Workspace>> {
    chosen(db, "ORDER BY slug LIMIT ?1", params![LISTED_MAX])
}

/// Those that somebody is a member of, whatever their rows are worth.
pub(super) fn of_member(db: &Read<'_>, member: UserId) -> Result<Vec<Workspace>> {
    const THEIRS: &str = "WHERE slug IN (SELECT workspace FROM memberships WHERE member = ?1)";
    chosen(db, THEIRS, params![member])
}

/// Which workspaces fit words: as `LIKE` takes them.
const FITS: &str = "WHERE slug LIKE ?1 ESCAPE '!' OR lower(name) LIKE ?1 ESCAPE '!'";

pub(super) fn count(db: &Read<'_>, words: &str) -> Result<i64> {
    let select = format!("SELECT count(*) FROM workspaces {FITS}");
    let found = db.first(&select, params![containing(words)], |row| row.get::<i64>(0))?;
    Ok(found.unwrap_or(0))
}

pub(super) fn search(
    db: &Read<'_>,
    words: &str,
    (skipped, limit): (usize, usize),
) -> Result<Vec<Workspace>> {
    let page = format!("{FITS} ORDER BY slug LIMIT ?2 OFFSET ?3");
    chosen(db, &page, params![containing(words), limit, skipped])
}

/// The workspaces that `which` chooses, by slug: a row for each id that one of them owns.
fn chosen(db: &Read<'_>, which: &str, row: &[Param<'_>]) -> Result<Vec<Workspace>> {
    let select = format!(
        "SELECT slug, name, plan, created_at, resource, id
         FROM (SELECT slug, name, plan, created_at FROM workspaces {which}) AS chosen
         LEFT JOIN workspace_resources ON workspace = slug
         ORDER BY slug, resource, id"
    );
    let rows = db.all(&select, row, |row| {
        let (slug, name, plan, created_at) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let workspace = Workspace { slug, name, plan, created_at, resources: OwnedIds::new() };
        Ok::<_, Fault>((workspace, row.get(4)?, row.get(5)?))
    })?;
    let mut found: Vec<Workspace> = Vec::new();
    for (workspace, resource, id) in rows {
        if found.last().is_none_or(|last| last.slug != workspace.slug) {
            found.push(workspace);
        }
        if let (Some(last), Some(resource), Some(id)) = (found.last_mut(), resource, id) {
            last.resources.entry(resource).or_default().insert(id);
        }
    }
    Ok(found)
}

/// The plan of each workspace, with its slug. A damaged row names none: it is denied as it is, and
/// must not keep the others from being served.
pub(super) fn plans_in_use(db: &Read<'_>) -> Result<Vec<(String, String)>> {
    const SELECT: &str = "SELECT plan, slug, seal FROM workspaces ORDER BY plan, slug";
    let sealed = db.all(SELECT, &[], |row| {
        let (plan, slug, seal) =
            (row.get::<String>(0), row.get::<String>(1), row.get::<[u8; 16]>(2));
        let (Ok(plan), Ok(slug), Ok(seal)) = (plan, slug, seal) else { return Ok(None) };
        let is_sound = seal == seals::workspace(&slug, &plan);
        Ok::<Option<(String, String)>, Fault>(is_sound.then_some((plan, slug)))
    })?;
    Ok(sealed.into_iter().flatten().collect())
}

pub(super) fn owned(db: &Read<'_>, slug: &str) -> Result<OwnedIds> {
    const SELECT: &str = "
        SELECT resource, id FROM workspace_resources WHERE workspace = ?1 ORDER BY resource, id";
    let mut owned = OwnedIds::new();
    let rows = db.all(SELECT, params![slug], |row| {
        Ok::<(String, String), Fault>((row.get(0)?, row.get(1)?))
    })?;
    for (resource, id) in rows {
        owned.entry(resource).or_default().insert(id);
    }
    Ok(owned)
}

pub(super) fn insert_owned(tx: &Write<'_>, slug: &Slug, resource: &str, id: &str) -> Result<()> {
    const INSERT: &str = "
        INSERT INTO workspace_resources (workspace, resource, id, added_at)
        VALUES (?1, ?2, ?3, ?4)";
    match tx.execute(INSERT, params![slug.as_str(), resource, id, tx.now]) {
        Err(Fault::Duplicate) => {
            Err(Error::conflict(format!("{slug} owns {resource}={id} already")))
        }
        Err(Fault::Reference) => Err(unknown(slug.as_str())),
        other => Ok(other.map(drop)?),
    }
}

pub(super) fn delete_owned(tx: &Write<'_>, slug: &Slug, resource: &str, id: &str) -> Result<()> {
    const DELETE: &str = "
        DELETE FROM workspace_resources WHERE workspace = ?1 AND resource = ?2 AND id = ?3";
    match tx.execute(DELETE, params![slug.as_str(), resource, id])? {
        0 if find(tx, slug.as_str())?.is_none() => Err(unknown(slug.as_str())),
        0 => Err(Error::not_found(format!("{slug} does not own {resource}={id}"))),
        _ => Ok(()),
    }
}

/// Live keys of a workspace, a few of them, as a refusal names them. `bound_to` narrows them to
/// those whose restrictions hold the id: restrictions are JSON, so ids stand in quotes.
pub(super) fn live_keys(
    db: &Read<'_>,
    slug: &Slug,
    now: crate::clock::Timestamp,
    bound_to: Option<(&str, &str)>,
) -> Result<Vec<KeyId>> {
    const SELECT: &str = "
        SELECT id, restrictions FROM keys
        WHERE workspace = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
        ORDER BY id";
    let keys = db.all(SELECT, params![slug.as_str(), now], |row| {
        Ok::<(KeyId, String), Fault>((row.get(0)?, row.get(1)?))
    })?;
    let is_bound = |restrictions: &str| bound_to.is_none_or(|to| is_bound(restrictions, to));
    let bound = keys.into_iter().filter(|(_, restrictions)| is_bound(restrictions));
    Ok(bound.map(|(id, _)| id).take(NAMED_KEYS_MAX).collect())
}

/// What an app may do for a workspace, as the audit log names it.
pub struct NamedGrant {
    /// Its id.
    pub id: GrantId,
    /// The app's id.
    pub client: String,
    /// The product's id.
    pub product: String,
}

/// What apps may do for a workspace with one id.
pub(super) fn bound_grants(
    db: &Read<'_>,
    slug: &Slug,
    to: (&str, &str),
) -> Result<Vec<NamedGrant>> {
    const SELECT: &str = "
        SELECT id, client, product, restrictions FROM oauth_grants WHERE workspace = ?1
        ORDER BY id";
    let grants = db.all(SELECT, params![slug.as_str()], |row| {
        let (id, client, product) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok::<(NamedGrant, String), Fault>((NamedGrant { id, client, product }, row.get(3)?))
    })?;
    let bound = grants.into_iter().filter(|(_, restrictions)| is_bound(restrictions, to));
    Ok(bound.map(|(grant, _)| grant).collect())
}

/// Ends what an app may do, with all tokens that hang on it; answers which access tokens those were.
///
/// # Errors
/// As the store's.
pub fn delete_grant(tx: &Write<'_>, id: GrantId) -> Result<Vec<SecretDigest>> {
    const SELECT: &str = "SELECT digest FROM oauth_access_tokens WHERE grant_id = ?1";
    const DELETE: &str = "DELETE FROM oauth_grants WHERE id = ?1";
    let digests = tx.all(SELECT, params![id], |row| row.get(0))?;
    tx.execute(DELETE, params![id])?;
    Ok(digests)
}

/// Whether restrictions, as they are kept, hold an id of a resource. Those that cannot be read may
/// hold anything.
fn is_bound(restrictions: &str, (resource, id): (&str, &str)) -> bool {
    serde_json::from_str::<crate::principals::Restrictions>(restrictions)
        .map_or(true, |it| it.ids(resource).is_some_and(|ids| ids.contains(id)))
}
