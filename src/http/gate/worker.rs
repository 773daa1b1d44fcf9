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
    pub(super) registry: Cache<Arc<ArcSwap<Registry>>, Arc<Registry>>,
    pub(super) plans: Cache<Arc<ArcSwap<Plans>>, Arc<Plans>>,
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
        let registry = Cache::new(Arc::clone(&gate.registry));
        let seen = RefCell::new(Seen { registry, plans: gate.limiter.watch_plans() });
        Self { gate, seen, connections }
    }
}

impl Deref for Worker {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}
