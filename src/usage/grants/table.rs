//! The table of what grants let pass.

use crate::id::GrantId;
use crate::store::{Fault, Write, params};
use crate::usage::tally::LastUse;

/// Adds requests that passed. A grant that has ended meanwhile counts no more.
pub(in crate::usage) fn add(
    tx: &Write<'_>,
    grant: GrantId,
    requests: i64,
    last_use: LastUse,
) -> Result<(), Fault> {
    const ADD: &str = "
        INSERT INTO usage_grants (grant_id, requests, last_used_at, last_used_from)
        SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM oauth_grants WHERE id = ?1)
        ON CONFLICT (grant_id) DO UPDATE
        SET requests = usage_grants.requests + ?2,
            last_used_from = CASE WHEN usage_grants.last_used_at > ?3
                                  THEN usage_grants.last_used_from ELSE ?4 END,
            last_used_at = CASE WHEN usage_grants.last_used_at > ?3
                                THEN usage_grants.last_used_at ELSE ?3 END";
    let from = last_use.from.map(|from| from.to_string());
    tx.execute(ADD, params![grant, requests, last_use.at, from.as_deref()]).map(drop)
}
