//! A gate as one of its threads has it.

use std::cell::RefCell;
use std::future::Future;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};

use super::gate::Gate;
use super::idle::Connections;
use crate::limits::Plans;
use crate::registry::Registry;

/// A gate, and what is in force as this thread has seen it last. To look whether that is still so costs
/// one read; to take part in what all threads hold would cost several writes to memory that they share.
///
/// What is in force no more is kept until this thread's next request.
pub(in crate::http) struct Worker {
    gate: Arc<Gate>,
    pub(super) seen: RefCell<Seen>,
    pub(super) connections: Rc<Connections>,
}

pub(super) struct Seen {
    registry: Cache<Arc<ArcSwap<Registry>>, Arc<Registry>>,
    last_registry: Arc<Registry>,
    plans: Cache<Arc<ArcSwap<Plans>>, Arc<Plans>>,
}

impl Seen {
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
        let connections = Rc::<Connections>::default();
        let looked_after = Rc::clone(&connections);
        actix_rt::spawn(async move { looked_after.look_after(ending).await });
        let (registry, last_registry) = (Arc::clone(&gate.registry), gate.registry.load_full());
        let (registry, plans) = (Cache::new(registry), gate.limiter.watch_plans());
        let seen = RefCell::new(Seen { registry, last_registry, plans });
        Self { gate, seen, connections }
    }
}

impl Deref for Worker {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}
