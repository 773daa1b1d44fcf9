//! `keystile check`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::workspace::Json;
use crate::config::{Flags, Settings};
use crate::registry::Loader;
use crate::source::Diagnostic;

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    json: Json,
}

impl Check {
    /// Exits 1 on any error; warnings do not count.
    pub(super) fn run(self, config: Option<&Path>) -> ExitCode {
        let (problems, products) = match Settings::load(config, &Flags::default()) {
            Ok(settings) => check(&settings),
            Err(problems) => (problems, 0),
        };
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        if self.json.is_wanted {
            output::line(&serde_json::json!(problems).to_string());
        } else {
            for problem in &problems {
                output::line(&problem.to_string());
            }
            let warnings = problems.len() - errors;
            output::line(&format!("{products} products, {errors} errors, {warnings} warnings"));
        }
        if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Every problem of the plugin folder, and how many products are good.
fn check(settings: &Settings) -> (Vec<Diagnostic>, usize) {
    let mut loader = Loader::new(settings.plugins.clone(), Vec::new());
    let outcome = loader.load();
    let mut problems = outcome.diagnostics;
    for product in loader.registry().products() {
        for (plan, own) in &product.plans {
            if settings.plans.get(plan).is_none() {
                let message = format!("config.toml has no plan `{plan}`: these numbers are unused");
                problems.extend(loader.warning(&product.id, own.at, &message));
            }
        }
    }
    (problems, loader.registry().products().count())
}
