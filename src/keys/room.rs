//! How many keys a workspace may have for one product.

use std::collections::BTreeMap;

use super::table::{self, KeyRow};
use crate::error::{Error, Result};
use crate::limits::{Plans, day_start};
use crate::registry::Product;
use crate::store::Write;

/// What each plan allows under one product: taken along into the transaction that counts.
pub(super) struct Room {
    product: String,
    keys_max: BTreeMap<String, u32>,
}

impl Room {
    pub(super) fn of(product: &Product, plans: &Plans) -> Self {
        let of_plan = |plan: &str| Some((plan.to_owned(), product.keys_max(plans, plan)?));
        Self { product: product.id.clone(), keys_max: plans.ids().filter_map(of_plan).collect() }
    }

    /// Holds that there is room for `row` beside the workspace's other keys. One that was revoked or
    /// has expired keeps its place until the next midnight UTC, so that making keys anew does not
    /// make quotas anew.
    ///
    /// # Errors
    /// `Conflict`, saying when there will be room; `NotFound` for an unknown workspace.
    pub(super) fn check(&self, tx: &Write<'_>, row: &KeyRow) -> Result<()> {
        let plan = table::plan_of(tx, &row.workspace)?;
        let Some(keys_max) = self.keys_max.get(&plan) else { return Ok(()) };
        let taken = table::places_taken(tx, row, (tx.now, day_start(tx.now)))?;
        if taken.all < i64::from(*keys_max) {
            return Ok(());
        }
        let (workspace, product) = (&row.workspace, &self.product);
        let mend = match taken.all - taken.live {
            0 => "revoke one that is not needed, or use a larger plan".to_owned(),
            ended => format!(
                "{ended} of them ended today and keep their places until midnight UTC; a larger \
                 plan has room now"
            ),
        };
        Err(Error::conflict(format!(
            "{workspace} has {} of the {keys_max} keys that plan `{plan}` allows for {product}: {mend}",
            taken.all
        )))
    }
}
