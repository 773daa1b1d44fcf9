//! The read model: one indexed read over the tables of secrets, keys and workspaces.

use std::sync::Arc;

use super::principal::{Found, Principal, Spent};
use super::seals::{self, KeyColumns};
use crate::clock::Timestamp;
use crate::limits::{BucketId, saved_day};
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, params};
use crate::usage::Tally;

/// Looks a secret up; `limits_began` is the limiter's generation from before.
pub(super) fn by_secret(
    db: &Read<'_>,
    digest: &SecretDigest,
    limits_began: u64,
) -> Result<Found, Fault> {
    const SELECT: &str = "
        SELECT s.key, s.ends_at, s.seal, w.slug, w.plan, w.seal,
               k.product, k.type, k.scopes, k.restrictions, k.allow_ip, k.owner, k.expires_at,
               k.revoked_at, k.seal
        FROM secrets s
        JOIN keys k ON k.id = s.key
        JOIN workspaces w ON w.slug = k.workspace
        WHERE s.digest = ?1";

    let found = db.first(SELECT, params![digest], |row| match principal(row, digest) {
        Ok(Some(principal)) => {
            let spent = spent(db, &principal, limits_began)?;
            Ok(Found::Known(principal.into(), Some(spent)))
        }
        Ok(None) | Err(Fault::Column(_)) => Ok(Found::Damaged),
        Err(fault) => Err(fault),
    })?;
    Ok(found.unwrap_or(Found::Unknown))
}

fn spent(db: &Read<'_>, principal: &Principal, began: u64) -> Result<Spent, Fault> {
    let Principal { key, workspace, product, .. } = principal;
    Ok(Spent {
        by_key: saved_day(db, &BucketId::of_key(*key))?,
        by_workspace: saved_day(db, &BucketId::of_workspace(workspace, product))?,
        began,
    })
}

/// The principal of a row, or `None` where a seal does not fit or a list cannot be read.
fn principal(row: &Row<'_>, digest: &SecretDigest) -> Result<Option<Principal>, Fault> {
    let (key, secret_ends_at) = (row.get(0)?, row.get::<Option<Timestamp>>(1)?);
    let (workspace, plan): (String, String) = (row.get(3)?, row.get(4)?);
    let (product, key_type): (String, String) = (row.get(6)?, row.get(7)?);
    let lists: [String; 3] = [row.get(8)?, row.get(9)?, row.get(10)?];
    let owner: Option<String> = row.get(11)?;
    let (expires_at, revoked_at) = (row.get(12)?, row.get(13)?);

    let [scopes, restrictions, allow_ip] = &lists;
    let columns = KeyColumns {
        id: key,
        workspace: &workspace,
        product: &product,
        key_type: &key_type,
        scopes,
        restrictions,
        allow_ip,
        owner: owner.as_deref(),
        expires_at,
        revoked_at,
    };
    let is_sound = row.get::<[u8; 16]>(2)? == seals::secret(digest, key, secret_ends_at)
        && row.get::<[u8; 16]>(5)? == seals::workspace(&workspace, &plan)
        && row.get::<[u8; 16]>(14)? == seals::key(&columns);
    let (true, Ok(scopes), Ok(restrictions), Ok(allowed_addresses)) = (
        is_sound,
        serde_json::from_str(scopes),
        serde_json::from_str(restrictions),
        serde_json::from_str(allow_ip),
    ) else {
        return Ok(None);
    };
    Ok(Some(Principal {
        key,
        workspace,
        plan,
        product,
        key_type,
        owner,
        scopes,
        restrictions,
        allowed_addresses,
        tally: Arc::new(Tally::new(key, *digest)),
        expires_at,
        revoked_at,
        secret_ends_at,
        bound: arc_swap::ArcSwapOption::empty(),
    }))
}
