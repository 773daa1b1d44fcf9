//! The same as SQL.

use std::iter;

use super::asked::{Named, Order, PAGE_KEYS, Search, Standing};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::keys::Key;
use crate::keys::table::find;
use crate::store::{Fault, Param, Read, containing, params};

/// Which keys fit. Only what is asked for is looked at, so that an index has all of it: rows are wide.
fn fits(search: &Search) -> String {
    const WORDS: &str = "
        (lower(name) LIKE ?2 ESCAPE '!' OR id = ?3
         OR id IN (SELECT key FROM secrets WHERE last4 = ?3)
         OR id IN (SELECT id FROM keys WHERE workspace = ?1 AND owner IN
                      (SELECT id FROM users WHERE lower(email) LIKE ?2 ESCAPE '!')))";
    let asked = [
        search.words.as_ref().map(|_| WORDS),
        search.product.as_ref().map(|_| "product = ?4"),
        search.key_type.as_ref().map(|_| "type = ?5"),
        search.standing.map(stands),
    ];
    let fits: Vec<&str> = iter::once("workspace = ?1").chain(asked.into_iter().flatten()).collect();
    fits.join(" AND ")
}

/// `?6` is the present instant, and `?7` until when a key counts as expiring.
fn stands(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?6)",
        Standing::Expiring => "revoked_at IS NULL AND expires_at > ?6 AND expires_at <= ?7",
        Standing::Rotating => {
            "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?6)
             AND id IN (SELECT key FROM secrets WHERE ends_at > ?6)"
        }
        Standing::Expired => "revoked_at IS NULL AND expires_at <= ?6",
        Standing::Revoked => "revoked_at IS NOT NULL",
    }
}

/// What the ids of those are read from, and in which order.
fn sorted(search: &Search) -> (&'static str, String) {
    const USED: &str = "
        (SELECT last_used_at FROM usage_keys WHERE workspace = ?1 AND key = keys.id)";
    const KEYS: &str = "id FROM keys";
    let down = if search.is_reversed { " DESC" } else { "" };
    let (from, by) = match search.order {
        Order::Made if search.is_reversed => return (KEYS, "id".to_owned()),
        Order::Made => return (KEYS, "id DESC".to_owned()),
        Order::Name => (KEYS, format!("lower(name){down}")),
        Order::Used if search.is_narrowed() => (KEYS, format!("{USED}{down}")),
        Order::Used => ("key AS id FROM usage_keys", format!("last_used_at{down}")),
        Order::Expires => (KEYS, format!("expires_at IS NULL{down}, expires_at{down}")),
    };
    (from, format!("{by}, id DESC"))
}

/// The numbered parameters of a search, and of which part of what is found.
fn asked(
    search: &Search,
    (now, soon): (Timestamp, Timestamp),
    (rows, skipped): (usize, usize),
) -> [Param<'_>; 9] {
    [
        search.workspace.as_str().into(),
        search.words.as_deref().map(containing).into(),
        search.words.as_deref().into(),
        search.product.as_deref().into(),
        search.key_type.as_deref().into(),
        now.into(),
        soon.into(),
        rows.into(),
        skipped.into(),
    ]
}

/// The keys of one page. Their ids are sorted alone, since rows are wide.
pub(super) fn page(
    db: &Read<'_>,
    search: &Search,
    number: usize,
    instants: (Timestamp, Timestamp),
) -> Result<Vec<Key>> {
    let (fits, (from, by)) = (fits(search), sorted(search));
    let select = format!("SELECT {from} WHERE {fits} ORDER BY {by} LIMIT ?8 OFFSET ?9");
    let row = asked(search, instants, (PAGE_KEYS, number * PAGE_KEYS));
    let ids: Vec<Option<KeyId>> = db.all(&select, &row, |row| Ok::<_, Fault>(row.get(0).ok()))?;
    let found = |id| Ok(find(db, id, instants.0)?.map(|(_, _, key)| key));
    ids.into_iter().flatten().filter_map(|id| found(id).transpose()).collect()
}

pub(super) fn fitting(
    db: &Read<'_>,
    search: &Search,
    instants: (Timestamp, Timestamp),
) -> Result<usize> {
    let fits = fits(search);
    let select =
        format!("SELECT COUNT(*) FROM (SELECT id FROM keys WHERE {fits} LIMIT ?8 OFFSET ?9)");
    counted(db, &select, &asked(search, instants, (usize::MAX, 0)))
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
