//! Putting the plugin folder in force, again and again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::table;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::principals::Restrictions;
use crate::registry::{Effect, EffectKind, FileState, KeptChange, Loader, Registry};
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
    /// How the plugin files stand.
    pub files: Arc<ArcSwap<Files>>,
}

/// How the plugin folder stands, for whoever asks whether we are ready.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// What is wrong with the folder itself.
    pub folder_problems: Vec<Diagnostic>,
    /// How each product's file stands, by product.
    pub products: Vec<FileState>,
    /// When they were last looked at.
    pub seen_at: Timestamp,
}

impl Files {
    /// Everything that is wrong: the folder's problems first, then each file's.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.folder_problems.iter().chain(self.products.iter().flat_map(|file| &file.problems))
    }

    /// How the file of a product stands.
    #[must_use]
    pub fn of(&self, product: &str) -> Option<&FileState> {
        self.products.iter().find(|file| file.product == product)
    }
}

/// What one reload leaves to the next.
struct Progress {
    loader: Loader,
    /// Problems that were logged already.
    told: Vec<Diagnostic>,
    /// Products whose version in force is older than their file.
    stale: Vec<String>,
    /// Versions that the database does not have yet.
    unkept: Vec<KeptChange>,
}

/// What a live key holds, and is bound to.
struct Grants {
    key_type: String,
    scopes: Vec<String>,
    restrictions: Restrictions,
}

impl Reloader {
    /// Puts `folder` in force for the first time: good files, and for broken ones what was kept.
    ///
    /// # Errors
    /// As the store's.
    pub fn start(folder: PathBuf, store: Arc<Store>, clock: Clock) -> Result<Self> {
        let kept = store.read(table::kept)?;
        let loader = Loader::new(folder, kept);
        let progress = Mutex::new(Progress {
            loader,
            told: Vec::new(),
            stale: Vec::new(),
            unkept: Vec::new(),
        });
        let (registry, files) = (Arc::default(), Arc::default());
        let reloader = Self { store, clock, progress, registry, files };
        reloader.reload();
        Ok(reloader)
    }

    /// Since when each product's version is in force; one that could not be kept yet is not there.
    ///
    /// # Errors
    /// As the store's.
    pub fn in_force_since(&self) -> Result<BTreeMap<String, Timestamp>> {
        self.store.read(table::kept_since)
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
        for file in outcome.states.iter().filter(|file| file.is_stale) {
            if !progress.stale.contains(&file.product) {
                let product = &file.product;
                tracing::warn!(
                    product,
                    "its last good version stays in force until the file is mended"
                );
            }
        }
        let stale = outcome.states.iter().filter(|file| file.is_stale);
        progress.stale = stale.map(|file| file.product.clone()).collect();
        let (folder_problems, products) = (outcome.folder_problems, outcome.states);
        let seen_at = self.clock.now();
        self.files.store(Arc::new(Files { folder_problems, products, seen_at }));
        progress.told = outcome.diagnostics;
        progress.unkept.extend(outcome.kept_changes);
        self.keep(&mut progress.unkept);
    }

    fn log(&self, effect: &Effect) {
        let Effect { product, kind, .. } = effect;
        let grants = self.grants(effect);
        let holders = |names: &[String]| {
            let holds_one = |it: &&Grants| it.scopes.iter().any(|scope| names.contains(scope));
            grants.iter().filter(holds_one).count()
        };
        let is_of_one = |it: &&Grants| effect.key_types_removed.contains(&it.key_type);
        let is_shut = |it: &&Grants| {
            let mut bound = it.restrictions.iter();
            bound.any(|(resource, _)| effect.resources_removed.iter().any(|gone| gone == resource))
        };
        let outcome = match kind {
            EffectKind::Added | EffectKind::Changed => "plugin in force",
            EffectKind::Removed => "plugin no longer in force",
        };
        tracing::info!(
            product,
            ?kind,
            scopes_added = %listed(&effect.scopes_added),
            scopes_removed = %listed(&effect.scopes_removed),
            live_keys_that_held_one = holders(&effect.scopes_removed),
            scopes_made_admin = %listed(&effect.scopes_made_admin),
            live_keys_that_keep_one = holders(&effect.scopes_made_admin),
            resources_removed = %listed(&effect.resources_removed),
            live_keys_bound_to_one = grants.iter().filter(is_shut).count(),
            key_types_removed = %listed(&effect.key_types_removed),
            live_keys_of_one = grants.iter().filter(is_of_one).count(),
            routes_added = %listed(&effect.routes_added),
            routes_removed = %listed(&effect.routes_removed),
            "{outcome}"
        );
    }

    /// What live keys hold, where the reload has taken something away.
    fn grants(&self, effect: &Effect) -> Vec<Grants> {
        let taken = [
            &effect.scopes_removed,
            &effect.scopes_made_admin,
            &effect.resources_removed,
            &effect.key_types_removed,
        ];
        if taken.iter().all(|names| names.is_empty()) {
            return Vec::new();
        }
        let rows = self.store.read(|db| table::grants(db, &effect.product, self.clock.now()));
        let grants = |(key_type, scopes, restrictions): (String, String, String)| Grants {
            key_type,
            scopes: serde_json::from_str(&scopes).unwrap_or_default(),
            restrictions: serde_json::from_str(&restrictions).unwrap_or_default(),
        };
        rows.unwrap_or_default().into_iter().map(grants).collect()
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
