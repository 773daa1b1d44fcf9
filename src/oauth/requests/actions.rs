//! What becomes of an authorization request: it is kept, shown, and decided once.

use std::net::IpAddr;

use serde_json::json;

use super::request::{Kept, REQUEST_LIFE, Request};
use super::table;
use crate::accounts;
use crate::accounts::people::{self, Role};
use crate::audit::{self, Actor, Change};
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::id::{GrantId, SessionId, UserId};
use crate::keys::Giver;
use crate::oauth::clients::{Client, table as clients};
use crate::oauth::grants::{Grant, table as grants};
use crate::oauth::secret;
use crate::oauth::tokens::{CODE_PREFIX, Code, table as tokens};
use crate::principals::{Principals, Restrictions};
use crate::secret::{Secret, SecretDigest, Token};
use crate::store::{Read, Seal, Store, Write};

/// Grants of one person to one app: a new one ends the oldest.
const GRANTS_OF_CLIENT_MAX: i64 = 20;

/// Grants of one person.
const GRANTS_OF_HOLDER_MAX: i64 = 1_000;

/// The actions on authorization requests.
pub struct Requests<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals must be dropped when an older grant makes room.
    pub principals: &'a Principals,
}

/// Somebody before a request, by the session that they see it with.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    /// Who.
    pub user: UserId,
    /// Their session.
    pub session: SessionId,
    /// The address that they decide from.
    pub address: IpAddr,
}

/// What somebody lets an app do.
#[derive(Clone, Debug)]
pub struct Choice {
    /// For which workspace.
    pub workspace: String,
    /// With which of the scopes that it asked for.
    pub scopes: Vec<String>,
    /// Bound to which of the workspace's ids: as many as the product asks for.
    pub restrictions: Restrictions,
    /// How long the code is good.
    pub code_life: Span,
}

impl Requests<'_> {
    /// Keeps a request that came from `place`. The token stands in the URL of the page that shows it.
    ///
    /// # Errors
    /// `NotFound` where the client is gone.
    pub fn keep(&self, request: Request, place: &str) -> Result<Token> {
        let token = Token::mint().map_err(|error| {
            Error::unavailable("the operating system has no random numbers").because(error)
        })?;
        let (digest, place) = (token.digest(), Seal::over("place").text(place).close());
        self.store.write(move |tx| {
            let (created_at, expires_at) = (tx.now, tx.now.plus(REQUEST_LIFE));
            let kept = Kept { request, place, session: None, created_at, expires_at };
            table::insert(tx, &digest, &kept)
        })?;
        Ok(token)
    }

    /// What somebody is asked for. From now on it is theirs to decide, by this session.
    ///
    /// # Errors
    /// `NotFound` where it is over, decided, or another session's.
    pub fn show(&self, token: &Token, viewer: Viewer, now: Timestamp) -> Result<(Request, Client)> {
        let digest = token.digest();
        let kept = self.store.read(|db| table::find(db, &digest, now))?.ok_or_else(gone)?;
        if kept.session.is_none() {
            self.store.write(move |tx| {
                let kept = table::find(tx, &digest, tx.now)?.ok_or_else(gone)?;
                table::bind(tx, &digest, &kept, viewer.session).map(drop)
            })?;
        }
        self.store.read(|db| {
            let request = of_viewer(db, &digest, viewer, now)?;
            let client = clients::find(db, &request.client)?.ok_or_else(gone)?;
            Ok((request, client))
        })
    }

    /// Says no; answers what was asked.
    ///
    /// # Errors
    /// As [`Requests::show`].
    pub fn deny(&self, token: &Token, viewer: Viewer) -> Result<Request> {
        let digest = token.digest();
        self.store.write(move |tx| take(tx, &digest, viewer))
    }

    /// Says yes; answers what was asked, and the code for the app.
    ///
    /// # Errors
    /// As [`Requests::show`]; `NotFound` for a workspace in which they may not decide this;
    /// `Invalid` for more than was asked, and for ids that are not the workspace's; `Conflict` where
    /// they have given too many apps something.
    pub fn allow(
        &self,
        token: &Token,
        viewer: Viewer,
        choice: Choice,
    ) -> Result<(Request, Secret)> {
        let (digest, code) = (token.digest(), secret::mint(CODE_PREFIX)?);
        let (request, code, forgotten) = self.store.write(move |tx| {
            let request = take(tx, &digest, viewer)?;
            hold_client(tx, &request, &choice.workspace)?;
            let forgotten = give(tx, &request, viewer, choice, &code)?;
            Ok((request, code, forgotten))
        })?;
        self.principals.forget(&forgotten);
        Ok((request, code))
    }

    /// Deletes requests that nobody has decided in time.
    ///
    /// # Errors
    /// As the store's.
    pub fn sweep(store: &Store) -> Result<usize> {
        store.write(table::delete_ended)
    }
}

fn of_viewer(
    db: &Read<'_>,
    digest: &SecretDigest,
    viewer: Viewer,
    now: Timestamp,
) -> Result<Request> {
    let kept = table::find(db, digest, now)?;
    let theirs = kept.filter(|kept| kept.session == Some(viewer.session));
    theirs.map(|kept| kept.request).ok_or_else(gone)
}

/// A request is decided once: whoever decides takes it away.
fn take(tx: &Write<'_>, digest: &SecretDigest, viewer: Viewer) -> Result<Request> {
    let request = of_viewer(tx, digest, viewer, tx.now)?;
    if table::delete(tx, digest)? { Ok(request) } else { Err(gone()) }
}

/// The app as it is now: it may have withdrawn the address since it asked, and one that is made for a
/// workspace acts for no other.
fn hold_client(tx: &Write<'_>, request: &Request, workspace: &str) -> Result<()> {
    let client = clients::find(tx, &request.client)?.ok_or_else(gone)?;
    if !client.answers_at(&request.redirect_uri) {
        return Err(gone());
    }
    if client.acts_for(workspace) { Ok(()) } else { Err(no_workspace()) }
}

/// Writes down what somebody lets an app do, and the code for it.
fn give(
    tx: &Write<'_>,
    request: &Request,
    viewer: Viewer,
    choice: Choice,
    code: &Secret,
) -> Result<Vec<SecretDigest>> {
    let holder = viewer.user;
    let role = people::role(tx, holder, &choice.workspace)?;
    if role.is_none_or(|role| role < Role::Developer) {
        return Err(no_workspace());
    }
    if choice.scopes.is_empty() || choice.scopes.iter().any(|name| !request.scopes.contains(name)) {
        return Err(Error::invalid("choose at least one of what the app asks for"));
    }
    Giver::Member.check_ids(
        tx,
        &choice.workspace,
        &choice.restrictions,
        &Restrictions::default(),
    )?;
    let expires_at = tx.now.plus(choice.code_life);
    let grant = Grant {
        id: GrantId::new(tx.now),
        client: request.client.clone(),
        workspace: choice.workspace,
        product: request.product.clone(),
        resources: request.resources.clone(),
        holder: Some(holder),
        scopes: choice.scopes,
        restrictions: choice.restrictions,
        created_at: tx.now,
        ends_at: expires_at,
        last_token_at: None,
    };
    let forgotten = make_room(tx, &grant)?;
    grants::insert(tx, &grant)?;
    tokens::insert_code(
        tx,
        &Code {
            digest: code.digest(),
            grant: grant.id,
            redirect_uri: request.redirect_uri.clone(),
            is_redirect_sent: request.is_redirect_sent,
            challenge: request.challenge.clone(),
            expires_at,
            redeemed_at: None,
        },
    )?;
    record(tx, &grant, viewer)?;
    Ok(forgotten)
}

fn make_room(tx: &Write<'_>, grant: &Grant) -> Result<Vec<SecretDigest>> {
    let mut forgotten = Vec::new();
    for oldest in grants::beyond(tx, grant, GRANTS_OF_CLIENT_MAX - 1)? {
        forgotten.extend(accounts::delete_grant(tx, oldest)?);
    }
    if grants::count_of_holder(tx, grant, tx.now)? >= GRANTS_OF_HOLDER_MAX {
        return Err(Error::conflict("you have let too many apps in already: end some first"));
    }
    Ok(forgotten)
}

fn record(tx: &Write<'_>, grant: &Grant, viewer: Viewer) -> Result<()> {
    let detail = json!({
        "client": grant.client,
        "product": grant.product,
        "scopes": grant.scopes,
        "restrictions": grant.restrictions,
    });
    audit::record(
        tx,
        &Change {
            actor: &Actor::User(viewer.user, viewer.address),
            action: "grant.add",
            subject: grant.id.to_string(),
            workspace: Some(&grant.workspace),
            detail,
        },
    )
}

fn no_workspace() -> Error {
    Error::not_found("there is no such workspace, or it is not for you or the app")
}

fn gone() -> Error {
    Error::not_found("this request is over: go back to the app, and begin again there")
}
