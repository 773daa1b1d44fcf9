//! Settings that hold from the moment when `config.toml` is saved.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::accounts::Workspaces;
use crate::config::{Flags, Settings};
use crate::error::{Error, Result};
use crate::limits::Limiter;
use crate::principals::Principals;
use crate::store::Store;

/// The settings in force, and what a change of them reaches.
pub struct Live {
    settings: ArcSwap<Settings>,
    /// Those that it started with: what of them needs a restart holds until then.
    started: Arc<Settings>,
    flags: Flags,
    set_level: Box<dyn Fn(tracing::Level) + Send + Sync>,
    /// Whether the file was there at start: one that is gone later is a mistake, not a wish for the
    /// defaults.
    had_file: bool,
    /// The problem that was logged last. Locked while plans are given or taken away.
    told: Mutex<Option<String>>,
}

/// While it is held no plan is taken away.
pub struct PlansHeld<'a> {
    _told: MutexGuard<'a, Option<String>>,
    /// The settings in force.
    pub settings: Arc<Settings>,
}

impl Live {
    /// `settings` as read at start; `flags` override every later reading too.
    pub fn new(
        settings: Settings,
        flags: Flags,
        set_level: impl Fn(tracing::Level) + Send + Sync + 'static,
    ) -> Self {
        let had_file = settings.file.exists();
        let (started, told) = (Arc::new(settings), Mutex::default());
        let settings = ArcSwap::new(Arc::clone(&started));
        Self { settings, started, flags, set_level: Box::new(set_level), had_file, told }
    }

    /// The settings in force.
    #[must_use]
    pub fn get(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// The settings in force, whose plans stay until the answer is dropped: for whoever puts a
    /// workspace on one.
    #[must_use]
    pub fn hold_plans(&self) -> PlansHeld<'_> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        PlansHeld { _told: told, settings: self.get() }
    }

    /// Reads the settings again. What is wrong with them is logged once, and changes nothing.
    pub fn reload(&self, store: &Store, principals: &Arc<Principals>, limiter: &Limiter) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let problem =
            self.try_reload(store, principals, limiter).err().map(|error| error.to_string());
        if let Some(problem) = &problem
            && *told != Some(problem.clone())
        {
            tracing::error!("settings unchanged: {problem}");
        }
        *told = problem;
    }

    fn try_reload(
        &self,
        store: &Store,
        principals: &Arc<Principals>,
        limiter: &Limiter,
    ) -> Result<()> {
        let now = self.get();
        if !now.file.exists() {
            let is_missed = self
                .had_file
                .then(|| Error::conflict(format!("{} is gone: put it back", now.file.display())));
            return is_missed.map_or(Ok(()), Err);
        }
        let newer = Settings::load(Some(&now.file), &self.flags).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Error::invalid(problems.join("\n"))
        })?;
        if newer != *now {
            Workspaces { store, principals }.check_plans(&newer.plans)?;
            self.take(&now, newer, (principals, limiter));
        }
        Ok(())
    }

    fn take(
        &self,
        now: &Settings,
        newer: Settings,
        (principals, limiter): (&Principals, &Limiter),
    ) {
        let changed = now.needing_restart(&newer);
        let differing = self.started.needing_restart(&newer);
        for name in differing.into_iter().filter(|name| changed.contains(name)) {
            tracing::warn!("`{name}` has changed: restart to put it in force");
        }
        principals.keep_at_most(newer.cached_keys);
        limiter.replace_plans(Arc::clone(&newer.plans));
        (self.set_level)(newer.level);
        self.settings.store(Arc::new(newer));
        tracing::info!("settings reloaded");
    }
}
