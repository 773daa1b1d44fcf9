//! Settings that hold from the moment when `config.toml` is saved.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::accounts::Workspaces;
use crate::config::{Flags, Settings};
use crate::error::Result;
use crate::principals::Principals;
use crate::store::Store;

/// The settings in force, and what a change of them reaches.
pub struct Live {
    settings: ArcSwap<Settings>,
    flags: Flags,
    set_level: Box<dyn Fn(tracing::Level) + Send + Sync>,
}

impl Live {
    /// `settings` as read at start; `flags` override every later reading too.
    pub fn new(
        settings: Settings,
        flags: Flags,
        set_level: impl Fn(tracing::Level) + Send + Sync + 'static,
    ) -> Self {
        Self { settings: ArcSwap::from_pointee(settings), flags, set_level: Box::new(set_level) }
    }

    /// The settings in force.
    #[must_use]
    pub fn get(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Reads the settings again. What is wrong with them is logged, and changes nothing.
    pub fn reload(&self, store: &Store, principals: &Arc<Principals>) {
        let now = self.get();
        let file = now.file.exists().then_some(now.file.as_path());
        match Settings::load(file, &self.flags) {
            Ok(mut newer) => {
                newer.file.clone_from(&now.file);
                if newer != *now {
                    self.take(&now, newer, store, principals);
                }
            }
            Err(problems) => {
                for problem in problems {
                    tracing::error!("settings unchanged: {problem}");
                }
            }
        }
    }

    fn take(&self, now: &Settings, newer: Settings, store: &Store, principals: &Arc<Principals>) {
        if let Err(error) = check_plans(&newer, store, principals) {
            tracing::error!("settings unchanged: {error}");
            return;
        }
        for name in now.needing_restart(&newer) {
            tracing::warn!("`{name}` has changed: restart to put it in force");
        }
        principals.keep_at_most(newer.cached_keys);
        (self.set_level)(newer.level);
        self.settings.store(Arc::new(newer));
        tracing::info!("settings reloaded");
    }
}

fn check_plans(newer: &Settings, store: &Store, principals: &Arc<Principals>) -> Result<()> {
    Workspaces { store, principals }.check_plans(&newer.plans)
}
