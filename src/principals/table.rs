//! The read model: one indexed read over the tables of secrets, keys and workspaces, and one over
//! those of access tokens, grants, clients and workspaces.

use super::AllowedAddresses;
use super::principal::{Ends, Found, Presented, Principal, Spent};
use super::rights::{Holder, Pool, Rights};
use super::seals::{self, ClientColumns, GrantColumns, KeyColumns};
use crate::clock::Timestamp;
use crate::id::GrantId;
use crate::limits::{BucketId, Place, saved_day};
use crate::secret::SecretDigest;
use crate::store::{Fault, Read, Row, params};
use crate::usage::{Account, Tally};

/// What an operator's own client has as its origin.
const OF_OPERATOR: &str = "operator";

/// Looks a secret up; `limits_began` is the limiter's generation from before. What others may as well is
/// shared in `pool`.
pub(super) fn by_secret(
    db: &Read<'_>,
    presented: &Presented,
    pool: &Pool,
    limits_began: u64,
) -> Result<Found, Fault> {
    const KEY: &str = "
        SELECT s.key, s.ends_at, s.seal, w.slug, w.plan, w.seal,
               k.product, k.type, k.scopes, k.restrictions, k.allow_ip, k.owner, k.expires_at,
               k.revoked_at, k.seal
        FROM secrets s
        JOIN keys k ON k.id = s.key
        JOIN workspaces w ON w.slug = k.workspace
        WHERE s.digest = ?1";
    const TOKEN: &str = "
        SELECT t.scopes, t.expires_at, t.seal, w.slug, w.plan, w.seal,
               g.id, g.client, g.product, g.resources, g.holder, g.scopes, g.restrictions,
               g.ends_at, g.seal,
               c.origin, c.auth_method, c.redirect_uris, c.grant_types, c.scopes, c.product,
               c.workspace, c.is_oauth20, c.seal
        FROM oauth_access_tokens t
        JOIN oauth_grants g ON g.id = t.grant_id
        JOIN oauth_clients c ON c.id = g.client
        JOIN workspaces w ON w.slug = g.workspace
        WHERE t.digest = ?1";

    let (select, digest) = match presented {
        Presented::Key(digest) => (KEY, digest),
        Presented::Token(digest) => (TOKEN, digest),
    };
    let found = db.first(select, params![digest], |row| {
        let principal = match presented {
            Presented::Key(digest) => of_key(row, digest, pool),
            Presented::Token(digest) => of_token(row, digest, pool),
        };
        match principal {
            Ok(Some(principal)) => {
                let spent = spent(db, &principal, limits_began)?;
                Ok(Found::Known(principal.into(), Some(spent)))
            }
            Ok(None) | Err(Fault::Column(_)) => Ok(Found::Damaged),
            Err(fault) => Err(fault),
        }
    })?;
    Ok(found.unwrap_or(Found::Unknown))
}

fn spent(db: &Read<'_>, principal: &Principal, began: u64) -> Result<Spent, Fault> {
    let Rights { workspace, product, .. } = principal.rights();
    Ok(Spent {
        of_own: saved_day(db, &principal.own_bucket())?,
        of_workspace: saved_day(db, &BucketId::of_workspace(workspace, product))?,
        began,
    })
}

/// The principal of a key's row, or `None` where a seal does not fit or a list cannot be read.
fn of_key(row: &Row<'_>, digest: &SecretDigest, pool: &Pool) -> Result<Option<Principal>, Fault> {
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
    let rights = Rights {
        holder: Holder::Key { key_type },
        workspace,
        plan,
        product,
        owner,
        scopes,
        restrictions,
        allowed_addresses,
    };
    Ok(Some(Principal {
        shared: pool.share(rights),
        tally: Tally::new(key, *digest),
        bucket_place: Place::unknown(),
        ends: Ends { expiry: expires_at, revocation: revoked_at, secret_end: secret_ends_at }
            .boxed(),
    }))
}

/// The same of an access token's row. A token has those of its scopes that its grant has, and ends
/// with it.
fn of_token(row: &Row<'_>, digest: &SecretDigest, pool: &Pool) -> Result<Option<Principal>, Fault> {
    let (scopes, expires_at): (String, Timestamp) = (row.get(0)?, row.get(1)?);
    let (workspace, plan): (String, String) = (row.get(3)?, row.get(4)?);
    let (grant, client): (GrantId, String) = (row.get(6)?, row.get(7)?);
    let (product, holder): (String, Option<String>) = (row.get(8)?, row.get(10)?);
    let lists: [String; 3] = [row.get(9)?, row.get(11)?, row.get(12)?];
    let (ends_at, origin): (Timestamp, String) = (row.get(13)?, row.get(15)?);

    let [resources, granted, restrictions] = &lists;
    let columns = GrantColumns {
        id: grant,
        client: &client,
        workspace: &workspace,
        product: &product,
        resources,
        holder: holder.as_deref(),
        scopes: granted,
        restrictions,
        ends_at,
    };
    let is_sound = row.get::<[u8; 16]>(2)?
        == seals::access_token(digest, grant, &scopes, expires_at)
        && row.get::<[u8; 16]>(5)? == seals::workspace(&workspace, &plan)
        && row.get::<[u8; 16]>(14)? == seals::grant(&columns)
        && is_client_sound(row, &client, &origin)?;
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text);
    let (true, Ok(mut scopes), Ok(granted), Ok(restrictions)) =
        (is_sound, list(&scopes), list(granted), serde_json::from_str(restrictions))
    else {
        return Ok(None);
    };
    scopes.retain(|scope| granted.contains(scope));
    let account = Account::of_grant(grant, &workspace);
    let rights = Rights {
        holder: Holder::App { client, has_own_quota: origin == OF_OPERATOR },
        workspace,
        plan,
        product,
        owner: holder,
        scopes,
        restrictions,
        allowed_addresses: AllowedAddresses::default(),
    };
    Ok(Some(Principal {
        shared: pool.share(rights),
        tally: Tally::new(account, *digest),
        bucket_place: Place::unknown(),
        ends: Ends { expiry: Some(expires_at.min(ends_at)), ..Ends::default() }.boxed(),
    }))
}

fn is_client_sound(row: &Row<'_>, id: &str, origin: &str) -> Result<bool, Fault> {
    let texts: [String; 4] = [row.get(16)?, row.get(17)?, row.get(18)?, row.get(19)?];
    let bound_to: [Option<String>; 2] = [row.get(20)?, row.get(21)?];
    let [auth_method, redirect_uris, grant_types, scopes] = &texts;
    let columns = ClientColumns {
        id,
        origin,
        auth_method,
        redirect_uris,
        grant_types,
        scopes,
        product: bound_to[0].as_deref(),
        workspace: bound_to[1].as_deref(),
        is_oauth20: row.get::<i64>(22)? == 1,
    };
    Ok(row.get::<[u8; 16]>(23)? == seals::client(&columns))
}
