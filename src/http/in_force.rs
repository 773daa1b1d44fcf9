//! What is in force while one command or one page is made.

use std::sync::Arc;

use arc_swap::Guard;

use crate::app::App;
use crate::keys::{Giver, Keys};
use crate::limits::Plans;
use crate::oauth::clients::Clients;
use crate::registry::Registry;

/// The products and plans, as they stood when it came.
pub(super) struct InForce {
    pub(super) registry: Guard<Arc<Registry>>,
    pub(super) plans: Guard<Arc<Plans>>,
}

impl InForce {
    pub(super) fn of(app: &App) -> Self {
        Self { registry: app.plugins.registry.load(), plans: app.limiter.plans() }
    }

    /// The actions on keys, by somebody who may give what `giver` may.
    pub(super) fn keys<'a>(&'a self, app: &'a App, giver: Giver) -> Keys<'a> {
        Keys {
            store: &app.store,
            principals: &app.principals,
            registry: &self.registry,
            plans: &self.plans,
            giver,
        }
    }

    /// The actions on OAuth clients.
    pub(super) fn clients<'a>(&'a self, app: &'a App) -> Clients<'a> {
        Clients { store: &app.store, principals: &app.principals, registry: &self.registry }
    }
}
