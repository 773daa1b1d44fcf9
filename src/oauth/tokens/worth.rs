//! What a token is worth to whoever may know
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)), and its end by its own client
//! ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use zeroize::Zeroizing;

use super::actions::Tokens;
use super::table;
use super::token::{ACCESS_PREFIX, REFRESH_PREFIX};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::oauth::clients::{Client, Origin};
use crate::oauth::grants::{self, Grant, table as grant_table};
use crate::oauth::{Code, Error, Result, change, secret};
use crate::secret::SecretDigest;
use crate::store::Read;

/// What a live token is worth.
#[derive(Clone, Debug)]
pub struct Worth {
    /// What it hangs on.
    pub grant: Grant,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// Whether it is an access token; else a refresh token.
    pub is_access: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Tokens<'_> {
    /// What a token is worth to whoever may know; `None` where there is no such token.
    ///
    /// # Errors
    /// As the store's.
    pub fn worth(&self, token: &str) -> Result<Option<Worth>> {
        self.store.read(|db| find(db, token))
    }

    /// The scopes of a token that the gate would let it have at `now`; `None` where it is worth nothing,
    /// or is not for `client` to know.
    #[must_use]
    pub fn scopes_told<'w>(
        &self,
        client: &Client,
        worth: &'w Worth,
        now: Timestamp,
    ) -> Option<Vec<&'w str>> {
        let is_live = worth.expires_at > now && worth.grant.ends_at > now;
        if !is_live || !may_know(client, worth) {
            return None;
        }
        let open = self.open_scopes(&worth.grant);
        let scopes = open.filter(|name| worth.scopes.contains(name)).map(String::as_str);
        Some(scopes.collect()).filter(|scopes: &Vec<_>| !scopes.is_empty())
    }

    /// Ends a token that `client` holds: a refresh token with all that came of the same consent.
    /// What is unknown is over already.
    ///
    /// # Errors
    /// `InvalidGrant` for another client's token, which stays as it is.
    pub fn revoke(&self, client: &Client, token: &str) -> Result<()> {
        // What is nobody's costs no transaction, since anybody may ask.
        if self.store.read(|db| held(db, token))?.is_none() {
            return Ok(());
        }
        let (client, token) = (client.id.clone(), Zeroizing::new(token.to_owned()));
        let forgotten = change(self.store, move |tx| {
            let Some((grant, access)) = held(tx, &token)? else { return Ok(Vec::new()) };
            if grant.client != client {
                return Err(Error::new(Code::InvalidGrant, "this is another client's token"));
            }
            match access {
                Some(digest) => {
                    table::delete_access(tx, &digest)?;
                    Ok(vec![digest])
                }
                None => Ok(grants::end(tx, &Actor::Instance, "grant.revoke", &grant)?),
            }
        })?;
        self.principals.forget(&forgotten);
        Ok(())
    }
}

/// The grant that a token hangs on, and the token where it is an access token.
fn held(db: &Read<'_>, token: &str) -> Result<Option<(Grant, Option<SecretDigest>)>> {
    let access = secret::digest_of(token, ACCESS_PREFIX);
    let id = match (&access, secret::digest_of(token, REFRESH_PREFIX)) {
        (Some(digest), _) => table::access(db, digest)?.map(|it| it.grant),
        (None, Some(digest)) => table::refresh(db, &digest)?.map(|it| it.grant),
        (None, None) => None,
    };
    let grant = id.map(|id| grant_table::find(db, id)).transpose()?.flatten();
    Ok(grant.map(|grant| (grant, access)))
}

fn find(db: &Read<'_>, token: &str) -> Result<Option<Worth>> {
    if let Some(digest) = secret::digest_of(token, ACCESS_PREFIX) {
        let Some(access) = table::access(db, &digest)? else { return Ok(None) };
        let grant = grant_table::find(db, access.grant)?;
        return Ok(grant.map(|grant| Worth {
            grant,
            scopes: access.scopes,
            is_access: true,
            created_at: access.created_at,
            expires_at: access.expires_at,
        }));
    }
    let Some(digest) = secret::digest_of(token, REFRESH_PREFIX) else { return Ok(None) };
    let unused = table::refresh(db, &digest)?.filter(|token| token.used.is_none());
    let Some(refresh) = unused else { return Ok(None) };
    let grant = grant_table::find(db, refresh.grant)?;
    Ok(grant.map(|grant| Worth {
        scopes: grant.scopes.clone(),
        grant,
        is_access: false,
        created_at: refresh.created_at,
        expires_at: refresh.expires_at,
    }))
}

/// A client knows of its own tokens. The API itself, which an operator has made a client for, knows
/// of every access token that is for it; one that acts for a workspace is a customer of it.
fn may_know(client: &Client, worth: &Worth) -> bool {
    let is_own = worth.grant.client == client.id;
    let is_api = client.origin == Origin::Operator
        && client.workspace.is_none()
        && client.product.as_ref() == Some(&worth.grant.product);
    client.is_confidential() && (is_own || is_api && worth.is_access)
}
