//! A gate as one of its threads has it.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};

use super::gate::Gate;
use super::idle::Connections;
use crate::limits::Plans;
use crate::registry::Registry;

/// A gate, what is in force as this thread has seen it last, and the connections that it serves.
pub(in crate::http) struct Worker {
    pub(super) gate: Arc<Gate>,
    pub(super) seen: Rc<RefCell<Seen>>,
    pub(super) connections: Rc<Connections>,
}

/// What is in force as a thread has seen it last. To look whether that is still so costs one read; to take
/// part in what all threads hold would cost several writes to memory that they share.
///
/// What is in force no more is kept until the thread looks again: with its next question, or within half a
/// minute.
pub(super) struct Seen {
    registry: Cache<Arc<ArcSwap<Registry>>, Arc<Registry>>,
    /// The same once more, so that the cache is never the last to hold it.
    last_registry: Arc<Registry>,
    plans: Cache<Arc<ArcSwap<Plans>>, Arc<Plans>>,
}

impl Seen {
    fn of(gate: &Gate) -> Self {
        let (registry, last_registry) = (Arc::clone(&gate.registry), gate.registry.load_full());
        Self { registry: Cache::new(registry), last_registry, plans: gate.limiter.watch_plans() }
    }

    /// The registry and the plans that are in force now.
    pub(super) fn now(&mut self) -> (&Registry, &Arc<Plans>) {
        let registry = self.registry.load();
        if !Arc::ptr_eq(registry, &self.last_registry) {
            let old = std::mem::replace(&mut self.last_registry, Arc::clone(registry));
            // To drop a large one takes milliseconds, which no request is to wait for.
            actix_rt::task::spawn_blocking(move || drop(old));
        }
        (registry, self.plans.load())
    }
}

impl Worker {
    /// The gate on this thread, whose idle connections end when `ending` has come.
    pub(in crate::http) fn start(
        gate: Arc<Gate>,
        ending: impl Future<Output = ()> + 'static,
    ) -> Self {
        let (seen, connections) = (RefCell::new(Seen::of(&gate)), Connections::default());
        let worker = Self { gate, seen: Rc::new(seen), connections: Rc::new(connections) };
        let (seen, connections) = (Rc::clone(&worker.seen), Rc::clone(&worker.connections));
        actix_rt::spawn(async move {
            let look_again = || {
                seen.borrow_mut().now();
            };
            connections.look_after(ending, look_again).await;
        });
        worker
    }
}
