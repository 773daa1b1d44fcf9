//! Who belongs to a workspace: roles, and what follows from them.

use std::collections::BTreeMap;

use serde_json::json;

use super::actions::{People, Removed, known, record};
use super::{Email, Role, User, table};
use crate::accounts::Slug;
use crate::accounts::sessions::table as sessions;
use crate::audit::Actor;
use crate::error::{Error, Result};
use crate::id::{KeyId, UserId};
use crate::secret::SecretDigest;
use crate::store::{Read, Write};

impl People<'_> {
    /// Whether somebody is a member of a workspace.
    ///
    /// # Errors
    /// As the store's.
    pub fn is_member(&self, email: &Email, workspace: &Slug) -> Result<bool> {
        let found = self.store.read(|db| table::by_email(db, email))?;
        Ok(found.is_some_and(|(user, _)| user.membership(workspace.as_str()).is_some()))
    }

    /// How many members each workspace has; one without any is not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn member_counts(&self) -> Result<BTreeMap<String, u64>> {
        self.store.read(table::member_counts)
    }

    /// Makes somebody a member of a workspace, or gives a member another role.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the actor has not as much as they would give, or take; `Conflict` for
    /// the last owner.
    pub fn put_member(
        &self,
        actor: &Actor,
        workspace: &Slug,
        (email, role): (&Email, Role),
    ) -> Result<User> {
        let (actor, workspace, email) = (actor.clone(), workspace.clone(), email.clone());
        self.ending_grants(move |tx| {
            let user = known(tx, &email)?;
            hold_may_give(
                tx,
                &actor,
                &workspace,
                &[Some(role), user.membership(workspace.as_str())],
            )?;
            let ended = put_member(tx, &actor, &user, (&workspace, role))?;
            Ok((known(tx, &email)?, ended))
        })
    }

    /// Ends a membership, and what they let apps do there. The keys that they own there stay, and are
    /// named.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the actor has not as much as they would take; `Conflict` for the last
    /// owner.
    pub fn remove_member(&self, actor: &Actor, workspace: &Slug, email: &Email) -> Result<Removed> {
        let (actor, workspace, email) = (actor.clone(), workspace.clone(), email.clone());
        self.ending_grants(move |tx| {
            let user = known(tx, &email)?;
            hold_may_give(tx, &actor, &workspace, &[user.membership(workspace.as_str())])?;
            hold_an_owner(tx, &workspace, &user, None)?;
            if !table::delete_membership(tx, &workspace, user.id)? {
                return Err(Error::not_found(format!("{email} is no member of {workspace}")));
            }
            sessions::end_all(tx, user.id, None)?;
            let keys = table::owned_keys(tx, user.id, Some(&workspace))?;
            let detail = json!({ "email": email, "keys": keys });
            record(tx, &actor, "member.remove", &user, Some(&workspace), detail)?;
            Ok((Removed { email, keys }, table::end_grants(tx, user.id, Some(&workspace))?))
        })
    }

    /// The keys that a member owns in a workspace.
    ///
    /// # Errors
    /// As the store's.
    pub fn keys_of(&self, workspace: &Slug, member: UserId) -> Result<Vec<KeyId>> {
        self.store.read(|db| table::owned_keys(db, member, Some(workspace)))
    }
}

/// Who is to own a key of `workspace`: a member of it, or an operator.
///
/// # Errors
/// `Invalid` where `email` is neither.
pub fn owner(db: &Read<'_>, email: &Email, workspace: &str) -> Result<UserId> {
    let known = table::by_email(db, email)?.map(|(user, _)| user);
    known.filter(|user| user.role_in(workspace).is_some()).map(|user| user.id).ok_or_else(|| {
        Error::invalid(format!("{email} is neither a member of {workspace} nor an operator"))
    })
}

/// A member of `workspace`. Whether somebody else is there is not told.
///
/// # Errors
/// `Invalid` where `email` is none.
pub fn member(db: &Read<'_>, email: &Email, workspace: &str) -> Result<UserId> {
    let known = table::by_email(db, email)?.map(|(user, _)| user);
    known
        .filter(|user| user.membership(workspace).is_some())
        .map(|user| user.id)
        .ok_or_else(|| Error::invalid(format!("{email} is no member of {workspace}")))
}

/// What somebody may do in a workspace, as things stand in a transaction; nothing where they are gone.
///
/// # Errors
/// As the store's.
pub fn role(db: &Read<'_>, id: UserId, workspace: &str) -> Result<Option<Role>> {
    let known = table::by_id(db, id)?.map(|(user, _)| user);
    Ok(known.and_then(|user| user.role_in(workspace)))
}

/// Holds that whoever acts may give or take each of these roles in a workspace, as things stand in the
/// transaction: since their page was judged they may have lost what they had.
///
/// # Errors
/// `Invalid` where they may not.
pub(in crate::accounts) fn hold_may_give(
    tx: &Write<'_>,
    actor: &Actor,
    workspace: &Slug,
    roles: &[Option<Role>],
) -> Result<()> {
    // The others are command lines, and links that were judged by themselves.
    let Actor::User(id, _) = actor else { return Ok(()) };
    let own = role(tx, *id, workspace.as_str())?;
    let may_give = |given: &Role| own.is_some_and(|own| own.may_give(*given));
    if roles.iter().flatten().all(may_give) {
        return Ok(());
    }
    Err(Error::invalid(match own {
        Some(Role::Admin | Role::Owner) => "Only an owner can do that to owners.",
        _ => "Your role in this workspace does not reach that far.",
    }))
}

/// Makes somebody who is there already a member, within a transaction. A role that is more stays, so
/// that nothing ends that they let apps do.
pub(in crate::accounts) fn join(
    tx: &Write<'_>,
    actor: &Actor,
    user: &User,
    (workspace, role): (&Slug, Role),
) -> Result<()> {
    let role = user.membership(workspace.as_str()).map_or(role, |has| has.max(role));
    put_member(tx, actor, user, (workspace, role)).map(drop)
}

/// Answers the access tokens that end. What somebody may do has changed: they sign in anew.
pub(super) fn put_member(
    tx: &Write<'_>,
    actor: &Actor,
    user: &User,
    (workspace, role): (&Slug, Role),
) -> Result<Vec<SecretDigest>> {
    hold_an_owner(tx, workspace, user, Some(role))?;
    table::put_membership(tx, workspace, user.id, role)?;
    let ended = match role {
        Role::Viewer => table::end_grants(tx, user.id, Some(workspace))?,
        Role::Developer | Role::Admin | Role::Owner => Vec::new(),
    };
    sessions::end_all(tx, user.id, None)?;
    let detail = json!({ "email": user.email, "role": role });
    record(tx, actor, "member.put", user, Some(workspace), detail)?;
    Ok(ended)
}

/// Holds that a workspace that has an owner keeps one when `member` gets another role, or none.
fn hold_an_owner(
    tx: &Write<'_>,
    workspace: &Slug,
    member: &User,
    role: Option<Role>,
) -> Result<()> {
    let owns = |user: &User| {
        let is_owner =
            |it: &super::Membership| it.workspace == *workspace && it.role == Role::Owner;
        user.memberships.iter().any(is_owner)
    };
    if role == Some(Role::Owner) || !owns(member) {
        return Ok(());
    }
    let members = table::members(tx, workspace)?;
    if members.iter().any(|other| other.id != member.id && owns(other)) {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "{} is the last owner of {workspace}: make somebody else one first",
        member.email
    )))
}
