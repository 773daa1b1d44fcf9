//! What can be done with clients: make, change, end, list; and tell who asks.

use serde_json::{Value, json};

use super::client::{AuthMethod, Client, ClientId, ClientSecret, Lasting, Proved};
use super::table;
use super::terms::{Changes, Maker, Terms};
use crate::audit::{self, Actor, Change};
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::oauth::grants::{self, table as grant_table};
use crate::oauth::{Code, Error as Refused, secret};
use crate::principals::Principals;
use crate::registry::Registry;
use crate::secret::{Secret, SecretDigest};
use crate::store::{Read, Store, Write};

/// What a client's secret begins with.
pub const SECRET_PREFIX: &str = "ks_cs_";

/// Clients that somebody vouches for: of one workspace, or of all where none is named.
const VOUCHED_MAX: [i64; 2] = [100, 10_000];

/// The actions on clients.
pub struct Clients<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals must be dropped when a client goes.
    pub principals: &'a Principals,
    /// The products, as they are in force.
    pub registry: &'a Registry,
}

/// A client with the secret that was just made for it: the one time that it is shown.
pub struct Minted {
    /// The client.
    pub client: Client,
    /// Its newest secret; a public client has none.
    pub secret: Option<Secret>,
}

impl Clients<'_> {
    /// Makes a client.
    ///
    /// # Errors
    /// `Invalid` for terms that do not fit, `NotFound` for an unknown workspace, `Conflict` where
    /// there are too many.
    pub fn add(&self, actor: &Actor, maker: Maker, terms: Terms) -> Result<Minted> {
        let by = actor.to_string();
        // The instant is the transaction's: it is set there.
        let client = terms.client(maker, self.registry, (by, Timestamp::default()))?;
        let secret = client.is_confidential().then(|| secret::mint(SECRET_PREFIX)).transpose()?;
        let actor = actor.clone();
        self.store.write(move |tx| {
            let client = Client { id: ClientId::new(tx.now), created_at: tx.now, ..client };
            hold_room(tx, client.workspace.as_deref())?;
            table::put(tx, &client)?;
            if let Some(secret) = &secret {
                table::insert_secret(tx, &client.id, secret)?;
            }
            record(tx, &actor, "client.add", &client, described(&client))?;
            Ok(Minted { client, secret })
        })
    }

    /// Changes a client that somebody has made. A service that may have less from now on loses what
    /// it has, and asks anew.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`; `Conflict` for one that describes itself.
    pub fn update(&self, actor: &Actor, id: &ClientId, changes: Changes) -> Result<Client> {
        // The product of a client never changes.
        let product = self.store.read(|db| vouched(db, id))?.product;
        let changes = changes.parsed(product.as_deref(), self.registry)?;
        let (actor, id) = (actor.clone(), id.clone());
        let (client, forgotten) = self.store.write(move |tx| {
            let client = changes.apply(vouched(tx, &id)?)?;
            table::put(tx, &client)?;
            record(tx, &actor, "client.update", &client, described(&client))?;
            let forgotten = grants::end_wider(tx, &actor, &client)?;
            Ok((client, forgotten))
        })?;
        self.principals.forget(&forgotten);
        Ok(client)
    }

    /// Gives a confidential client another secret; those before it end after `overlap`.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for a public client, and one that describes itself.
    pub fn rotate(&self, actor: &Actor, id: &ClientId, overlap: Span) -> Result<Minted> {
        let secret = secret::mint(SECRET_PREFIX)?;
        let (actor, id) = (actor.clone(), id.clone());
        self.store.write(move |tx| {
            let client = vouched(tx, &id)?;
            if !client.is_confidential() {
                return Err(Error::conflict("a public client has no secret"));
            }
            table::end_secrets(tx, &client.id, tx.now.plus(overlap))?;
            table::insert_secret(tx, &client.id, &secret)?;
            let detail = json!({ "overlap": overlap.to_string() });
            record(tx, &actor, "client.rotate", &client, detail)?;
            Ok(Minted { client, secret: Some(secret) })
        })
    }

    /// Ends a client with all that it holds, at once.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove(&self, actor: &Actor, id: &ClientId) -> Result<()> {
        let (actor, id) = (actor.clone(), id.clone());
        let digests = self.store.write(move |tx| {
            let client = table::find(tx, &id)?;
            let digests = grant_table::tokens_of_client(tx, &id)?;
            if !table::delete(tx, &id)? {
                return Err(unknown(&id));
            }
            let workspace = client.as_ref().and_then(|client| client.workspace.as_deref());
            let detail = json!({ "name": client.as_ref().map(|client| &client.name) });
            let subject = id.to_string();
            let action = "client.remove";
            audit::record(tx, &Change { actor: &actor, action, subject, workspace, detail })?;
            Ok(digests)
        })?;
        self.principals.forget(&digests);
        Ok(())
    }

    /// Clients, the newest first: `limit` of them, a thousand at most, behind the first `skipped`;
    /// of those that the admins of `workspace` have made, where it is named.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(
        &self,
        workspace: Option<&str>,
        skipped: usize,
        limit: usize,
    ) -> Result<Vec<Client>> {
        let rows = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.store.read(|db| table::list(db, workspace, (rows(skipped), rows(limit))))
    }

    /// How many there are.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, workspace: Option<&str>) -> Result<usize> {
        let counted = self.store.read(|db| table::count(db, workspace))?;
        Ok(usize::try_from(counted).unwrap_or(0))
    }

    /// One client.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn show(&self, id: &ClientId) -> Result<Client> {
        self.find(id)?.ok_or_else(|| unknown(id))
    }

    /// One client, if it is there.
    ///
    /// # Errors
    /// As the store's.
    pub fn find(&self, id: &ClientId) -> Result<Option<Client>> {
        self.store.read(|db| table::find(db, id))
    }

    /// Which secrets a client has, the newest first; never what they are.
    ///
    /// # Errors
    /// As the store's.
    pub fn secrets(&self, id: &ClientId) -> Result<Vec<ClientSecret>> {
        self.store.read(|db| table::secrets(db, id))
    }

    /// The client that says it is `id`, and proves it as it must. A secret that it should not have
    /// proves nothing.
    ///
    /// # Errors
    /// `InvalidClient`, in the same words whatever was wrong.
    pub fn authenticate(
        &self,
        id: &str,
        secret: Option<&str>,
        now: Timestamp,
    ) -> crate::oauth::Result<Proved> {
        let refused =
            || Refused::new(Code::InvalidClient, "no such client, or it has not proved who it is");
        let id = id.parse::<ClientId>().map_err(|_| refused())?;
        // Of whatever is presented, so that an unknown client costs what a known one does.
        let digest = SecretDigest::of(secret.unwrap_or_default().as_bytes());
        let (found, known) = self.store.read(|db| {
            let known = table::secret(db, &id, &digest)?;
            Ok::<_, Error>((table::find(db, &id)?, known))
        })?;
        let client = found.ok_or_else(refused)?;
        let proof = match client.auth_method {
            AuthMethod::None => secret.is_none().then_some(Lasting { ends_at: None }),
            AuthMethod::SecretBasic | AuthMethod::SecretPost => known,
        };
        let proof = proof.filter(|proof| proof.is_good(now)).ok_or_else(refused)?;
        Ok(Proved { client, proof })
    }
}

fn vouched(db: &Read<'_>, id: &ClientId) -> Result<Client> {
    let client = table::find(db, id)?.ok_or_else(|| unknown(id))?;
    if client.origin.is_vouched() {
        return Ok(client);
    }
    Err(Error::conflict(format!("{id} describes itself: nobody else changes what it says")))
}

fn hold_room(tx: &Write<'_>, workspace: Option<&str>) -> Result<()> {
    let max = VOUCHED_MAX[usize::from(workspace.is_none())];
    if table::count_vouched(tx, workspace)? < max {
        return Ok(());
    }
    Err(Error::conflict(format!("there are {max} clients already: remove some that nobody uses")))
}

pub(super) fn unknown(id: &ClientId) -> Error {
    Error::not_found(format!("there is no client {id}"))
}

fn record(
    tx: &Write<'_>,
    actor: &Actor,
    action: &'static str,
    client: &Client,
    detail: Value,
) -> Result<()> {
    let (subject, workspace) = (client.id.to_string(), client.workspace.as_deref());
    audit::record(tx, &Change { actor, action, subject, workspace, detail })
}

/// What the audit log says of a client.
fn described(client: &Client) -> Value {
    json!({
        "name": client.name,
        "product": client.product,
        "redirect_uris": client.redirect_uris,
        "grant_types": client.grant_types,
        "scopes": client.scopes,
        "auth_method": client.auth_method,
        "oauth20": client.is_oauth20,
    })
}
