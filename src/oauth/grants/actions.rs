//! What can be done with grants: list them, and end them.

use super::grant::{Grant, Of};
use super::table;
use crate::accounts::{self, NamedGrant};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::GrantId;
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
    ) -> Result<Vec<Grant>> {
        let rows = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.store.read(|db| table::list(db, of, now, (rows(skipped), rows(limit))))
    }

    /// How many there are; a thousand at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, of: &Of, now: Timestamp) -> Result<usize> {
        Ok(self.list(of, now, (0, usize::MAX))?.len())
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

fn gone() -> Error {
    Error::not_found("there is no such grant: it may have ended")
}
