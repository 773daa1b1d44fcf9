//! Tokens for clients that act by themselves
//! ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).

use std::sync::Arc;

use super::actions::{Minted, Outcome, Tokens, issue};
use super::given::Given;
use crate::accounts;
use crate::clock::Timestamp;
use crate::config::OAuth;
use crate::id::GrantId;
use crate::keys::restrictions;
use crate::oauth::clients::{Client, GrantType, table as clients};
use crate::oauth::grants::{Grant, table as grants};
use crate::oauth::{Code, Error, Result, target};
use crate::principals::Principals;
use crate::store::Write;

/// The resources and the scope that a service names.
pub(super) type Asked<'a> = (&'a [&'a str], Option<&'a str>);

impl Tokens<'_> {
    /// Gives a client a token for itself: one that an operator or an admin has made for a workspace,
    /// with no more scopes than they have named.
    ///
    /// # Errors
    /// `UnauthorizedClient`, `InvalidScope`, `InvalidTarget`.
    pub fn serve_itself(&self, client: &Client, asked: Asked<'_>) -> Result<Given> {
        self.answer(self.service(client, asked)?)
    }

    /// The same for who must not wait on their thread: what can be judged at once is.
    ///
    /// # Errors
    /// As [`Tokens::serve_itself`]; so does the future.
    pub fn serve_itself_later(
        &self,
        client: &Client,
        asked: Asked<'_>,
        principals: Arc<Principals>,
    ) -> Result<impl Future<Output = Result<Given>> + use<>> {
        let service = Box::new(self.service(client, asked)?);
        Ok(self.answer_later::<Box<dyn FnOnce(&Write<'_>) -> Result<Outcome> + Send>>(
            principals, service,
        ))
    }

    /// What is judged in the transaction, after all that can be judged before.
    fn service(
        &self,
        client: &Client,
        (resources, scope): Asked<'_>,
    ) -> Result<impl FnOnce(&Write<'_>) -> Result<Outcome> + Send + use<>> {
        self.hold_client(client, GrantType::ClientCredentials)?;
        let workspace = client
            .workspace
            .clone()
            .filter(|_| client.origin.is_vouched() && client.is_confidential());
        let workspace = workspace.ok_or_else(|| {
            Error::new(Code::UnauthorizedClient, "this client acts for no workspace by itself")
        })?;
        let target = target::find(self.registry, client, (resources, scope))?;
        hold_bound(client, &target.scopes)?;
        let restrictions = restrictions(&target.product, &[]).map_err(|_| {
            Error::new(
                Code::UnauthorizedClient,
                "a token of this API is bound to ids that somebody chooses: ask them for consent",
            )
        })?;
        let (client, scopes) = (client.id.clone(), client.scopes.clone());
        let (settings, minted) = (self.settings.clone(), Minted::new(false)?);
        Ok(move |tx: &Write<'_>| {
            let wanted = Grant {
                id: GrantId::new(tx.now),
                client,
                workspace,
                product: target.product.id.clone(),
                resources: Vec::new(),
                holder: None,
                // The bound, so that tokens for different parts of it live side by side.
                scopes,
                restrictions,
                created_at: tx.now,
                // Twice as long as a token, so that it is not written anew for each.
                ends_at: tx.now.plus(settings.access_token).plus(settings.access_token),
                last_token_at: None,
            };
            serve(tx, wanted, target.scopes, (&minted, &settings))
        })
    }
}

/// What a service was made for is its bound, and one that was made for nothing gets nothing.
fn hold_bound(client: &Client, scopes: &[String]) -> Result<()> {
    if scopes.iter().all(|name| client.scopes.contains(name)) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidScope, "that is more than the client was made for"))
}

fn serve(
    tx: &Write<'_>,
    wanted: Grant,
    scopes: Vec<String>,
    (minted, settings): (&Minted, &OAuth),
) -> Result<Outcome> {
    let known = grants::of_service(tx, &wanted.client, (&wanted.workspace, &wanted.product))?;
    // What covers it would have ended with its client, or when that was to have less.
    let is_covered = known.as_ref().is_some_and(|known| covers(known, &scopes, &wanted));
    let wanted = if is_covered { wanted } else { as_it_is_now(tx, wanted, &scopes)? };
    let mut forgotten = Vec::new();
    let grant = match known {
        Some(known) if known.ends_at > tx.now && covers(&known, &scopes, &wanted) => {
            lasting(tx, known, wanted.ends_at, tx.now.plus(settings.access_token))?
        }
        known => {
            if let Some(known) = known {
                forgotten = accounts::delete_grant(tx, known.id)?;
            }
            grants::insert(tx, &wanted)?;
            wanted
        }
    };
    let mut outcome = issue(tx, &grant, scopes, minted, settings)?;
    outcome.forgotten.extend(forgotten);
    Ok(outcome)
}

/// What is wanted, by what the client is bound to now: it may have been removed or changed meanwhile.
fn as_it_is_now(tx: &Write<'_>, wanted: Grant, scopes: &[String]) -> Result<Grant> {
    let is_same = |client: &Client| client.workspace.as_ref() == Some(&wanted.workspace);
    let client = clients::find(tx, &wanted.client)?.filter(is_same);
    let unknown = || Error::new(Code::InvalidClient, "there is no such client");
    let client = client.ok_or_else(unknown)?;
    hold_bound(&client, scopes)?;
    Ok(Grant { scopes: client.scopes, ..wanted })
}

/// What a service has, made to end later where a token would outlive it.
fn lasting(
    tx: &Write<'_>,
    known: Grant,
    later: Timestamp,
    token_ends_at: Timestamp,
) -> Result<Grant> {
    if known.ends_at >= token_ends_at {
        return Ok(known);
    }
    let lasting = Grant { ends_at: later, ..known };
    grants::renew(tx, &lasting)?;
    Ok(lasting)
}

/// Whether what a service has is what it would be given now.
fn covers(known: &Grant, scopes: &[String], wanted: &Grant) -> bool {
    known.scopes == wanted.scopes
        && known.restrictions == wanted.restrictions
        && scopes.iter().all(|name| known.scopes.contains(name))
}
