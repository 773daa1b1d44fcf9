//! The documents that were fetched lately, and those that are under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ureq::Agent;

use super::{fetch, read, url};
use crate::clock::Timestamp;
use crate::config::OAuth;
use crate::oauth::clients::{ClientId, Description};
use crate::oauth::{Code, Error, Result};

/// Documents that are kept: some megabytes at most.
const KEPT_MAX: usize = 1_000;

/// Threads that fetch a document or wait for one. They are of the pool that also reads for the gate
/// what it does not know yet, and must leave it the most of it.
const WAITING_MAX: usize = 32;

/// What clients say of themselves at their own addresses.
pub struct Documents {
    agent: Agent,
    known: Mutex<HashMap<ClientId, Known>>,
    under_way: Mutex<HashMap<ClientId, Arc<UnderWay>>>,
    waiting: AtomicUsize,
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
        Self { agent: fetch::agent(), known, under_way, waiting: AtomicUsize::new(0) }
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
        let place = self.place(id)?;
        let description = place.under_way.get_or_init(|| self.fetch_anew(id, now)).clone();
        description.ok_or_else(unusable)
    }

    /// A place among those that wait, if one is free.
    fn place<'d>(&'d self, id: &'d ClientId) -> Result<Place<'d>> {
        let is_free = |waiting: usize| (waiting < WAITING_MAX).then_some(waiting + 1);
        if self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, is_free).is_err() {
            let said = "too many clients are looked up at the moment";
            return Err(Error::new(Code::TemporarilyUnavailable, said));
        }
        let under_way = Arc::clone(lock(&self.under_way).entry(id.clone()).or_default());
        Ok(Place { documents: self, id, under_way })
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

/// A place among those that wait for a document. It is given back however the waiting ends: by an
/// answer, or by a panic.
struct Place<'d> {
    documents: &'d Documents,
    id: &'d ClientId,
    under_way: Arc<UnderWay>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = lock(&self.documents.under_way);
        if all.get(self.id).is_some_and(|it| Arc::ptr_eq(it, &self.under_way)) {
            all.remove(self.id);
        }
        self.documents.waiting.fetch_sub(1, Ordering::AcqRel);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ClientId {
        format!("https://app.example/{name}").parse().unwrap()
    }

    #[test]
    fn so_many_wait_at_a_time_whether_for_one_document_or_for_several() {
        let documents = Documents::default();
        let ids = [id("a"), id("b")];
        let mut places: Vec<Place<'_>> =
            (0..WAITING_MAX).map(|n| documents.place(&ids[n % 2]).ok().unwrap()).collect();
        let refused = documents.place(&ids[0]).err().unwrap();
        assert_eq!(refused.code(), Code::TemporarilyUnavailable);
        places.pop();
        assert!(documents.place(&ids[0]).is_ok(), "a place came free");
    }

    #[test]
    fn a_panic_leaves_no_place_behind() {
        let (documents, id) = (Documents::default(), id("a"));
        for _ in 0..=WAITING_MAX {
            let fetching = std::panic::AssertUnwindSafe(|| {
                let place = documents.place(&id).ok().unwrap();
                place.under_way.get_or_init(|| std::panic::resume_unwind(Box::new("broken")));
            });
            assert!(std::panic::catch_unwind(fetching).is_err());
        }
        assert!(lock(&documents.under_way).is_empty());
        assert_eq!(documents.waiting.load(Ordering::Acquire), 0);
    }
}
