//! Who says what a key may do: an operator may give anything, a member what is the workspace's.

use std::collections::BTreeSet;

use super::key::Key;
use crate::accounts;
use crate::accounts::people::{self, Email};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::principals::Restrictions;
use crate::registry::Product;
use crate::store::Read;

/// Who makes or changes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// Whoever runs the instance: they may give whatever the product has.
    Operator,
    /// A member of the workspace: they give no scope that is for operators alone, and bind keys to
    /// ids that the workspace owns. What a key has already, it may keep.
    Member,
}

impl Giver {
    /// What they may do with keys of `product`, for the transaction that does it.
    pub(super) fn within(self, product: &Product) -> Bounds {
        let beyond = match self {
            Self::Operator => BTreeSet::new(),
            Self::Member => {
                let admin = product.scopes.iter().filter(|scope| scope.is_admin);
                admin.map(|scope| scope.name.to_string()).collect()
            }
        };
        Bounds { beyond }
    }

    /// Whoever is to own a key of `workspace`: a member of it; if an operator says so, an operator too.
    pub(super) fn owner(self, db: &Read<'_>, email: &Email, workspace: &str) -> Result<UserId> {
        match self {
            Self::Operator => people::owner(db, email, workspace),
            Self::Member => people::member(db, email, workspace),
        }
    }

    /// Holds that the ids `asked` for are the workspace's, or among those `held` already.
    ///
    /// # Errors
    /// `Invalid`, naming one that is not.
    pub fn check_ids(
        self,
        db: &Read<'_>,
        workspace: &str,
        asked: &Restrictions,
        held: &Restrictions,
    ) -> Result<()> {
        if self == Self::Operator {
            return Ok(());
        }
        let owned = accounts::owned(db, workspace)?;
        for (resource, ids) in asked.iter() {
            let is_theirs = |id: &String| {
                owned.get(resource).is_some_and(|ids| ids.contains(id))
                    || held.ids(resource).is_some_and(|ids| ids.contains(id))
            };
            if let Some(id) = ids.iter().find(|id| !is_theirs(id)) {
                return Err(Error::invalid(format!("the workspace does not own {resource}={id}")));
            }
        }
        Ok(())
    }
}

/// What somebody may do with keys of one product.
pub(super) struct Bounds {
    /// The scopes that they may not give.
    beyond: BTreeSet<String>,
}

impl Bounds {
    /// Holds that the scopes `asked` are theirs to give, beside those `held` already, and that they take
    /// none away that they could not give back.
    pub(super) fn check_scopes(&self, asked: &[String], held: &[String]) -> Result<()> {
        for name in &self.beyond {
            match (asked.contains(name), held.contains(name)) {
                (true, false) => {
                    return Err(Error::invalid(format!("only an operator may give `{name}`")));
                }
                (false, true) => {
                    return Err(Error::invalid(format!(
                        "only an operator may take `{name}` away: revoke the key if it should end"
                    )));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Holds that a key may get a new secret from them, or live again: whoever gets the secret may do
    /// all that the key may.
    pub(super) fn check_renewal(&self, key: &Key) -> Result<()> {
        match key.scopes.iter().find(|name| self.beyond.contains(*name)) {
            None => Ok(()),
            Some(name) => Err(Error::invalid(format!(
                "the key has `{name}`, which only an operator gives: an operator can rotate, restore \
                 or widen it, a member can revoke it"
            ))),
        }
    }

    /// Holds that a change has not opened more by the key, where it has what they may not give.
    pub(super) fn check_change(&self, before: &Key, after: &Key) -> Result<()> {
        if opens_more(before, after) { self.check_renewal(before) } else { Ok(()) }
    }
}

/// Whether a key can be used for more, from elsewhere, or longer. Another range of addresses is more:
/// whether one holds the other is not asked.
fn opens_more(before: &Key, after: &Key) -> bool {
    let has_more_scopes = after.scopes.iter().any(|name| !before.scopes.contains(name));
    let lives_longer = match (before.expires_at, after.expires_at) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => after > before,
    };
    let was_bound = before.allow_ip.iter().next().is_some();
    let is_known = |range| before.allow_ip.iter().any(|it| it == range);
    let is_from_elsewhere = was_bound
        && (after.allow_ip.iter().next().is_none() || !after.allow_ip.iter().all(is_known));
    let reaches_further = before.restrictions.iter().any(|(resource, ids)| {
        after.restrictions.ids(resource).is_none_or(|now| now.is_empty() || !now.is_subset(ids))
    });
    has_more_scopes || lives_longer || is_from_elsewhere || reaches_further
}
