//! Who says what a key may do: an operator may give anything, a member what is the workspace's.

use crate::accounts;
use crate::error::{Error, Result};
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
    /// Holds that the scopes `asked` are theirs to give, or among those `held` already.
    pub(super) fn check_scopes(
        self,
        product: &Product,
        asked: &[String],
        held: &[String],
    ) -> Result<()> {
        let is_admin = |name: &&String| product.scopes.get(name).is_some_and(|it| it.is_admin);
        let mut beyond = asked.iter().filter(is_admin).filter(|name| !held.contains(*name));
        match (self, beyond.next()) {
            (Self::Member, Some(name)) => {
                Err(Error::invalid(format!("only an operator may give `{name}`")))
            }
            _ => Ok(()),
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
