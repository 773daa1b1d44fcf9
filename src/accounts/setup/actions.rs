//! Beginning the setup, and making the first operator.

use super::table;
use crate::accounts::people::{
    Email, Hasher, Link, NewUser, Password, User, insert as add_user, table as people,
};
use crate::audit::Actor;
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::secret::Token;
use crate::store::{Read, Store};

/// How long a setup link is good.
const LINK_LIFE: Span = Span::seconds(30 * 60);

/// Setting the instance up.
pub struct Setup<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// Where passwords are hashed.
    pub hasher: &'a Hasher,
}

impl Setup<'_> {
    /// Whether nobody is there yet.
    ///
    /// # Errors
    /// As the store's.
    pub fn is_needed(&self) -> Result<bool> {
        Ok(!self.store.read(people::is_anybody)?)
    }

    /// A new link's token, if nobody is there yet. Earlier ones are good no longer.
    ///
    /// # Errors
    /// As the store's.
    pub fn begin(&self) -> Result<Option<Token>> {
        self.store.write(|tx| {
            if people::is_anybody(tx)? {
                return Ok(None);
            }
            let token = Token::mint().map_err(|error| {
                Error::unavailable("the operating system has no random numbers").because(error)
            })?;
            table::put(tx, &token.digest(), tx.now.plus(LINK_LIFE))?;
            Ok(Some(token))
        })
    }

    /// Whether a link is good.
    ///
    /// # Errors
    /// As the store's.
    pub fn is_good(&self, token: &Token, now: Timestamp) -> Result<bool> {
        self.store.read(|db| is_good(db, token, now))
    }

    /// Makes the first operator; the link is used up.
    ///
    /// # Errors
    /// `NotFound` where the link is not, or no longer, good; `TooMany`.
    pub fn finish(
        &self,
        actor: &Actor,
        token: &Token,
        (email, password): (&Email, &Password),
        now: Timestamp,
    ) -> Result<User> {
        let gone = || Error::not_found("this setup link is not, or no longer, good");
        // Before any work is done for somebody without one.
        if !self.is_good(token, now)? {
            return Err(gone());
        }
        let hash = password.hash(&self.hasher.enter()?)?;
        let new = NewUser {
            email: email.clone(),
            password: password.clone(),
            is_operator: true,
            membership: None,
        };
        let actor = actor.clone();
        let token = Token::presented(token.expose()).ok_or_else(gone)?;
        self.store.write(move |tx| {
            if !is_good(tx, &token, tx.now)? {
                return Err(gone());
            }
            table::delete(tx)?;
            add_user(tx, (&actor, Link::Setup), &new, &hash)
        })
    }
}

fn is_good(db: &Read<'_>, token: &Token, now: Timestamp) -> Result<bool> {
    Ok(!people::is_anybody(db)? && table::is_live(db, &token.digest(), now)?)
}
