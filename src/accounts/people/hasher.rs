//! The places in which passwords are hashed: each takes 19 MiB and a processor for a while.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Passwords that are hashed at a time.
const RUNNING_MAX: usize = 2;

/// Those that wait for a place: beyond it one is told to come again.
const WAITING_MAX: usize = 8;

/// Gives out the places.
#[derive(Default)]
pub struct Hasher {
    places: Mutex<Places>,
    freed: Condvar,
}

#[derive(Default)]
struct Places {
    running: usize,
    waiting: usize,
}

/// A place, while it is held.
pub struct Permit<'h>(&'h Hasher);

impl Hasher {
    /// Waits for a place.
    ///
    /// # Errors
    /// `TooMany` when too many wait already.
    pub fn enter(&self) -> Result<Permit<'_>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.running >= RUNNING_MAX {
            if places.waiting >= WAITING_MAX {
                return Err(Error::too_many("too many sign-ins at a time: try again in a moment"));
            }
            places.waiting += 1;
            let is_full = |places: &mut Places| places.running >= RUNNING_MAX;
            places = self.freed.wait_while(places, is_full).unwrap_or_else(PoisonError::into_inner);
            places.waiting -= 1;
        }
        places.running += 1;
        Ok(Permit(self))
    }

    /// How many wait for a place.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).waiting
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).running -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_run_eight_wait_and_the_next_is_told_to_come_again() {
        let hasher = Hasher::default();
        let held = [hasher.enter().unwrap(), hasher.enter().unwrap()];
        std::thread::scope(|scope| {
            let waiting: Vec<_> =
                (0..WAITING_MAX).map(|_| scope.spawn(|| hasher.enter().is_ok())).collect();
            while hasher.waiting() < WAITING_MAX {
                std::thread::yield_now();
            }
            assert!(hasher.enter().is_err());
            drop(held);
            assert!(waiting.into_iter().all(|one| one.join().unwrap()));
        });
        assert!(hasher.enter().is_ok());
    }
}
