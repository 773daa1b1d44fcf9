//! Clients that register themselves, and manage what they have said
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use serde_json::{Map, Value};

use super::actions::{Clients, SECRET_PREFIX};
use super::client::{Client, ClientId, GrantType, Origin};
use super::description::Description;
use super::table;
use crate::audit::Actor;
use crate::clock::{Span, Timestamp};
use crate::config::{OAuth, Registration};
use crate::error::Error as Fault;
use crate::oauth::grants::table as grants;
use crate::oauth::{Code, Error, Result, change, secret};
use crate::secret::Secret;
use crate::store::{Store, Write};

/// What a client manages its registration with begins with this.
const REGISTRATION_PREFIX: &str = "ks_rg_";

/// What somebody may register clients with, where not everybody may, begins with this.
const INITIAL_PREFIX: &str = "ks_ri_";

/// Clients that nobody vouches for: beyond it the oldest that never got a token goes, if it is older
/// than an hour; else the one that has been idle the longest, if nobody lets it do anything any more.
const UNVOUCHED_MAX: i64 = 10_000;
const UNVOUCHED_KEPT: Span = Span::seconds(3_600);

/// Tokens to register clients with.
const INITIAL_TOKENS_MAX: i64 = 100;

/// What only we say about a registration.
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// A client that has just registered, or changed what it says.
pub struct Registered {
    /// The client, as it is kept.
    pub client: Client,
    /// A secret, where one was made for it now.
    pub secret: Option<Secret>,
    /// What it manages its registration with, where that was made now.
    pub token: Option<Secret>,
}

impl Clients<'_> {
    /// Registers a client that asks for it, from `address`.
    ///
    /// # Errors
    /// As [`Description::read`]; `InvalidToken` where a token is needed and `initial` is none;
    /// `AccessDenied` where nobody may; `TemporarilyUnavailable` where there are too many.
    pub fn register(
        &self,
        said: &Map<String, Value>,
        address: String,
        (settings, initial, now): (&OAuth, Option<&str>, Timestamp),
    ) -> Result<Registered> {
        self.judge(settings.registration, initial, now)?;
        let said = self.read(said)?;
        let token = secret::mint(REGISTRATION_PREFIX)?;
        let is_public = said.auth_method == super::AuthMethod::None;
        let secret = (!is_public).then(|| secret::mint(SECRET_PREFIX)).transpose()?;
        let idle = settings.registration_idle;
        change(self.store, move |tx| {
            make_room(tx, idle)?;
            let id = ClientId::new(tx.now);
            let client = described(said, (id, Origin::Registered), (address, tx.now));
            table::put(tx, &client)?;
            if let Some(secret) = &secret {
                table::insert_secret(tx, &client.id, secret)?;
            }
            table::insert_registration_token(tx, &token.digest(), &client.id)?;
            Ok(Registered { client, secret, token: Some(token) })
        })
    }

    /// Keeps what the document at a client's id says of it, as it was fetched for `address`. Clients
    /// that were `idle` for so long make room.
    ///
    /// # Errors
    /// `TemporarilyUnavailable` where there are too many clients.
    pub fn put_document(
        &self,
        id: &ClientId,
        said: Description,
        (address, idle): (String, Span),
    ) -> Result<Client> {
        let id = id.clone();
        change(self.store, move |tx| {
            let known = table::find(tx, &id)?;
            if known.is_none() {
                make_room(tx, idle)?;
            }
            let since = known.map_or(tx.now, |known| known.created_at);
            let client = described(said, (id, Origin::Document), (address, since));
            table::put(tx, &client)?;
            Ok(client)
        })
    }

    /// The client that manages its registration with `token`.
    ///
    /// # Errors
    /// `InvalidToken`.
    pub fn registered(&self, id: &str, token: Option<&str>) -> Result<Client> {
        let (id, digest) = managed(id, token)?;
        let found = self.store.read(|db| {
            let is_theirs = table::is_registration_token(db, &digest, &id)?;
            Ok::<_, Fault>(table::find(db, &id)?.filter(|_| is_theirs))
        })?;
        found.ok_or_else(no_token)
    }

    /// Replaces what a client says of itself, by the rules for a new one.
    ///
    /// # Errors
    /// As [`Clients::register`]; where nobody may register, nobody registers another address.
    pub fn reregister(
        &self,
        id: &str,
        token: Option<&str>,
        (said, may): (&Map<String, Value>, Registration),
    ) -> Result<Registered> {
        let (id, digest) = managed(id, token)?;
        if said.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
            return Err(Error::request("client_id is missing, or another client's"));
        }
        if OURS.iter().any(|name| said.contains_key(*name)) {
            return Err(Error::request("some members are only ours to say"));
        }
        let own_secret = said.get("client_secret").filter(|value| !value.is_null()).cloned();
        let said = self.read(said)?;
        change(self.store, move |tx| {
            // As it is now: it may have been removed or changed meanwhile.
            let is_theirs = table::is_registration_token(tx, &digest, &id)?;
            let known = table::find(tx, &id)?.filter(|_| is_theirs).ok_or_else(no_token)?;
            hold_own_secret(tx, &known, own_secret.as_ref())?;
            hold_own_addresses(&known, &said, may)?;
            replace(tx, known, said)
        })
    }

    /// Ends a client that asks for it, with all that it holds.
    ///
    /// # Errors
    /// `InvalidToken`.
    pub fn unregister(&self, id: &str, token: Option<&str>) -> Result<()> {
        let (id, digest) = managed(id, token)?;
        let digests = change(self.store, move |tx| {
            let is_theirs = table::is_registration_token(tx, &digest, &id)?;
            let digests = grants::tokens_of_client(tx, &id)?;
            if is_theirs && table::delete(tx, &id)? { Ok(digests) } else { Err(no_token()) }
        })?;
        self.principals.forget(&digests);
        Ok(())
    }

    /// Makes a token with which clients may be registered for as long as `life`.
    ///
    /// # Errors
    /// `Conflict` where there are too many.
    pub fn mint_initial(&self, actor: &Actor, life: Span) -> crate::error::Result<Secret> {
        let (by, token) = (actor.to_string(), secret::mint(INITIAL_PREFIX)?);
        self.store.write(move |tx| {
            if table::count_initial_tokens(tx)? >= INITIAL_TOKENS_MAX {
                return Err(Fault::conflict("there are too many such tokens already"));
            }
            table::insert_initial_token(tx, &token.digest(), (&by, tx.now.plus(life)))?;
            Ok(token)
        })
    }

    /// Whether somebody may register a client.
    fn judge(&self, may: Registration, initial: Option<&str>, now: Timestamp) -> Result<()> {
        match may {
            Registration::Open => Ok(()),
            Registration::Off => Err(no_registration()),
            Registration::Token => {
                let digest = initial.and_then(|text| secret::digest_of(text, INITIAL_PREFIX));
                let digest = digest.ok_or_else(no_token)?;
                let is_good = self.store.read(|db| table::is_initial_token(db, &digest, now))?;
                if is_good { Ok(()) } else { Err(no_token()) }
            }
        }
    }

    /// What a client says, as far as it may be so.
    fn read(&self, said: &Map<String, Value>) -> Result<Description> {
        let mut said = Description::read(said)?;
        if said.grant_types.contains(&GrantType::ClientCredentials) {
            return Err(Error::new(
                Code::InvalidClientMetadata,
                "client_credentials is for clients that an operator or a workspace's admin makes",
            ));
        }
        // Names that no product knows are left out, which the answer shows.
        let open: Vec<&String> = self
            .registry
            .products()
            .filter_map(|product| product.oauth.as_ref())
            .flat_map(|oauth| &oauth.scopes)
            .collect();
        said.scopes.retain(|name| open.contains(&name));
        Ok(said)
    }
}

/// A client may say which secret it has, and not choose one (RFC 7592 §2.2).
fn hold_own_secret(tx: &Write<'_>, known: &Client, sent: Option<&Value>) -> Result<()> {
    let Some(sent) = sent else { return Ok(()) };
    let digest = sent.as_str().and_then(|text| secret::digest_of(text, SECRET_PREFIX));
    let is_own = match digest {
        None => false,
        Some(digest) => {
            let found = table::secret(tx, &known.id, &digest)?;
            found.is_some_and(|secret| secret.is_good(tx.now))
        }
    };
    if is_own { Ok(()) } else { Err(Error::request("client_secret is not yours to choose")) }
}

/// Another address is as good as another client: where nobody may register one, nobody has the other.
fn hold_own_addresses(known: &Client, said: &Description, may: Registration) -> Result<()> {
    let is_new = |uri: &String| !known.redirect_uris.contains(uri);
    match may {
        Registration::Off if said.redirect_uris.iter().any(is_new) => Err(no_registration()),
        Registration::Off | Registration::Open | Registration::Token => Ok(()),
    }
}

fn replace(tx: &Write<'_>, known: Client, said: Description) -> Result<Registered> {
    let is_public = said.auth_method == super::AuthMethod::None;
    let is_new = !is_public && !known.is_confidential();
    let secret = is_new.then(|| secret::mint(SECRET_PREFIX)).transpose()?;
    let client = described(said, (known.id, known.origin), (known.created_by, known.created_at));
    let client = Client { last_token_at: known.last_token_at, ..client };
    table::put(tx, &client)?;
    if is_public {
        table::end_secrets(tx, &client.id, tx.now)?;
    }
    if let Some(secret) = &secret {
        table::insert_secret(tx, &client.id, secret)?;
    }
    Ok(Registered { client, secret, token: None })
}

/// A client from what it says of itself.
fn described(
    said: Description,
    (id, origin): (ClientId, Origin),
    (created_by, created_at): (String, Timestamp),
) -> Client {
    Client {
        id,
        origin,
        name: said.name,
        auth_method: said.auth_method,
        redirect_uris: said.redirect_uris,
        grant_types: said.grant_types,
        scopes: said.scopes,
        product: None,
        workspace: None,
        is_oauth20: false,
        about: said.about,
        created_at,
        created_by,
        last_token_at: None,
    }
}

fn make_room(tx: &Write<'_>, idle: Span) -> Result<()> {
    let is_full = table::count_unvouched(tx)? >= UNVOUCHED_MAX;
    if !is_full
        || table::delete_unused(tx, tx.now.minus(UNVOUCHED_KEPT), 1)? > 0
        || table::delete_idle(tx, tx.now.minus(idle))?
    {
        return Ok(());
    }
    Err(Error::new(Code::TemporarilyUnavailable, "there are too many clients"))
}

/// The client and the token that a management request names.
fn managed(id: &str, token: Option<&str>) -> Result<(ClientId, crate::secret::SecretDigest)> {
    let digest = token.and_then(|text| secret::digest_of(text, REGISTRATION_PREFIX));
    id.parse().ok().zip(digest).ok_or_else(no_token)
}

fn no_registration() -> Error {
    Error::new(Code::AccessDenied, "clients do not register themselves here")
}

fn no_token() -> Error {
    Error::new(Code::InvalidToken, "the token is missing, or not good here")
}

/// Deletes clients that nobody vouches for and that never got a token in `idle`, secrets and tokens
/// that have ended; answers how many.
///
/// # Errors
/// As the store's.
pub fn sweep(store: &Store, idle: Span) -> crate::error::Result<usize> {
    /// Clients of one sweep: the rest waits for the next.
    const SWEPT_MAX: i64 = 1_000;
    store.write(move |tx| {
        let clients = table::delete_unused(tx, tx.now.minus(idle), SWEPT_MAX)?;
        let secrets = table::delete_ended_secrets(tx)?;
        Ok(clients + secrets + table::delete_initial_tokens(tx, tx.now)?)
    })
}
