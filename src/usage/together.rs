//! What a chunk adds to workspaces: a few sums, of rows that it adds to keys, and of apps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chunk::Row;
use crate::clock::Timestamp;

/// The sums, by workspace.
#[derive(Default)]
pub(super) struct Together(pub(super) BTreeMap<String, Sums>);

/// The sums of one workspace.
#[derive(Default)]
pub(super) struct Sums {
    /// By minute and outcome.
    pub(super) minutes: BTreeMap<(Timestamp, &'static str), i64>,
    /// By day and scope: how many, and when the last one was.
    pub(super) scopes: BTreeMap<(Timestamp, Arc<str>), (i64, Timestamp)>,
}

impl Together {
    /// Adds a row of one of a workspace's keys or apps.
    pub(super) fn add(&mut self, workspace: &str, row: &Row) {
        let sums = self.0.entry(workspace.to_owned()).or_default();
        match row {
            Row::Minute { minute, outcome, requests, .. } => {
                *sums.minutes.entry((*minute, *outcome)).or_default() += requests;
            }
            Row::Scope { day, scope, requests, last_used_at, .. } => {
                let first = (0, *last_used_at);
                let sum = sums.scopes.entry((*day, Arc::clone(scope))).or_insert(first);
                *sum = (sum.0 + requests, sum.1.max(*last_used_at));
            }
            Row::Secret { .. } | Row::Grant { .. } | Row::Stranger { .. } | Row::Address { .. } => {
            }
        }
    }
}
