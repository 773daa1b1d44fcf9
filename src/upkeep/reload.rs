//! Putting the plugin folder in force, again and again.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::table;
use crate::clock::Clock;
use crate::error::Result;
use crate::registry::{Effect, FileState, KeptChange, Loader, Registry};
use crate::source::Diagnostic;
use crate::store::Store;

/// Scopes or routes that a log line names one by one.
const NAMES_MAX: usize = 10;

/// The plugin folder, and what of it is in force.
pub struct Reloader {
    store: Arc<Store>,
    clock: Clock,
    progress: Mutex<Progress>,
    /// The registry in force.
    pub registry: Arc<ArcSwap<Registry>>,
    /// How each plugin file stands.
    pub files: Arc<ArcSwap<Vec<FileState>>>,
}

/// What one reload leaves to the next.
struct Progress {
    loader: Loader,
    /// Problems that were logged already.
    told: Vec<Diagnostic>,
    /// Versions that the database does not have yet.
    unkept: Vec<KeptChange>,
}

impl Reloader {
    /// Puts `folder` in force for the first time: good files, and for broken ones what was kept.
    ///
    /// # Errors
    /// As the store's.
    pub fn start(folder: PathBuf, store: Arc<Store>, clock: Clock) -> Result<Self> {
        let kept = store.read(table::kept)?;
        let loader = Loader::new(folder, kept);
        let progress = Mutex::new(Progress { loader, told: Vec::new(), unkept: Vec::new() });
        let (registry, files) = (Arc::default(), Arc::default());
        let reloader = Self { store, clock, progress, registry, files };
        reloader.reload();
        Ok(reloader)
    }

    /// Looks at the folder again, and puts in force what is good. Its effect is logged, and so are
    /// new problems.
    pub fn reload(&self) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = progress.loader.load();
        if let Some(registry) = &outcome.registry {
            self.registry.store(Arc::clone(registry));
        }
        for problem in outcome.diagnostics.iter().filter(|it| !progress.told.contains(it)) {
            if problem.is_error() {
                tracing::error!("{problem}");
            } else {
                tracing::warn!("{problem}");
            }
        }
        for effect in &outcome.effects {
            self.log(effect);
        }
        self.files.store(Arc::new(outcome.states));
        progress.told = outcome.diagnostics;
        progress.unkept.extend(outcome.kept_changes);
        self.keep(&mut progress.unkept);
    }

    fn log(&self, effect: &Effect) {
        let Effect { product, kind, .. } = effect;
        tracing::info!(
            product,
            ?kind,
            scopes_added = %listed(&effect.scopes_added),
            scopes_removed = %listed(&effect.scopes_removed),
            live_keys_that_held_one = self.holders(product, &effect.scopes_removed),
            scopes_made_admin = %listed(&effect.scopes_made_admin),
            live_keys_that_keep_one = self.holders(product, &effect.scopes_made_admin),
            routes_added = %listed(&effect.routes_added),
            routes_removed = %listed(&effect.routes_removed),
            "plugin in force"
        );
    }

    /// How many live keys hold one of `scopes` by name.
    fn holders(&self, product: &str, scopes: &[String]) -> usize {
        if scopes.is_empty() {
            return 0;
        }
        let held = self.store.read(|db| table::scopes_held(db, product, self.clock.now()));
        let holds_one = |held: &&String| {
            let held: Vec<String> = serde_json::from_str(held).unwrap_or_default();
            held.iter().any(|scope| scopes.contains(scope))
        };
        held.unwrap_or_default().iter().filter(holds_one).count()
    }

    /// Keeps good versions in the database; what cannot be kept now is tried again next time.
    fn keep(&self, unkept: &mut Vec<KeptChange>) {
        if unkept.is_empty() {
            return;
        }
        let changes = unkept.clone();
        let kept = self
            .store
            .write(move |tx| changes.iter().try_for_each(|change| table::apply(tx, change)));
        match kept {
            Ok(()) => unkept.clear(),
            Err(error) => {
                tracing::error!("the good versions of plugins could not be kept yet: {error}");
            }
        }
    }
}

/// Names for a log line: their number, and each where they are few.
fn listed(names: &[String]) -> String {
    match names.len() {
        0 => "0".to_owned(),
        number if number > NAMES_MAX => number.to_string(),
        number => format!("{number}: {}", names.join(", ")),
    }
}
