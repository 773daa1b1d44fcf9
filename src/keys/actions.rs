//! What can be done with keys: make, list, show, change. `lifecycle.rs` has what ends and renews.

use serde::Serialize;
use serde_json::{Value, json};

use super::giver::Giver;
use super::key::{Filter, Key, State};
use super::room::Room;
use super::table::{self, KeyRow, Soundness};
use super::terms::{self, Changes, Expiry, Terms};
use crate::accounts::parse_name;
use crate::accounts::people::Email;
use crate::audit::{self, Actor, Change};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::limits::Plans;
use crate::principals::{Principals, Restrictions};
use crate::registry::{KeyType, Product, Registry};
use crate::secret::Secret;
use crate::store::{Store, Write};
use crate::usage;

/// Keys of one page of a listing.
const PAGE_KEYS_MAX: u32 = 1_000;

/// The actions on keys.
pub struct Keys<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals a change must drop.
    pub principals: &'a Principals,
    /// The products, as they are in force.
    pub registry: &'a Registry,
    /// The plans, as they are in force.
    pub plans: &'a Plans,
    /// Who says what a key may do.
    pub giver: Giver,
}

/// A key with the secret that was just made for it: the one time that it is shown.
pub struct Minted {
    /// The key.
    pub key: Key,
    /// Its newest secret.
    pub secret: Secret,
}

impl Keys<'_> {
    /// Makes a key and its secret.
    ///
    /// # Errors
    /// `Invalid` for terms that its product does not take, `NotFound` for an unknown workspace,
    /// `Conflict` where its plan has no room for another key.
    pub fn create(&self, actor: &Actor, terms: &Terms) -> Result<Minted> {
        let (product, key_type) = self.key_type(&terms.product, &terms.key_type)?;
        let scopes = terms::scopes(product, key_type, &terms.scopes)?;
        self.giver.within(product).check_scopes(&scopes, &[])?;
        let restrictions = terms::restrictions(product, &terms.restrictions)?;
        terms::check_identity(&scopes, &restrictions)?;
        let name = parse_name(&terms.name)?;
        let allow_ip = text(&terms::allow_ip(terms.allow_ip.clone())?);
        let metadata = terms::metadata(terms.metadata.as_ref())?;
        let secret = mint(key_type)?;
        let room = Room::of(product, self.plans);
        let (actor, terms, giver) = (actor.clone(), terms.clone(), self.giver);
        self.store.write(move |tx| {
            let owner = owner_id(tx, giver, terms.owner.as_ref(), &terms.workspace)?;
            giver.check_ids(tx, &terms.workspace, &restrictions, &Restrictions::default())?;
            let row = KeyRow {
                id: KeyId::new(tx.now),
                workspace: terms.workspace,
                product: terms.product,
                key_type: terms.key_type,
                name,
                scopes: text(&scopes),
                restrictions: text(&restrictions),
                allow_ip,
                expires_at: terms.expires.at(tx.now)?,
                owner,
                metadata,
                created_at: tx.now,
                created_by: actor.to_string(),
                revoked_at: None,
                revoked_by: None,
                revoked_reason: None,
            };
            room.check(tx, &row)?;
            table::insert(tx, &row)?;
            usage::begin(tx, &row.workspace, row.id)?;
            table::insert_secret(tx, row.id, &secret)?;
            record(tx, &actor, "key.create", &row, described(&row))?;
            Ok(Minted { key: reread(tx, row.id)?, secret })
        })
    }

    /// Keys, the newest first; `limit` of them, a thousand at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self, filter: &Filter, limit: u32, now: Timestamp) -> Result<Vec<Key>> {
        let limit = i64::from(limit.clamp(1, PAGE_KEYS_MAX));
        self.store.read(|db| table::list(db, filter, limit, now))
    }

    /// One key.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn show(&self, id: KeyId, now: Timestamp) -> Result<Key> {
        let found = self.store.read(|db| table::find(db, id, now))?;
        found.map(|(_, _, key)| key).ok_or_else(|| table::unknown(id))
    }

    /// Changes what a key is called and may do, from its next request on.
    ///
    /// # Errors
    /// `Invalid` for changes that its product does not take, or none; `NotFound`; `Conflict` for
    /// a revoked or damaged key, and where its plan has no room for an expired one to live again.
    pub fn update(&self, actor: &Actor, id: KeyId, changes: &Changes) -> Result<Key> {
        let known = self.known(id, Timestamp::default())?;
        let (product, key_type) = self.key_type(&known.product, &known.key_type)?;
        let change = Checked::of(changes, &known, product, key_type)?;
        let (bounds, asked) = (self.giver.within(product), changes.scopes.clone());
        let room = Room::of(product, self.plans);
        let (actor, giver) = (actor.clone(), self.giver);
        self.change(id, move |tx, mut row, key| {
            if key.state == State::Revoked {
                return Err(Error::conflict(format!(
                    "{id} is revoked: there is nothing to change"
                )));
            }
            if let Some(asked) = &asked {
                bounds.check_scopes(asked, &key.scopes)?;
            }
            if let Some(owner) = owner_id(tx, giver, change.owner.as_ref(), &row.workspace)? {
                row.owner = Some(owner);
            }
            if let Some(asked) = &change.restrictions {
                giver.check_ids(tx, &row.workspace, asked, &key.restrictions)?;
            }
            change.apply(&mut row, tx.now)?;
            if key.state == State::Expired && !row.has_expired(tx.now) {
                room.check(tx, &row)?;
            }
            table::update(tx, &row)?;
            let updated = reread(tx, id)?;
            bounds.check_change(&key, &updated)?;
            record(tx, &actor, "key.update", &row, described(&row))?;
            Ok(updated)
        })
    }

    /// A key that is about to be changed: a damaged one is not.
    pub(super) fn known(&self, id: KeyId, now: Timestamp) -> Result<Key> {
        let known = self.show(id, now)?;
        if known.state == State::Damaged { Err(table::damaged(id)) } else { Ok(known) }
    }

    /// Carries out a change of one sound key, and drops its principals before it is answered.
    pub(super) fn change<T, F>(&self, id: KeyId, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>, KeyRow, Key) -> Result<T> + Send + 'static,
    {
        self.change_as_it_is(id, move |tx, row, _, key| match key.state {
            State::Damaged => Err(table::damaged(id)),
            State::Active | State::Expired | State::Revoked => change(tx, row, key),
        })
    }

    /// Carries out a change of one key, damaged or not, and drops its principals before it is
    /// answered.
    pub(super) fn change_as_it_is<T, F>(&self, id: KeyId, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>, KeyRow, Soundness, Key) -> Result<T> + Send + 'static,
    {
        let (outcome, digests) = self.store.write(move |tx| {
            let found = table::find(tx, id, tx.now)?;
            let (row, soundness, key) = found.ok_or_else(|| table::unknown(id))?;
            let digests = key.digests();
            Ok((change(tx, row, soundness, key)?, digests))
        })?;
        self.principals.forget(&digests);
        Ok(outcome)
    }

    pub(super) fn key_type(&self, product: &str, key_type: &str) -> Result<(&Product, &KeyType)> {
        let found = self.registry.product(product).ok_or_else(|| {
            let known: Vec<&str> = self.registry.products().map(|it| it.id.as_str()).collect();
            Error::invalid(format!("there is no product `{product}`; there is {}", listed(&known)))
        })?;
        let kind = found.key_type(key_type).ok_or_else(|| {
            let known: Vec<&str> = found.key_types.iter().map(|it| it.id.as_str()).collect();
            Error::invalid(format!(
                "{product} has no key type `{key_type}`; it has {}",
                listed(&known)
            ))
        })?;
        Ok((found, kind))
    }
}

/// Changes that a product takes, as they will be written.
struct Checked {
    name: Option<String>,
    scopes: Option<String>,
    restrictions: Option<Restrictions>,
    expires: Option<Expiry>,
    allow_ip: Option<String>,
    owner: Option<Email>,
    /// Whether the metadata is replaced; by none, if it is `None`.
    is_metadata_given: bool,
    metadata: Option<String>,
}

impl Checked {
    fn of(changes: &Changes, known: &Key, product: &Product, key_type: &KeyType) -> Result<Self> {
        let asked = changes.scopes.as_ref();
        let scopes = asked.map(|it| terms::scopes(product, key_type, it)).transpose()?;
        let asked = changes.restrictions.as_ref();
        let restrictions = asked.map(|it| terms::restrictions(product, it)).transpose()?;
        terms::check_identity(
            scopes.as_ref().unwrap_or(&known.scopes),
            restrictions.as_ref().unwrap_or(&known.restrictions),
        )?;
        let allow_ip = changes.allow_ip.clone().map(terms::allow_ip);
        let checked = Self {
            name: changes.name.as_deref().map(parse_name).transpose()?,
            scopes: scopes.as_ref().map(text),
            restrictions,
            expires: changes.expires,
            allow_ip: allow_ip.transpose()?.as_ref().map(text),
            owner: changes.owner.clone(),
            is_metadata_given: changes.metadata.is_some(),
            metadata: terms::metadata(changes.metadata.as_ref())?,
        };
        let is_nothing = checked.name.is_none()
            && checked.scopes.is_none()
            && checked.restrictions.is_none()
            && checked.expires.is_none()
            && checked.allow_ip.is_none()
            && checked.owner.is_none()
            && !checked.is_metadata_given;
        if is_nothing { Err(Error::invalid("say what to change")) } else { Ok(checked) }
    }

    fn apply(self, row: &mut KeyRow, now: Timestamp) -> Result<()> {
        let replace = |column: &mut String, value: Option<String>| {
            if let Some(value) = value {
                *column = value;
            }
        };
        replace(&mut row.name, self.name);
        replace(&mut row.scopes, self.scopes);
        replace(&mut row.restrictions, self.restrictions.as_ref().map(text));
        replace(&mut row.allow_ip, self.allow_ip);
        if let Some(expires) = self.expires {
            row.expires_at = expires.at(now)?;
        }
        if self.is_metadata_given {
            row.metadata = self.metadata;
        }
        Ok(())
    }
}

/// The id of whoever is to own a key, as it is kept.
fn owner_id(
    tx: &Write<'_>,
    giver: Giver,
    email: Option<&Email>,
    workspace: &str,
) -> Result<Option<String>> {
    email.map(|email| Ok(giver.owner(tx, email, workspace)?.to_string())).transpose()
}

/// A new secret of a key type.
pub(super) fn mint(key_type: &KeyType) -> Result<Secret> {
    Secret::mint(&key_type.prefix).map_err(|error| {
        Error::unavailable("the operating system has no random numbers").because(error)
    })
}

/// The key as the transaction leaves it.
pub(super) fn reread(tx: &Write<'_>, id: KeyId) -> Result<Key> {
    let found = table::find(tx, id, tx.now)?;
    found.map(|(_, _, key)| key).ok_or_else(|| table::unknown(id))
}

pub(super) fn record(
    tx: &Write<'_>,
    actor: &Actor,
    action: &'static str,
    row: &KeyRow,
    detail: Value,
) -> Result<()> {
    let subject = row.id.to_string();
    audit::record(tx, &Change { actor, action, subject, workspace: Some(&row.workspace), detail })
}

/// What the audit log says of a key's terms.
fn described(row: &KeyRow) -> Value {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    json!({
        "name": row.name,
        "product": row.product,
        "type": row.key_type,
        "scopes": parsed(&row.scopes),
        "restrictions": parsed(&row.restrictions),
        "allow_ip": parsed(&row.allow_ip),
        "owner": row.owner,
        "expires_at": row.expires_at,
    })
}

/// A list or map of texts as the JSON that is kept.
fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("lists and maps of texts are always JSON")
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
