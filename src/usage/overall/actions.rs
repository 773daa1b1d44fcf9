//! What can be asked of all counts together.

use super::table;
use super::unusual::{self, Unusual};
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::store::Store;
use crate::usage::networks::table as networks;
use crate::usage::report::TimedCount;

/// What is looked at for its refusals and its rise.
const HOUR: Span = Span::seconds(3_600);

/// What it is compared with, and how long a network is new.
const DAY: Span = Span::days(1);

/// Oddities of each kind that are told.
const ODDITIES_MAX: i64 = 10;

/// What has let requests pass so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uses {
    /// Nothing.
    None,
    /// One secret of this key, last at this instant.
    OneKey(KeyId, Timestamp),
    /// More than one secret, or what an app was granted.
    Several,
}

/// A refusal of the last hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRefusal {
    /// Its code.
    pub code: String,
    /// Its minute.
    pub at: Timestamp,
    /// Whose it was.
    pub by: Refused,
}

/// Who was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A key or token that is known here.
    Known,
    /// Anybody who reaches the proxy; from this address, where all of the day came from one.
    Stranger(Option<String>),
}

/// The counts of all keys and strangers together.
pub struct Overall<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// The present instant.
    pub now: Timestamp,
}

impl Overall<'_> {
    /// Requests from `since` on by minute and outcome.
    ///
    /// # Errors
    /// As the store's.
    pub fn minutes(&self, since: Timestamp) -> Result<Vec<TimedCount>> {
        self.store.read(|db| table::minutes(db, since))
    }

    /// What has let requests pass so far, as far back as is known.
    ///
    /// # Errors
    /// As the store's.
    pub fn uses(&self) -> Result<Uses> {
        self.store.read(table::uses)
    }

    /// The latest refusal of the last hour. One of a known key goes before those of strangers, who may
    /// be anybody.
    ///
    /// # Errors
    /// As the store's.
    pub fn last_refusal(&self) -> Result<Option<LastRefusal>> {
        let hour = self.now.minus(HOUR);
        self.store.read(|db| {
            Ok(match table::last_refusal_of_known(db, hour)? {
                Some(known) => Some(known),
                None => table::last_refusal_of_strangers(db, hour)?,
            })
        })
    }

    /// What somebody should look at, the latest first.
    ///
    /// # Errors
    /// As the store's.
    pub fn unusual(&self) -> Result<Vec<Unusual>> {
        let (hour, day) = (self.now.minus(HOUR), self.now.minus(DAY));
        let mut found = self.store.read(|db| {
            let mut found = Vec::new();
            for busy in table::busiest(db, hour, ODDITIES_MAX)? {
                let before = table::requests(db, busy.key, day, hour)?;
                found.extend(unusual::rise(&busy, before));
            }
            let refused = table::most_refused(db, hour, ODDITIES_MAX)?;
            found.extend(refused.iter().filter_map(unusual::refusals));
            let strangers = table::strangers(db, hour)?;
            found.extend(strangers.into_iter().filter_map(unusual::strangers));
            let networks = networks::newest(db, day, ODDITIES_MAX)?;
            found.extend(networks.into_iter().map(unusual::network));
            Ok::<_, Error>(found)
        })?;
        found.sort_by_key(|unusual| std::cmp::Reverse(unusual.at));
        Ok(found)
    }
}
