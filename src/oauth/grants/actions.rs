//! What can be done with grants: list them, and end them.

use super::grant::{Grant, Listed, Of};
use super::table;
use crate::accounts::{self, NamedGrant};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::GrantId;
use crate::oauth::clients::Client;
use crate::principals::Principals;
use crate::secret::SecretDigest;
use crate::store::{Store, Write};

/// The actions on grants.
pub struct Grants<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals must be dropped when a grant ends.
    pub principals: &'a Principals,
}

impl Grants<'_> {
    /// Grants in use, the newest first: `limit` of them, a thousand at most, behind the first
    /// `skipped`.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(
        &self,
        of: &Of,
        now: Timestamp,
        (skipped, limit): (usize, usize),
    ) -> Result<Vec<Listed>> {
        let rows = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.store.read(|db| table::list(db, of, now, (rows(skipped), rows(limit))))
    }

    /// How many there are.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, of: &Of, now: Timestamp) -> Result<usize> {
        let counted = self.store.read(|db| table::count(db, of, now))?;
        Ok(usize::try_from(counted).unwrap_or(0))
    }

    /// One grant.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn show(&self, id: GrantId) -> Result<Grant> {
        self.store.read(|db| table::find(db, id))?.ok_or_else(gone)
    }

    /// Ends a grant with all its tokens, at once.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn end(&self, actor: &Actor, id: GrantId) -> Result<()> {
        let actor = actor.clone();
        let digests = self.store.write(move |tx| {
            let grant = table::find(tx, id)?.ok_or_else(gone)?;
            end(tx, &actor, "grant.end", &grant)
        })?;
        self.principals.forget(&digests);
        Ok(())
    }

    /// Deletes grants that have ended.
    ///
    /// # Errors
    /// As the store's.
    pub fn sweep(store: &Store) -> Result<usize> {
        store.write(table::delete_ended)
    }
}

/// Ends a grant within a transaction, and says so in the log; answers which access tokens must be
/// forgotten.
pub(in crate::oauth) fn end(
    tx: &Write<'_>,
    actor: &Actor,
    action: &'static str,
    grant: &Grant,
) -> Result<Vec<SecretDigest>> {
    let (client, product) = (grant.client.to_string(), grant.product.clone());
    let named = NamedGrant { id: grant.id, client, product };
    accounts::end_grant(tx, (actor, action), &grant.workspace, &named)
}

/// Ends what a service has for itself where that is more than it may have now.
pub(in crate::oauth) fn end_wider(
    tx: &Write<'_>,
    actor: &Actor,
    client: &Client,
) -> Result<Vec<SecretDigest>> {
    let mut ended = Vec::new();
    for grant in table::of_services(tx, &client.id)? {
        if grant.scopes.iter().any(|name| !client.scopes.contains(name)) {
            ended.extend(end(tx, actor, "grant.end", &grant)?);
        }
    }
    Ok(ended)
}

fn gone() -> Error {
    Error::not_found("there is no such grant: it may have ended")
}
