//! The `[plans.*]` tables: a product's own numbers for a plan.

use std::collections::BTreeMap;

use crate::limits::NUMBER_MAX;
use crate::registry::product::PlanOverride;
use crate::source::Table;

/// The overrides of the file, by the plan's id.
pub(super) fn read(root: &mut Table<'_>) -> BTreeMap<String, PlanOverride> {
    let mut plans = BTreeMap::new();
    let Some(table) = root.table("plans") else {
        return plans;
    };
    for entry in table.entries() {
        let Some(mut numbers) = entry.value.table() else { continue };
        let plan = PlanOverride {
            per_minute: limit(&mut numbers, "per_minute"),
            per_day: limit(&mut numbers, "per_day"),
            max_keys: limit(&mut numbers, "max_keys"),
            at: entry.name.at,
        };
        numbers.close();
        plans.insert(entry.name.value.to_owned(), plan);
    }
    plans
}

fn limit(table: &mut Table<'_>, name: &'static str) -> Option<u32> {
    let number = table.whole(name, 1..=u64::from(NUMBER_MAX))?;
    u32::try_from(number.value).ok()
}
