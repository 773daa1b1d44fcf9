//! One version of a plugin file.

use std::sync::Arc;

use super::folder::Found;
use crate::registry::manifest::{self, Manifest};
use crate::registry::product::Product;
use crate::source::{At, Diagnostic, Severity};

/// A version of a plugin file that has no error.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) file: String,
    pub(super) text: String,
    pub(super) product: Arc<Product>,
    /// Each host and OAuth resource that it claims, with its place.
    pub(super) claims: Vec<(String, At)>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What was made of a plugin file as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) found: Found,
    /// The version, where the file has no error.
    pub(super) version: Option<Arc<Version>>,
    pub(super) problems: Vec<Diagnostic>,
}

impl Version {
    /// Reads `text`, which is the whole of `file`.
    pub(super) fn read(file: &str, id: &str, text: &str) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let Manifest { product, diagnostics, claims } = manifest::read(file, id, text);
        let Some(product) = product.map(Arc::new) else {
            return Err(diagnostics);
        };
        let (file, text) = (file.to_owned(), text.to_owned());
        Ok(Arc::new(Self { file, text, product, claims, warnings: diagnostics }))
    }

    /// Whether it claims `name`.
    pub(super) fn has_claim(&self, name: &str) -> bool {
        self.claims.iter().any(|(claimed, _)| claimed == name)
    }

    /// A problem at `at` of this version.
    pub(super) fn diagnostic(&self, severity: Severity, at: At, message: &str) -> Diagnostic {
        Diagnostic::at(severity, &self.file, &self.text, at.start..at.end, message)
    }
}

impl Reading {
    /// Reads what was found; a text that is in force already is not read again.
    pub(super) fn of(found: Found, file: &str, id: &str, in_force: Option<&Arc<Version>>) -> Self {
        let result = match &found {
            Found::Unreadable(diagnostic) => Err(vec![diagnostic.clone()]),
            Found::Text(text) => match in_force.filter(|version| version.text == *text) {
                Some(version) => Ok(Arc::clone(version)),
                None => Version::read(file, id, text),
            },
        };
        match result {
            Ok(version) => {
                let problems = version.warnings.clone();
                Self { found, version: Some(version), problems }
            }
            Err(problems) => Self { found, version: None, problems },
        }
    }
}
