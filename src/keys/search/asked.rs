//! What is asked for, and what is found.

use super::table;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::KeyId;
use crate::keys::{Key, Keys};

/// Keys of one page: as many as somebody looks through.
pub const PAGE_KEYS: usize = 50;

/// Keys whose names are listed to choose from.
pub const NAMED_MAX: usize = 200;

/// Which keys of a workspace, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The slug of the workspace.
    pub workspace: String,
    /// A part of the name or of the owner's address, the id, or the last 4 characters of a secret.
    pub words: Option<String>,
    /// Those of this product.
    pub product: Option<String>,
    /// Those of this type.
    pub key_type: Option<String>,
    /// Those that stand so.
    pub standing: Option<Standing>,
    /// What they are sorted by.
    pub order: Order,
    /// Whether the last in that order come first.
    pub is_reversed: bool,
}

impl Search {
    /// Whether some keys of the workspace may not fit.
    pub(super) fn is_narrowed(&self) -> bool {
        let is_said = [&self.words, &self.product, &self.key_type].iter().any(|it| it.is_some());
        is_said || self.standing.is_some()
    }
}

/// How keys stand that are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Good.
    Active,
    /// Good, and not for long.
    Expiring,
    /// Good, with an older secret beside the newest.
    Rotating,
    /// Past their end.
    Expired,
    /// Revoked.
    Revoked,
}

impl Standing {
    /// Every one, with its name in addresses.
    pub const ALL: [(&'static str, Self); 5] = [
        ("active", Self::Active),
        ("expiring", Self::Expiring),
        ("rotating", Self::Rotating),
        ("expired", Self::Expired),
        ("revoked", Self::Revoked),
    ];

    /// The one of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, standing)| standing)
    }
}

/// What keys are sorted by; of two alike, the newer comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// When they were made, the newest first.
    #[default]
    Made,
    /// By name.
    Name,
    /// By when they were used last; never comes first.
    Used,
    /// By when they expire; never comes last.
    Expires,
}

impl Order {
    /// The one of that name in addresses.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match name {
            "name" => Self::Name,
            "used" => Self::Used,
            "expires" => Self::Expires,
            _ => Self::Made,
        }
    }
}

/// One page of what was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The keys of the page.
    pub keys: Vec<Key>,
    /// How many fit in all.
    pub fitting: usize,
    /// How many the workspace has, whatever was asked for.
    pub total: u64,
}

/// A key, as it is chosen from a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
}

impl Keys<'_> {
    /// One page of the keys that fit; the first is number 0, and beyond the last one is the last.
    /// `soon` is until when a key counts as expiring.
    ///
    /// # Errors
    /// As the store's.
    pub fn search(
        &self,
        search: &Search,
        number: usize,
        (now, soon): (Timestamp, Timestamp),
    ) -> Result<Found> {
        self.store.read(|db| {
            let total = table::total(db, &search.workspace)?;
            let fitting =
                if search.is_narrowed() { table::fitting(db, search, (now, soon))? } else { total };
            if fitting == 0 {
                return Ok(Found { keys: Vec::new(), fitting, total: total as u64 });
            }
            let number = number.min(fitting.saturating_sub(1) / PAGE_KEYS);
            let keys = table::page(db, search, number, (now, soon))?;
            Ok(Found { keys, fitting, total: total as u64 })
        })
    }

    /// How many keys a workspace has, whatever their state.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, workspace: &str) -> Result<u64> {
        Ok(self.store.read(|db| table::total(db, workspace))? as u64)
    }

    /// The names of a workspace's keys, the newest 200.
    ///
    /// # Errors
    /// As the store's.
    pub fn names(&self, workspace: &str) -> Result<Vec<Named>> {
        self.store.read(|db| table::names(db, workspace, NAMED_MAX))
    }
}
