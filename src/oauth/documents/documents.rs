//! The documents that were fetched lately, and those that are under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ureq::Agent;

use super::{fetch, read, url};
use crate::clock::Timestamp;
use crate::config::OAuth;
use crate::oauth::clients::{ClientId, Description};
use crate::oauth::{Code, Error, Result};

/// Documents that are kept: some megabytes at most.
const KEPT_MAX: usize = 1_000;

/// Documents that are fetched at a time; each has a thread that waits.
const UNDER_WAY_MAX: usize = 16;

/// What clients say of themselves at their own addresses.
pub struct Documents {
    agent: Agent,
    known: Mutex<HashMap<ClientId, Known>>,
    under_way: Mutex<HashMap<ClientId, Arc<UnderWay>>>,
}

struct Known {
    description: Description,
    until: Timestamp,
}

/// A document that is being fetched: the first that asks fetches it, the others wait. `None` inside
/// where it could not be used.
type UnderWay = OnceLock<Option<Description>>;

impl Default for Documents {
    fn default() -> Self {
        let (known, under_way) = (Mutex::default(), Mutex::default());
        Self { agent: fetch::agent(), known, under_way }
    }
}

impl Documents {
    /// What is known of a client at `now` without asking for it anew.
    #[must_use]
    pub fn known(&self, id: &ClientId, settings: &OAuth, now: Timestamp) -> Option<Description> {
        if !is_good(id, settings) {
            return None;
        }
        let known = lock(&self.known);
        let fresh = known.get(id).filter(|known| now < known.until);
        fresh.map(|known| known.description.clone())
    }

    /// Fetches what a client says of itself. Waits for its host, and is to be asked no more often than
    /// the settings allow to register.
    ///
    /// # Errors
    /// `InvalidClient`, in the same words whatever was wrong: whoever names an address is not told what
    /// lies there. `TemporarilyUnavailable` where too many are under way.
    pub fn fetch(&self, id: &ClientId, settings: &OAuth, now: Timestamp) -> Result<Description> {
        if !is_good(id, settings) {
            return Err(unusable());
        }
        let under_way = self.begin(id)?;
        let description = under_way.get_or_init(|| self.fetch_anew(id, now)).clone();
        let mut all = lock(&self.under_way);
        if all.get(id).is_some_and(|it| Arc::ptr_eq(it, &under_way)) {
            all.remove(id);
        }
        description.ok_or_else(unusable)
    }

    fn begin(&self, id: &ClientId) -> Result<Arc<UnderWay>> {
        let mut all = lock(&self.under_way);
        if all.len() >= UNDER_WAY_MAX && !all.contains_key(id) {
            let said = "too many clients are looked up at the moment";
            return Err(Error::new(Code::TemporarilyUnavailable, said));
        }
        Ok(Arc::clone(all.entry(id.clone()).or_default()))
    }

    fn fetch_anew(&self, id: &ClientId, now: Timestamp) -> Option<Description> {
        let fetched = fetch::fetch(&self.agent, id.as_str()).and_then(|fetched| {
            let description = read::read(id.as_str(), &fetched.body)?;
            Ok((description, now.plus(fetched.kept)))
        });
        match fetched {
            Ok((description, until)) => {
                self.keep(id, Known { description: description.clone(), until }, now);
                Some(description)
            }
            Err(reason) => {
                // Whoever runs this instance may know; anybody can cause it, so it is no warning.
                tracing::debug!(client = %id, %reason, "a client's document cannot be used");
                lock(&self.known).remove(id);
                None
            }
        }
    }

    fn keep(&self, id: &ClientId, new: Known, now: Timestamp) {
        let mut known = lock(&self.known);
        if known.len() >= KEPT_MAX {
            known.retain(|_, known| now < known.until);
        }
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(id.clone(), new);
    }
}

/// Whether the settings allow a document there.
fn is_good(id: &ClientId, settings: &OAuth) -> bool {
    settings.has_client_id_metadata
        && url::is_good(id.as_str(), settings.is_loopback_metadata_allowed)
}

fn unusable() -> Error {
    Error::new(Code::InvalidClient, "client_id is missing, or no client's")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
