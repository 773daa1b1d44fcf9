//! What can be done with people: each is one transaction, with its audit row.

use serde::Serialize;
use serde_json::{Value, json};

use super::hasher::Hasher;
use super::members::put_member;
use super::origin::{Account, Link, Origin};
use super::password::{Password, PasswordHash};
use super::{Email, Role, Sought, User, table};
use crate::accounts::Slug;
use crate::accounts::sessions::table as sessions;
use crate::audit::{self, Actor, Change};
use crate::error::{Error, Result};
use crate::id::{KeyId, UserId};
use crate::principals::Principals;
use crate::secret::SecretDigest;
use crate::store::{Read, Store, Write};

/// What the audit log calls the making of an account.
const ADDED: &str = "user.add";

/// The actions on people.
pub struct People<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Where passwords are hashed.
    pub hasher: &'a Hasher,
    /// Whose warm principals must be dropped when what somebody let apps do ends.
    pub principals: &'a Principals,
}

/// Somebody who is to be added.
pub struct NewUser {
    /// What they will sign in by.
    pub email: Email,
    /// Their password.
    pub password: Password,
    /// Whether they will run this instance.
    pub is_operator: bool,
    /// The workspace that they will be a member of, and what they may do there.
    pub membership: Option<(Slug, Role)>,
}

/// Somebody who was removed.
#[derive(Debug, Serialize)]
pub struct Removed {
    /// What they signed in by.
    pub email: Email,
    /// The keys that they own: these go on working until somebody ends them.
    pub keys: Vec<KeyId>,
}

impl People<'_> {
    /// Adds somebody.
    ///
    /// # Errors
    /// `Conflict` where they are there already, `NotFound` for an unknown workspace, `TooMany`.
    pub fn add(&self, actor: &Actor, new: NewUser) -> Result<User> {
        let hash = new.password.hash(&self.hasher.enter()?)?;
        let actor = actor.clone();
        self.store.write(move |tx| insert(tx, (&actor, Link::None), &new, &hash))
    }

    /// Everybody, by address; 10,000 at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self) -> Result<Vec<User>> {
        self.store.read(table::all)
    }

    /// The same, with how each account came to be.
    ///
    /// # Errors
    /// As the store's.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.store.read(|db| table::all(db)?.into_iter().map(|user| account(db, user)).collect())
    }

    /// Somebody, with how their account came to be.
    ///
    /// # Errors
    /// As the store's.
    pub fn account(&self, user: User) -> Result<Account> {
        self.store.read(|db| account(db, user))
    }

    /// How many are who is looked for.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, sought: &Sought<'_>) -> Result<usize> {
        let counted = self.store.read(|db| table::count(db, sought))?;
        Ok(usize::try_from(counted).unwrap_or(0))
    }

    /// Those of them, by address, `limit` behind the first `skipped`.
    ///
    /// # Errors
    /// As the store's.
    pub fn search(
        &self,
        sought: &Sought<'_>,
        (skipped, limit): (usize, usize),
    ) -> Result<Vec<User>> {
        self.store.read(|db| table::search(db, sought, (skipped, limit)))
    }

    /// Somebody by their address.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn show(&self, email: &Email) -> Result<User> {
        self.store.read(|db| known(db, email))
    }

    /// Somebody by their id.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn known(&self, id: UserId) -> Result<User> {
        self.store.read(|db| known_by_id(db, id))
    }

    /// Has somebody run this instance, or no longer. Their sessions end.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the last operator.
    pub fn set_operator(&self, actor: &Actor, id: UserId, is_operator: bool) -> Result<()> {
        let actor = actor.clone();
        self.ending_grants(move |tx| {
            let user = known_by_id(tx, id)?;
            if !is_operator {
                hold_another_operator(tx, &user)?;
            }
            Ok(((), set_operator(tx, &actor, user, is_operator)?))
        })
    }

    /// Gives more to somebody who is there: a membership, another role, the running of this instance.
    /// Their sessions end.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the last owner.
    pub fn grant(
        &self,
        actor: &Actor,
        email: &Email,
        is_operator: bool,
        membership: Option<(Slug, Role)>,
    ) -> Result<User> {
        let (actor, email) = (actor.clone(), email.clone());
        self.ending_grants(move |tx| {
            let mut ended = Vec::new();
            if let Some((workspace, role)) = &membership {
                ended = put_member(tx, &actor, &known(tx, &email)?, (workspace, *role))?;
            }
            let user = known(tx, &email)?;
            if is_operator && !user.is_operator {
                ended.extend(set_operator(tx, &actor, user, true)?);
            }
            Ok((known(tx, &email)?, ended))
        })
    }

    /// Ends all sessions of somebody else; answers how many.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn end_sessions(&self, actor: &Actor, id: UserId) -> Result<usize> {
        let actor = actor.clone();
        self.store.write(move |tx| {
            let user = known_by_id(tx, id)?;
            let ended = sessions::end_all(tx, id, None)?;
            let detail = json!({ "email": user.email, "ended": ended });
            record(tx, &actor, "session.end_all", &user, None, detail)?;
            Ok(ended)
        })
    }

    /// What somebody signs in by, as long as they are there.
    ///
    /// # Errors
    /// As the store's.
    pub fn email_of(&self, id: UserId) -> Result<Option<Email>> {
        let found = self.store.read(|db| table::by_id(db, id))?;
        Ok(found.map(|(user, _)| user.email))
    }

    /// Gives somebody another password, and ends their sessions and what they let apps do.
    ///
    /// # Errors
    /// `NotFound`, `TooMany`.
    pub fn set_password(&self, actor: &Actor, email: &Email, password: &Password) -> Result<User> {
        let hash = password.hash(&self.hasher.enter()?)?;
        let (actor, email) = (actor.clone(), email.clone());
        self.ending_grants(move |tx| {
            let user = known(tx, &email)?;
            table::set_password(tx, &user, &hash)?;
            sessions::end_all(tx, user.id, None)?;
            record(tx, &actor, "user.set_password", &user, None, json!({}))?;
            let ended = table::end_grants(tx, user.id, None)?;
            Ok((user, ended))
        })
    }

    /// Removes somebody, their memberships, their sessions, and what they let apps do. Their keys stay,
    /// and are named.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the last operator. A command line may remove them when nobody else is
    /// there: it can add somebody again, which nobody can who has signed in.
    pub fn remove(&self, actor: &Actor, email: &Email) -> Result<Removed> {
        let (actor, email) = (actor.clone(), email.clone());
        self.ending_grants(move |tx| {
            let user = known(tx, &email)?;
            match actor {
                Actor::CommandLine(_) | Actor::Instance => hold_an_operator(tx, &user)?,
                Actor::User(..) | Actor::Link(_) => hold_another_operator(tx, &user)?,
            }
            let keys = table::owned_keys(tx, user.id, None)?;
            let ended = table::end_grants(tx, user.id, None)?;
            table::delete(tx, user.id)?;
            let detail = json!({ "email": email, "keys": keys });
            record(tx, &actor, "user.remove", &user, None, detail)?;
            Ok((Removed { email, keys }, ended))
        })
    }

    /// Carries out a change that ends some of what somebody let apps do, and has the access tokens
    /// forgotten before it is answered.
    pub(super) fn ending_grants<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<(T, Vec<SecretDigest>)> + Send + 'static,
    {
        let (done, ended) = self.store.write(change)?;
        self.principals.forget(&ended);
        Ok(done)
    }
}

fn account(db: &Read<'_>, user: User) -> Result<Account> {
    let made = audit::first(db, &user.id.to_string())?;
    let origin = made.filter(|entry| entry.action == ADDED);
    Ok(Account { user, origin: origin.as_ref().and_then(Origin::told) })
}

/// Adds somebody within a transaction: by a command, by the setup link, or by an invitation.
pub(in crate::accounts) fn insert(
    tx: &Write<'_>,
    (actor, link): (&Actor, Link<'_>),
    new: &NewUser,
    hash: &PasswordHash,
) -> Result<User> {
    let id = UserId::new(tx.now);
    table::insert(tx, id, &new.email, hash, new.is_operator)?;
    if let Some((workspace, role)) = &new.membership {
        table::put_membership(tx, workspace, id, *role)?;
    }
    let user = known(tx, &new.email)?;
    let detail = json!({
        "email": new.email,
        "operator": new.is_operator,
        "role": new.membership.as_ref().map(|(_, role)| role),
        "link": link.detail(),
    });
    let workspace = new.membership.as_ref().map(|(workspace, _)| workspace);
    record(tx, actor, ADDED, &user, workspace, detail)?;
    Ok(user)
}

/// Answers the access tokens that end.
fn set_operator(
    tx: &Write<'_>,
    actor: &Actor,
    mut user: User,
    is_operator: bool,
) -> Result<Vec<SecretDigest>> {
    user.is_operator = is_operator;
    table::set_operator(tx, &user)?;
    sessions::end_all(tx, user.id, None)?;
    let ended = if is_operator { Vec::new() } else { table::end_grants(tx, user.id, None)? };
    let detail = json!({ "email": user.email, "operator": is_operator });
    record(tx, actor, "user.set_operator", &user, None, detail)?;
    Ok(ended)
}

pub(super) fn known(db: &Read<'_>, email: &Email) -> Result<User> {
    let found = table::by_email(db, email)?;
    found.map(|(user, _)| user).ok_or_else(|| table::unknown(email))
}

fn known_by_id(db: &Read<'_>, id: UserId) -> Result<User> {
    let found = table::by_id(db, id)?;
    found.map(|(user, _)| user).ok_or_else(|| Error::not_found("there is no such person"))
}

/// Holds that an operator is left beside somebody.
fn hold_another_operator(tx: &Write<'_>, leaving: &User) -> Result<()> {
    let is_another = |user: &User| user.is_operator && user.id != leaving.id;
    if !leaving.is_operator || table::all(tx)?.iter().any(is_another) {
        return Ok(());
    }
    Err(Error::conflict(format!("{} is the last operator: add another one first", leaving.email)))
}

/// Holds that an operator is left, unless nobody at all is.
fn hold_an_operator(tx: &Write<'_>, leaving: &User) -> Result<()> {
    let is_alone = table::all(tx)?.iter().all(|user| user.id == leaving.id);
    if is_alone { Ok(()) } else { hold_another_operator(tx, leaving) }
}

/// Writes down what was done to somebody.
pub(in crate::accounts) fn record(
    tx: &Write<'_>,
    actor: &Actor,
    action: &'static str,
    user: &User,
    workspace: Option<&Slug>,
    detail: Value,
) -> Result<()> {
    let (subject, workspace) = (user.id.to_string(), workspace.map(Slug::as_str));
    audit::record(tx, &Change { actor, action, subject, workspace, detail })
}
