//! Signing in and out.

use std::collections::BTreeMap;

use serde_json::json;

use super::session::{Held, Presence, Session, Visitor};
use super::{table, throttle};
use crate::accounts::people::{
    self as everybody, Email, Hasher, Password, PasswordHash, Permit, User, table as people,
};
use crate::audit::{self, Actor, Change};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{SessionId, UserId};
use crate::principals::Principals;
use crate::secret::{SecretDigest, Token};
use crate::store::{Read, Seal, Store, Write};

/// The actions on sessions.
pub struct Sessions<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Where passwords are tried.
    pub hasher: &'a Hasher,
}

/// What became of a sign-in.
pub enum SignIn {
    /// It succeeded.
    In(Opened),
    /// There is no such person, or this is not their password: nobody is told which.
    Wrong,
    /// It was not tried: the next one may be in so many seconds.
    Wait(u64),
}

/// What became of a password that was tried.
enum Tried<'h> {
    /// It is theirs. More can be hashed by the permit.
    Right(Permit<'h>),
    Wrong,
    /// It was not tried: the next one may be in so many seconds.
    Wait(u64),
}

/// A session that has just begun.
pub struct Opened {
    /// What its cookie holds: shown to its browser, and kept nowhere.
    pub token: Token,
    /// Who holds it.
    pub holder: User,
}

impl Sessions<'_> {
    /// Signs somebody in. What fails is counted; what is not tried costs nothing.
    ///
    /// # Errors
    /// `TooMany` when too many sign in at a time.
    pub fn sign_in(
        &self,
        email: &Email,
        password: &Password,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<SignIn> {
        let (known, subjects) = self.store.read(|db| {
            let known = people::by_email(db, email)?;
            let subjects = Subjects::of(db, email, known.as_ref().map(|(user, _)| user), visitor)?;
            Ok::<_, Error>((known, subjects))
        })?;
        let (user, kept) = match known {
            Some((user, kept)) => (Some(user), kept),
            None => (None, PasswordHash::of_nobody()),
        };
        let permit = match self.tried(password, &kept, subjects, now)? {
            Tried::Right(permit) => permit,
            Tried::Wrong => return Ok(SignIn::Wrong),
            Tried::Wait(seconds) => return Ok(SignIn::Wait(seconds)),
        };
        let Some(user) = user else { return Ok(SignIn::Wrong) };
        let renewed = kept.is_outdated().then(|| password.hash(&permit)).transpose()?;
        drop(permit);
        self.begin(user.id, renewed, subjects, visitor)
    }

    /// Tries a password. That is counted before, as a failure, and taken back by whoever goes on.
    fn tried(
        &self,
        password: &Password,
        kept: &PasswordHash,
        subjects: Subjects,
        now: Timestamp,
    ) -> Result<Tried<'_>> {
        // Before a place is taken: whoever has to wait is told so at once.
        let wait = self.store.read(|db| subjects.wait_seconds(db, now))?;
        if wait > 0 {
            return Ok(Tried::Wait(wait));
        }
        let permit = self.hasher.enter()?;
        let wait = self.store.write(move |tx| subjects.count(tx))?;
        if wait > 0 {
            return Ok(Tried::Wait(wait));
        }
        Ok(if kept.is_of(password, &permit) { Tried::Right(permit) } else { Tried::Wrong })
    }

    /// Gives somebody who has signed in the password `chosen`, where `current` is the one that they
    /// have: tries are counted as at a sign-in, so that whoever has found an open browser learns no
    /// password. All their sessions end, with what they let apps do, and a new one begins.
    ///
    /// # Errors
    /// `NotFound` when they have been removed meanwhile; `TooMany`.
    pub fn change_password(
        &self,
        principals: &Principals,
        holder: UserId,
        (current, chosen): (&Password, &Password),
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<SignIn> {
        let (user, kept, subjects) = self.store.read(|db| {
            let (user, kept) = people::by_id(db, holder)?.ok_or_else(gone)?;
            let subjects = Subjects::of(db, &user.email, Some(&user), visitor)?;
            Ok::<_, Error>((user, kept, subjects))
        })?;
        let permit = match self.tried(current, &kept, subjects, now)? {
            Tried::Right(permit) => permit,
            Tried::Wrong => return Ok(SignIn::Wrong),
            Tried::Wait(seconds) => return Ok(SignIn::Wait(seconds)),
        };
        let hash = chosen.hash(&permit)?;
        drop(permit);
        let visitor = visitor.clone();
        let (opened, ended) = self.store.write(move |tx| {
            subjects.take_back(tx)?;
            people::set_password(tx, &user, &hash)?;
            table::end_all(tx, holder, None)?;
            let actor = Actor::User(holder, visitor.address);
            everybody::record(tx, &actor, "user.set_password", &user, None, json!({}))?;
            let ended = people::end_grants(tx, holder, None)?;
            Ok((open(tx, user, &visitor)?, ended))
        })?;
        principals.forget(&ended);
        Ok(SignIn::In(opened))
    }

    /// Begins the session of somebody who has shown their password.
    fn begin(
        &self,
        id: UserId,
        renewed: Option<PasswordHash>,
        subjects: Subjects,
        visitor: &Visitor,
    ) -> Result<SignIn> {
        let visitor = visitor.clone();
        let opened = self.store.write(move |tx| {
            // As they are now: somebody may have been removed since their row was read.
            let Some((user, kept)) = people::by_id(tx, id)? else { return Ok(None) };
            if let Some(renewed) = renewed {
                people::renew_password(tx, &user, &kept, &renewed)?;
            }
            subjects.take_back(tx)?;
            table::put_place(tx, user.id, &subjects.place)?;
            open(tx, user, &visitor).map(Some)
        })?;
        Ok(opened.map_or(SignIn::Wrong, SignIn::In))
    }

    /// Begins a session without a password: for whoever has just chosen one.
    ///
    /// # Errors
    /// `NotFound` when they have been removed meanwhile.
    pub fn open(&self, holder: UserId, visitor: &Visitor) -> Result<Opened> {
        let visitor = visitor.clone();
        self.store.write(move |tx| {
            let (user, _) = people::by_id(tx, holder)?.ok_or_else(gone)?;
            open(tx, user, &visitor)
        })
    }

    /// The session that a cookie opens, and who holds it.
    ///
    /// # Errors
    /// As the store's.
    pub fn find(&self, token: &Token, now: Timestamp) -> Result<Option<(Session, User)>> {
        let digest = token.digest();
        let found = self.store.read(|db| table::find(db, &digest))?;
        let Some(Held { session, holder }) = found.filter(|it| it.session.is_live(now)) else {
            return Ok(None);
        };
        if session.is_to_be_seen(now) {
            self.see(digest);
        }
        Ok(Some((session, holder)))
    }

    /// Writes down that a session was used. Without it the session only ends the sooner.
    fn see(&self, digest: SecretDigest) {
        if let Err(error) = self.store.write(move |tx| table::see(tx, &digest)) {
            tracing::warn!(%error, "a session's use could not be written down");
        }
    }

    /// Somebody's sessions, the one last used first.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self, holder: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let mut sessions = self.store.read(|db| table::all(db, holder))?;
        sessions.retain(|session| session.is_live(now));
        Ok(sessions)
    }

    /// When each person was last seen; whoever never signed in is not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn presence(&self, now: Timestamp) -> Result<BTreeMap<UserId, Presence>> {
        self.store.read(|db| table::presence(db, Session::ended_before(now)))
    }

    /// Ends one of somebody's sessions.
    ///
    /// # Errors
    /// `NotFound` where they have no such session.
    pub fn end(&self, holder: UserId, id: SessionId, visitor: &Visitor) -> Result<()> {
        let actor = Actor::User(holder, visitor.address);
        self.store.write(move |tx| {
            if !table::end(tx, holder, id)? {
                return Err(Error::not_found("there is no such session"));
            }
            record(tx, &actor, holder, "session.end", json!({ "session": id }))
        })
    }

    /// Ends all of somebody's sessions, `but` one if it is named.
    ///
    /// # Errors
    /// As the store's.
    pub fn end_all(
        &self,
        holder: UserId,
        but: Option<SessionId>,
        visitor: &Visitor,
    ) -> Result<usize> {
        let actor = Actor::User(holder, visitor.address);
        self.store.write(move |tx| {
            let ended = table::end_all(tx, holder, but)?;
            record(tx, &actor, holder, "session.end_all", json!({ "ended": ended }))?;
            Ok(ended)
        })
    }

    /// Deletes what has ended, and failures that are forgotten; answers how many rows.
    ///
    /// # Errors
    /// As the store's.
    pub fn sweep(store: &Store) -> Result<usize> {
        store.write(|tx| {
            let (idle, begun) = Session::ended_before(tx.now);
            let before = tx.now.minus(throttle::REMEMBERED);
            Ok(table::delete_ended(tx, idle, begun)? + table::delete_throttles(tx, before)?)
        })
    }
}

fn open(tx: &Write<'_>, holder: User, visitor: &Visitor) -> Result<Opened> {
    let token = Token::mint().map_err(|error| {
        Error::unavailable("the operating system has no random numbers").because(error)
    })?;
    table::insert(tx, &token.digest(), holder.id, visitor)?;
    let (actor, detail) =
        (Actor::User(holder.id, visitor.address), json!({ "device": visitor.device }));
    record(tx, &actor, holder.id, "session.begin", detail)?;
    Ok(Opened { token, holder })
}

fn gone() -> Error {
    Error::not_found("there is no such person")
}

fn record(
    tx: &Write<'_>,
    actor: &Actor,
    holder: UserId,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let subject = holder.to_string();
    audit::record(tx, &Change { actor, action, subject, workspace: None, detail })
}

/// Whose failures a sign-in adds to.
#[derive(Clone, Copy)]
struct Subjects {
    account: [u8; 16],
    place: [u8; 16],
}

impl Subjects {
    /// In a place that somebody has signed in from before, their account's failures are counted by
    /// themselves: a stranger elsewhere cannot keep them waiting.
    fn of(db: &Read<'_>, email: &Email, user: Option<&User>, visitor: &Visitor) -> Result<Self> {
        let place = Seal::over("place").text(&visitor.place().to_string()).close();
        let is_known = match user {
            Some(user) => table::is_known_place(db, user.id, &place)?,
            None => false,
        };
        let account = Seal::over("account").text(email.as_str());
        let account = if is_known { account.bytes(&place) } else { account }.close();
        Ok(Self { account, place })
    }

    fn wait_seconds(self, db: &Read<'_>, now: Timestamp) -> Result<u64> {
        let account = table::throttle(db, &self.account)?.wait_seconds(now);
        Ok(account.max(table::throttle(db, &self.place)?.wait_seconds(now)))
    }

    /// Counts a failure before the password is tried, so that tries at one time count one by one.
    /// Answers how long to wait instead, if it is not the time.
    fn count(self, tx: &Write<'_>) -> Result<u64> {
        let wait = self.wait_seconds(tx, tx.now)?;
        if wait == 0 {
            for subject in [&self.account, &self.place] {
                let throttle = table::throttle(tx, subject)?;
                table::put_throttle(tx, subject, throttle.failed(tx.now))?;
            }
        }
        Ok(wait)
    }

    /// The password was right: the account's failures are over. The address keeps its others, or
    /// else whoever has one account could try all others without end.
    fn take_back(self, tx: &Write<'_>) -> Result<()> {
        table::delete_throttle(tx, &self.account)?;
        let place = table::throttle(tx, &self.place)?;
        table::put_throttle(tx, &self.place, place.taken_back())
    }
}
