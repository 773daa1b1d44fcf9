//! Inviting people, and accepting.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::json;

use super::invitation::{Invitation, Offer};
use super::table;
use crate::accounts::Slug;
use crate::accounts::people::{
    Email, Hasher, Link, NewUser, Password, User, hold_may_give, insert as add_user, join,
    table as people,
};
use crate::audit::{self, Actor, Change};
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::id::{InvitationId, UserId};
use crate::secret::{SecretDigest, Token};
use crate::store::{Read, Store, Write};

/// How long a link is good.
const LINK_LIFE: Span = Span::days(7);

/// Invitations of one workspace that are open at a time.
const OPEN_MAX: i64 = 200;

/// The actions on invitations.
pub struct Invitations<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Where passwords are hashed.
    pub hasher: &'a Hasher,
}

impl Invitations<'_> {
    /// Invites somebody. The token is for the link, and shown this once. An earlier one for the same
    /// address and workspace is good no longer.
    ///
    /// # Errors
    /// `NotFound` for an unknown workspace; `Invalid` for a role that is not the actor's to give;
    /// `Conflict` where too many are open.
    pub fn invite(
        &self,
        actor: &Actor,
        email: &Email,
        offer: &Offer,
    ) -> Result<(Invitation, Token)> {
        let (actor, email, offer) = (actor.clone(), email.clone(), offer.clone());
        let token = Token::mint().map_err(|error| {
            Error::unavailable("the operating system has no random numbers").because(error)
        })?;
        let digest = token.digest();
        let invitation = self.store.write(move |tx| {
            hold_may_offer(tx, &actor, &offer)?;
            table::delete_for(tx, &email, offer.workspace())?;
            if table::count(tx, offer.workspace(), tx.now)? >= OPEN_MAX {
                return Err(Error::conflict(format!(
                    "{OPEN_MAX} invitations are open here: withdraw some first"
                )));
            }
            let invitation = Invitation {
                id: InvitationId::new(tx.now),
                email,
                offer,
                invited_by: actor.to_string(),
                created_at: tx.now,
                expires_at: tx.now.plus(LINK_LIFE),
            };
            table::insert(tx, &digest, &invitation)?;
            record(tx, &actor, "invitation.make", &invitation)?;
            Ok(invitation)
        })?;
        Ok((invitation, token))
    }

    /// Those of a workspace that are good and that nobody has accepted; where none is named, those of operators.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self, workspace: Option<&Slug>, now: Timestamp) -> Result<Vec<Invitation>> {
        self.store.read(|db| {
            // Few people invite many: each is looked up once.
            let (mut givers, mut listed) = (BTreeMap::new(), Vec::new());
            for invitation in table::list(db, workspace, now)? {
                let giver = match givers.entry(invitation.invited_by.clone()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => unknown.insert(giver_of(db, &invitation)?),
                };
                if giver.may_give(&invitation.offer) {
                    listed.push(invitation);
                }
            }
            Ok(listed)
        })
    }

    /// Takes an invitation of a workspace back; where none is named, one of operators.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for one that is not the actor's to give.
    pub fn withdraw(
        &self,
        actor: &Actor,
        workspace: Option<&Slug>,
        id: InvitationId,
    ) -> Result<()> {
        let (actor, workspace) = (actor.clone(), workspace.cloned());
        self.store.write(move |tx| {
            let found = table::by_id(tx, id)?;
            let found = found.filter(|it| it.offer.workspace() == workspace.as_ref());
            let invitation =
                found.ok_or_else(|| Error::not_found("there is no such invitation"))?;
            hold_may_offer(tx, &actor, &invitation.offer)?;
            table::delete(tx, id)?;
            record(tx, &actor, "invitation.withdraw", &invitation)
        })
    }

    /// What a link offers, and whether it is for somebody who is there already.
    ///
    /// # Errors
    /// `NotFound` where it is not, or no longer, good.
    pub fn show(&self, token: &Token, now: Timestamp) -> Result<(Invitation, bool)> {
        self.store.read(|db| {
            let invitation = good(db, &token.digest(), now)?;
            let is_there = people::by_email(db, &invitation.email)?.is_some();
            Ok((invitation, is_there))
        })
    }

    /// Accepts an invitation for somebody who is not there yet.
    ///
    /// # Errors
    /// `NotFound` for a link that is not good; `Conflict` where they are there; `TooMany`.
    pub fn accept_anew(
        &self,
        actor: &Actor,
        token: &Token,
        password: &Password,
        now: Timestamp,
    ) -> Result<User> {
        self.show(token, now)?;
        let actor = actor.clone();
        let hash = password.hash(&self.hasher.enter()?)?;
        let (digest, password) = (token.digest(), password.clone());
        self.store.write(move |tx| {
            let invitation = good(tx, &digest, tx.now)?;
            table::delete(tx, invitation.id)?;
            let membership = match &invitation.offer {
                Offer::Operator => None,
                Offer::Member { workspace, role } => Some((workspace.clone(), *role)),
            };
            let is_operator = invitation.offer == Offer::Operator;
            let email = invitation.email.clone();
            let new = NewUser { email, password, is_operator, membership };
            let link = Link::Invitation(&invitation.invited_by);
            add_user(tx, (&actor, link), &new, &hash)
        })
    }

    /// Accepts an invitation for somebody who has signed in. Their sessions end, since they may do
    /// more now.
    ///
    /// # Errors
    /// `NotFound` for a link that is not good, or is somebody else's.
    pub fn accept(&self, actor: &Actor, token: &Token, id: UserId) -> Result<User> {
        let (actor, digest) = (actor.clone(), token.digest());
        self.store.write(move |tx| {
            let invitation = good(tx, &digest, tx.now)?;
            let known = people::by_id(tx, id)?.map(|(user, _)| user);
            let known = known.filter(|user| user.email == invitation.email);
            let user = known.ok_or_else(gone)?;
            table::delete(tx, invitation.id)?;
            match &invitation.offer {
                Offer::Operator => {
                    return Err(Error::conflict(
                        "who is there already is made an operator by `keystile user add --operator`",
                    ));
                }
                Offer::Member { workspace, role } => join(tx, &actor, &user, (workspace, *role))?,
            }
            let joined = people::by_id(tx, id)?.map(|(user, _)| user);
            joined.ok_or_else(gone)
        })
    }

    /// Deletes those whose link has ended.
    ///
    /// # Errors
    /// As the store's.
    pub fn sweep(store: &Store) -> Result<usize> {
        store.write(table::delete_expired)
    }
}

fn gone() -> Error {
    Error::not_found("this invitation is not, or no longer, good")
}

fn good(db: &Read<'_>, digest: &SecretDigest, now: Timestamp) -> Result<Invitation> {
    let invitation = table::find(db, digest, now)?.ok_or_else(gone)?;
    if giver_of(db, &invitation)?.may_give(&invitation.offer) {
        Ok(invitation)
    } else {
        Err(gone())
    }
}

/// Whoever has made an invitation, as they are now.
enum InvitedBy {
    /// A command line: an operator by an account of the machine.
    CommandLine,
    Somebody(User),
    /// Somebody who was removed.
    Nobody,
}

impl InvitedBy {
    /// Whether they could make the invitation now: else somebody who was shown the door could come
    /// back by a link that they have put aside.
    fn may_give(&self, offer: &Offer) -> bool {
        match (self, offer) {
            (Self::CommandLine, _) => true,
            (Self::Nobody, _) => false,
            (Self::Somebody(user), Offer::Operator) => user.is_operator,
            (Self::Somebody(user), Offer::Member { workspace, role }) => {
                user.role_in(workspace.as_str()).is_some_and(|own| own.may_give(*role))
            }
        }
    }
}

fn giver_of(db: &Read<'_>, invitation: &Invitation) -> Result<InvitedBy> {
    let Ok(id) = invitation.invited_by.parse::<UserId>() else { return Ok(InvitedBy::CommandLine) };
    let found = people::by_id(db, id)?;
    Ok(found.map_or(InvitedBy::Nobody, |(user, _)| InvitedBy::Somebody(user)))
}

/// Holds that whoever acts may offer this, as things stand in the transaction.
fn hold_may_offer(tx: &Write<'_>, actor: &Actor, offer: &Offer) -> Result<()> {
    match offer {
        Offer::Operator => Ok(()),
        Offer::Member { workspace, role } => hold_may_give(tx, actor, workspace, &[Some(*role)]),
    }
}

fn record(
    tx: &Write<'_>,
    actor: &Actor,
    action: &'static str,
    invitation: &Invitation,
) -> Result<()> {
    let workspace = invitation.offer.workspace().map(Slug::as_str);
    let detail = json!({ "email": invitation.email, "offer": invitation.offer });
    let subject = invitation.id.to_string();
    audit::record(tx, &Change { actor, action, subject, workspace, detail })
}
