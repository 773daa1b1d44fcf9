//! `keystile check`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::workspace::Json;
use crate::config::{Flags, Settings};
use crate::limits::Plans;
use crate::registry::{Loader, PlanOverride, Product, Route};
use crate::source::{At, Diagnostic};

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
        let found = unknown_plans(product, &settings.plans)
            .into_iter()
            .chain(unaffordable_routes(product, &settings.plans));
        problems.extend(found.filter_map(|(at, it)| loader.warning(&product.id, at, &it)));
    }
    (problems, loader.registry().products().count())
}

/// The product's own numbers for plans that nobody can be on.
fn unknown_plans(product: &Product, plans: &Plans) -> Vec<(At, String)> {
    let unknown = product.plans.iter().filter(|(plan, _)| plans.get(plan).is_none());
    let told = |(plan, own): (&String, &PlanOverride)| {
        (own.at, format!("config.toml has no plan `{plan}`: these numbers are unused"))
    };
    unknown.map(told).collect()
}

/// Routes that weigh more than a plan ever allows.
fn unaffordable_routes(product: &Product, plans: &Plans) -> Vec<(At, String)> {
    let largest = |id: &str| {
        let (plan, own) = (plans.get(id)?, product.plans.get(id).copied().unwrap_or_default());
        let (minute, day) = (own.per_minute.or(plan.per_minute), own.per_day.or(plan.per_day));
        [minute, day].into_iter().flatten().min()
    };
    let too_dear = |route: &Route| {
        let mut ids = plans.ids();
        let plan = ids.find(|id| largest(id).is_some_and(|number| route.cost > number))?;
        let cost = route.cost;
        Some((
            route.at,
            format!("a cost of {cost} is above what plan `{plan}` allows: always refused"),
        ))
    };
    product.routes.iter().filter_map(too_dear).collect()
}
