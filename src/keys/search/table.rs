//! The same as SQL.

use super::asked::{Named, Order, PAGE_KEYS, Search, Standing};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::keys::Key;
use crate::keys::table::find;
use crate::store::{Fault, Param, Read, containing, params};

/// Which keys fit: `?8` is until when a key counts as expiring.
const FITS: &str = "
    workspace = ?1
    AND (?2 IS NULL OR lower(name) LIKE ?2 ESCAPE '!' OR id = ?3
         OR id IN (SELECT key FROM secrets WHERE last4 = ?3)
         OR owner IN (SELECT id FROM users WHERE lower(email) LIKE ?2 ESCAPE '!'))
    AND (?4 IS NULL OR product = ?4)
    AND (?5 IS NULL OR type = ?5)
    AND (?6 IS NULL
         OR (?6 = 'revoked' AND revoked_at IS NOT NULL)
         OR (?6 = 'expired' AND revoked_at IS NULL AND expires_at <= ?7)
         OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?7)
             AND (?6 = 'active'
                  OR (?6 = 'expiring' AND expires_at <= ?8)
                  OR (?6 = 'rotating' AND id IN (SELECT key FROM secrets WHERE ends_at > ?7)))))";

/// The numbered parameters of [`FITS`].
fn asked(search: &Search, (now, soon): (Timestamp, Timestamp)) -> [Param<'_>; 8] {
    [
        search.workspace.as_str().into(),
        search.words.as_deref().map(containing).into(),
        search.words.as_deref().into(),
        search.product.as_deref().into(),
        search.key_type.as_deref().into(),
        search.standing.map(Standing::name).into(),
        now.into(),
        soon.into(),
    ]
}

/// What rows are sorted by, upwards and downwards.
fn sorted(search: &Search) -> &'static str {
    match (search.order, search.is_reversed) {
        (Order::Made, false) => "id DESC",
        (Order::Made, true) => "id",
        (Order::Name, false) => "lower(name), id DESC",
        (Order::Name, true) => "lower(name) DESC, id DESC",
        (Order::Used, false) => {
            "COALESCE((SELECT max(last_used_at) FROM usage_secrets WHERE key = keys.id), 0), id DESC"
        }
        (Order::Used, true) => {
            "COALESCE((SELECT max(last_used_at) FROM usage_secrets WHERE key = keys.id), 0) DESC,
             id DESC"
        }
        (Order::Expires, false) => "expires_at IS NULL, expires_at, id DESC",
        (Order::Expires, true) => "expires_at IS NULL DESC, expires_at DESC, id DESC",
    }
}

/// The keys of one page. Their ids are sorted alone, since rows are wide.
pub(super) fn page(
    db: &Read<'_>,
    search: &Search,
    number: usize,
    (now, soon): (Timestamp, Timestamp),
) -> Result<Vec<Key>> {
    let select =
        format!("SELECT id FROM keys WHERE {FITS} ORDER BY {} LIMIT ?9 OFFSET ?10", sorted(search));
    let mut row = asked(search, (now, soon)).to_vec();
    row.extend([PAGE_KEYS, number * PAGE_KEYS].map(Param::from));
    let ids: Vec<Option<KeyId>> = db.all(&select, &row, |row| Ok::<_, Fault>(row.get(0).ok()))?;
    let found = |id| Ok(find(db, id, now)?.map(|(_, _, key)| key));
    ids.into_iter().flatten().filter_map(|id| found(id).transpose()).collect()
}

pub(super) fn fitting(
    db: &Read<'_>,
    search: &Search,
    (now, soon): (Timestamp, Timestamp),
) -> Result<usize> {
    let select = format!("SELECT COUNT(*) FROM keys WHERE {FITS}");
    counted(db, &select, &asked(search, (now, soon)))
}

pub(super) fn total(db: &Read<'_>, workspace: &str) -> Result<usize> {
    const SELECT: &str = "SELECT COUNT(*) FROM keys WHERE workspace = ?1";
    counted(db, SELECT, params![workspace])
}

fn counted<N: TryFrom<i64> + Default>(db: &Read<'_>, select: &str, row: &[Param<'_>]) -> Result<N> {
    let count = db.first(select, row, |row| row.get::<i64>(0))?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or_default())
}

pub(super) fn names(db: &Read<'_>, workspace: &str, limit: usize) -> Result<Vec<Named>> {
    const SELECT: &str = "
        SELECT id, name FROM keys WHERE workspace = ?1 ORDER BY id DESC LIMIT ?2";
    db.all(SELECT, params![workspace, limit], |row| {
        Ok(Named { id: row.get(0)?, name: row.get(1)? })
    })
}
