//! What all ways to a token have in common: what is judged again, and what is written.

use std::sync::Arc;

use super::given::Given;
use super::table;
use super::token::{ACCESS_PREFIX, AccessToken, REFRESH_PREFIX, RefreshToken};
use crate::accounts::people::{self, Role};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::config::OAuth;
use crate::error::ErrorKind;
use crate::keys::Giver;
use crate::oauth::clients::{Client, GrantType, Origin, table as clients};
use crate::oauth::grants::{self, Grant, table as grant_table};
use crate::oauth::{Code, Error, Result, change, change_later, secret};
use crate::principals::{Principals, Restrictions};
use crate::registry::Registry;
use crate::secret::{Secret, SecretDigest};
use crate::store::{Store, Write};

/// The actions on tokens.
pub struct Tokens<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals must be dropped when tokens end.
    pub principals: &'a Principals,
    /// The products, as they are in force.
    pub registry: &'a Registry,
    /// How long everything lives.
    pub settings: &'a OAuth,
}

/// What a transaction leaves to do: an answer, and access tokens to be forgotten before it is given.
pub(super) struct Outcome {
    pub(super) answer: Result<Given>,
    pub(super) forgotten: Vec<SecretDigest>,
}

impl Tokens<'_> {
    /// Holds that a client may still be one, and may get tokens in this way.
    pub(super) fn hold_client(&self, client: &Client, grant_type: GrantType) -> Result<()> {
        if client.origin == Origin::Document && !self.settings.has_client_id_metadata {
            let said = "clients are not known by documents here";
            return Err(Error::new(Code::InvalidClient, said));
        }
        if client.may(grant_type) {
            return Ok(());
        }
        let said = "this client was not made for this grant_type";
        Err(Error::new(Code::UnauthorizedClient, said))
    }

    /// Those of a grant's scopes that applications may still have.
    pub(super) fn open_scopes<'g>(&self, grant: &'g Grant) -> impl Iterator<Item = &'g String> {
        let product = self.registry.product(&grant.product);
        let open = product.and_then(|product| product.oauth.as_ref());
        let open = open.map(|oauth| oauth.scopes.as_slice()).unwrap_or_default();
        grant.scopes.iter().filter(|name| open.contains(name))
    }

    /// Holds that the resources that a client names are the product's for which the grant is: those
    /// that it named before, where it did.
    pub(super) fn hold_resources(&self, grant: &Grant, resources: &[&str]) -> Result<()> {
        for resource in resources {
            let found = self.registry.product_of_audience(resource);
            let is_its = found.is_some_and(|(product, audience)| {
                let is_named = || grant.resources.iter().any(|name| name == audience.as_str());
                product.id == grant.product && (grant.resources.is_empty() || is_named())
            });
            if !is_its {
                return Err(Error::new(Code::InvalidTarget, "that resource was not given"));
            }
        }
        Ok(())
    }

    /// Carries out a change, and has the access tokens that it ended forgotten before the answer.
    pub(super) fn answer<F>(&self, carried_out: F) -> Result<Given>
    where
        F: FnOnce(&Write<'_>) -> Result<Outcome> + Send + 'static,
    {
        let outcome = change(self.store, carried_out)?;
        self.principals.forget(&outcome.forgotten);
        outcome.answer
    }

    /// The same for who must not wait on their thread.
    pub(super) fn answer_later<F>(
        &self,
        principals: Arc<Principals>,
        carried_out: F,
    ) -> impl Future<Output = Result<Given>> + use<F>
    where
        F: FnOnce(&Write<'_>) -> Result<Outcome> + Send + 'static,
    {
        let changed = change_later(self.store, carried_out);
        async move {
            let outcome = changed.await?;
            principals.forget(&outcome.forgotten);
            outcome.answer
        }
    }
}

/// Whoever gave it must still be somebody who may, and the ids must still be the workspace's.
pub(super) fn hold_holder(tx: &Write<'_>, grant: &Grant) -> Result<()> {
    let Some(holder) = grant.holder else { return Ok(()) };
    let role = people::role(tx, holder, &grant.workspace)?;
    if role.is_none_or(|role| role < Role::Developer) {
        return Err(Error::grant());
    }
    let (ids, held) = (&grant.restrictions, Restrictions::default());
    match Giver::Member.check_ids(tx, &grant.workspace, ids, &held) {
        Err(error) if error.kind() == ErrorKind::Invalid => Err(Error::grant()),
        judged => Ok(judged?),
    }
}

/// Somebody else has what should have been used up: whatever came of it ends, and the workspace sees
/// it in the log.
pub(super) fn end_reused(tx: &Write<'_>, grant: &Grant) -> Result<Outcome> {
    let forgotten = grants::end(tx, &Actor::Instance, "grant.reuse", grant)?;
    Ok(Outcome { answer: Err(Error::grant()), forgotten })
}

/// What has been renewed more often than can be remembered ends: a token that nobody remembers could
/// come again unseen.
pub(super) fn end_worn_out(tx: &Write<'_>, grant: &Grant) -> Result<Outcome> {
    let forgotten = grants::end(tx, &Actor::Instance, "grant.worn_out", grant)?;
    Ok(Outcome { answer: Err(Error::grant()), forgotten })
}

/// Tokens that were made and are not given yet.
pub(super) struct Minted {
    access: Secret,
    refresh: Option<Secret>,
}

impl Minted {
    pub(super) fn new(is_renewable: bool) -> Result<Self> {
        let access = secret::mint(ACCESS_PREFIX)?;
        let refresh = is_renewable.then(|| secret::mint(REFRESH_PREFIX)).transpose()?;
        Ok(Self { access, refresh })
    }

    pub(super) fn given(
        &self,
        grant: &Grant,
        scopes: Vec<String>,
        settings: &OAuth,
        now: Timestamp,
    ) -> Given {
        let refresh = self.refresh.as_ref().map(Secret::expose);
        let expires_at = now.plus(settings.access_token).min(grant.ends_at);
        Given::new(self.access.expose(), refresh, scopes, expires_at)
    }
}

/// Writes the tokens of a grant down.
pub(super) fn issue(
    tx: &Write<'_>,
    grant: &Grant,
    scopes: Vec<String>,
    minted: &Minted,
    settings: &OAuth,
) -> Result<Outcome> {
    let given = minted.given(grant, scopes.clone(), settings, tx.now);
    if let Some(refresh) = &minted.refresh {
        let token = RefreshToken {
            digest: refresh.digest(),
            grant: grant.id,
            created_at: tx.now,
            expires_at: tx.now.plus(settings.refresh_token_idle).min(grant.ends_at),
            used: None,
        };
        table::insert_refresh(tx, &token)?;
    }
    let access = AccessToken {
        digest: minted.access.digest(),
        grant: grant.id,
        scopes,
        created_at: tx.now,
        expires_at: tx.now.plus(settings.access_token).min(grant.ends_at),
    };
    let forgotten = table::insert_access(tx, &access)?;
    // Whenever a grant is seen, so is its client: one that is not due is not due there either.
    if grant_table::see(tx, grant)? {
        clients::see(tx, &grant.client)?;
    }
    Ok(Outcome { answer: Ok(given), forgotten })
}
