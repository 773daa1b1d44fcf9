//! `keystile check`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::output;
use super::workspace::Json;
use crate::config::{Flags, Settings};
use crate::limits::Plans;
use crate::registry::{Loader, Needs, PlanOverride, Product, Route};
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
            Ok(settings) => check(settings.plugins, Some(&settings.plans)),
            Err(mut problems) => {
                let (found, products) = check(Settings::plugin_folder(config), None);
                problems.extend(found);
                (problems, products)
            }
        };
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        let text = if self.json.is_wanted {
            json!(problems).to_string()
        } else {
            let counts = [
                counted(products, "product"),
                counted(errors, "error"),
                counted(problems.len() - errors, "warning"),
            ];
            let lines = problems.iter().map(ToString::to_string);
            lines.chain([counts.join(", ")]).collect::<Vec<_>>().join("\n")
        };
        match output::text(&text) {
            Ok(()) if errors == 0 => ExitCode::SUCCESS,
            Ok(()) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("keystile: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Every problem of the plugin folder, and how many products are good.
fn check(folder: PathBuf, plans: Option<&Plans>) -> (Vec<Diagnostic>, usize) {
    let mut loader = Loader::new(folder, Vec::new());
    let mut problems = loader.load().diagnostics;
    for product in loader.registry().products() {
        let beside_plans = |plans| {
            unknown_plans(product, plans).into_iter().chain(unaffordable_routes(product, plans))
        };
        let found = plans.into_iter().flat_map(beside_plans);
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

/// Routes that weigh more than a plan ever allows to a key of some type.
fn unaffordable_routes(product: &Product, plans: &Plans) -> Vec<(At, String)> {
    let callers = |plan| product.key_types.iter().map(move |key_type| (plan, key_type));
    // A public one is not counted, so it is never refused.
    let is_counted = |route: &&Route| !matches!(route.needs, Needs::Public);
    let too_dear = |route: &Route| {
        let (plan, key_type) = plans.ids().flat_map(callers).find(|(plan, key_type)| {
            let whole = product.allowance(plans, plan);
            whole.is_some_and(|whole| !whole.at_rate(key_type.rate).can_take(route.cost))
        })?;
        let (cost, key_type) = (route.cost, &key_type.id);
        let message = format!(
            "a cost of {cost} is above what plan `{plan}` allows `{key_type}` keys: always refused"
        );
        Some((route.at, message))
    };
    product.routes.iter().filter(is_counted).filter_map(too_dear).collect()
}
