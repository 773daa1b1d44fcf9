//! The loader: the folder as it was last seen, and the versions in force.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::claims::{Settled, Versions, settle};
use super::effect::{Effect, effects};
use super::folder::{self, Listing};
use super::version::{Reading, Version};
use crate::registry::Registry;
use crate::source::{At, Diagnostic, Severity};

/// Loads the plugin folder. It holds the last good version of each file.
#[derive(Debug)]
pub struct Loader {
    folder: PathBuf,
    /// The files as they were last seen, by product.
    readings: BTreeMap<String, Reading>,
    /// The last good versions.
    in_force: Versions,
    /// New versions that claim another product's host or OAuth resource.
    refused: BTreeMap<String, Diagnostic>,
    /// What is wrong with the folder itself, and the files in it that are no plugins.
    folder_problems: Vec<Diagnostic>,
    /// The texts that the database has.
    kept: BTreeMap<String, String>,
    registry: Arc<Registry>,
}

/// The last good version of a product's file, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The product.
    pub product_id: String,
    /// The whole file.
    pub text: String,
}

/// What the database should do with its kept versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptChange {
    /// Keep this version in place of any other of its product.
    Keep(Kept),
    /// Forget this product's version: its file was deleted.
    Forget(String),
}

/// What a load came to.
#[derive(Debug)]
pub struct Outcome {
    /// The registry, where anything in force has changed; always at the first load.
    pub registry: Option<Arc<Registry>>,
    /// All problems that there are now, the folder's own first, then by product.
    pub diagnostics: Vec<Diagnostic>,
    /// What is wrong with the folder itself, and the files in it that are no plugins.
    pub folder_problems: Vec<Diagnostic>,
    /// How each product's file stands, by product.
    pub states: Vec<FileState>,
    /// What differs from before, by product; at the first load from the kept versions.
    pub effects: Vec<Effect>,
    /// What the database should now keep or forget.
    pub kept_changes: Vec<KeptChange>,
}

/// How a product's file stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileState {
    /// The product.
    pub product: String,
    /// Whether some version of it is in force.
    pub has_good_version: bool,
    /// What is wrong with the file as it stands, warnings too.
    pub problems: Vec<Diagnostic>,
    /// Whether the version in force is older than the file.
    pub is_stale: bool,
}

impl Loader {
    /// A loader for `folder`, whose files are `kept` until it is first loaded.
    ///
    /// A kept version that is no longer good, or claims what one before it has, is passed over.
    #[must_use]
    pub fn new(folder: PathBuf, kept: Vec<Kept>) -> Self {
        let kept: BTreeMap<_, _> = kept.into_iter().map(|k| (k.product_id, k.text)).collect();
        let mut loader = Self {
            folder,
            readings: BTreeMap::new(),
            in_force: Versions::new(),
            refused: BTreeMap::new(),
            folder_problems: Vec::new(),
            kept,
            registry: Arc::default(),
        };
        for (id, text) in &loader.kept {
            let Ok(version) = Version::read(&loader.file_of(id), id, text) else { continue };
            let is_claimed =
                |(name, _): &(String, At)| loader.in_force.values().any(|v| v.has_claim(name));
            if !version.claims.iter().any(is_claimed) {
                loader.in_force.insert(id.clone(), version);
            }
        }
        loader
    }

    /// Looks at the folder again. Only files whose content changed are read anew.
    pub fn load(&mut self) -> Outcome {
        let before = self.in_force.clone();
        let listed = folder::list(&self.folder);
        let is_listed = listed.is_ok();
        match listed {
            Ok(listing) => self.take(listing),
            Err(problem) => self.folder_problems = vec![problem],
        }
        let effects = effects(&before, &self.in_force);
        let is_first = self.registry.generation() == 0;
        let is_changed =
            is_first || !effects.is_empty() || self.is_whole() != self.registry.is_whole();
        Outcome {
            registry: is_changed.then(|| self.renew()),
            diagnostics: self.diagnostics(),
            folder_problems: self.folder_problems.clone(),
            states: self.states(),
            effects,
            kept_changes: if is_listed { self.keep() } else { Vec::new() },
        }
    }

    /// The registry as of the last load.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// A warning at `at` of the version of `product` that is in force, for what only the caller can
    /// know, such as a plan that no longer exists.
    #[must_use]
    pub fn warning(&self, product: &str, at: At, message: &str) -> Option<Diagnostic> {
        Some(self.in_force.get(product)?.diagnostic(Severity::Warning, at, message))
    }

    fn take(&mut self, listing: Listing) {
        self.folder_problems = listing.ignored;
        self.in_force.retain(|id, _| listing.files.contains_key(id));
        self.readings.retain(|id, _| listing.files.contains_key(id));
        for (id, found) in listing.files {
            if self.readings.get(&id).is_some_and(|reading| reading.found == found) {
                continue;
            }
            let reading = Reading::of(found, &self.file_of(&id), &id, self.in_force.get(&id));
            self.readings.insert(id, reading);
        }
        let Settled { in_force, refused } = settle(&self.readings, &self.in_force);
        (self.in_force, self.refused) = (in_force, refused);
    }

    /// Whether every file has a version in force.
    fn is_whole(&self) -> bool {
        self.readings.keys().all(|id| self.in_force.contains_key(id))
    }

    fn renew(&mut self) -> Arc<Registry> {
        let products = self.in_force.values().map(|version| Arc::clone(&version.product));
        let generation = self.registry.generation() + 1;
        self.registry = Arc::new(Registry::new(generation, self.is_whole(), products));
        Arc::clone(&self.registry)
    }

    fn keep(&mut self) -> Vec<KeptChange> {
        let mut changes = Vec::new();
        self.kept.retain(|id, _| {
            let is_there = self.readings.contains_key(id);
            if !is_there {
                changes.push(KeptChange::Forget(id.clone()));
            }
            is_there
        });
        for (id, version) in &self.in_force {
            if self.kept.get(id) != Some(&version.text) {
                self.kept.insert(id.clone(), version.text.clone());
                let (product_id, text) = (id.clone(), version.text.clone());
                changes.push(KeptChange::Keep(Kept { product_id, text }));
            }
        }
        changes
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let of_files = self.readings.keys().flat_map(|id| self.problems_of(id));
        self.folder_problems.iter().cloned().chain(of_files).collect()
    }

    fn states(&self) -> Vec<FileState> {
        let ids: BTreeSet<&String> = self.readings.keys().chain(self.in_force.keys()).collect();
        let state = |id: &String| {
            let in_force = self.in_force.get(id);
            let newest = self.readings.get(id).map(|reading| reading.version.as_ref());
            let is_newest = |version: &Arc<Version>| match newest {
                Some(newest) => newest.is_some_and(|newest| newest.text == version.text),
                None => true,
            };
            FileState {
                product: id.clone(),
                has_good_version: in_force.is_some(),
                problems: self.problems_of(id).collect(),
                is_stale: in_force.is_some_and(|version| !is_newest(version)),
            }
        };
        ids.into_iter().map(state).collect()
    }

    fn problems_of(&self, id: &str) -> impl Iterator<Item = Diagnostic> {
        let own = self.readings.get(id).into_iter().flat_map(|reading| &reading.problems);
        own.chain(self.refused.get(id)).cloned()
    }

    fn file_of(&self, id: &str) -> String {
        self.folder.join(id).with_extension("toml").display().to_string()
    }
}
