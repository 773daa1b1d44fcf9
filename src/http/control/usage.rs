//! `usage`: what was asked, told from counts that are exact at the moment of the answer.

use serde_json::{Value, json};

use super::command::{By, UsageOf, UsageQuestion};
use crate::accounts::Workspaces;
use crate::app::App;
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::http::in_force::InForce;
use crate::keys::Giver;
use crate::usage::{ALLOWED, Grain, OutcomeCount, TimedCount, Usage, Whose};

/// Answers a question.
///
/// # Errors
/// `NotFound` for an unknown key or workspace, `Invalid` for a span of nothing; as the store's.
pub(super) fn usage(app: &App, question: &UsageQuestion) -> Result<Value> {
    let since = Span::seconds(question.since_seconds);
    if since.is_zero() || since > Span::MAX {
        return Err(Error::invalid("`since` is a span of time, such as 1d"));
    }
    let (now, retention) = (app.clock.now(), app.live.get().retention);
    let whose = known(app, &question.of, now)?;
    // What is in memory belongs to the answer.
    app.ledger.write_all(&app.store)?;
    let usage = Usage { store: &app.store, retention };
    let grain = question.by.grain();
    let asked = now.minus(since);
    let begins = match question.by {
        By::Code => retention.covering(asked, now),
        _ => retention.beginning(grain, asked, now),
    };
    let outcomes = usage.by_outcome(&whose, begins)?;
    let rows = match question.by {
        By::Minute | By::Hour | By::Day => timed(&usage.by_time(&whose, grain, begins)?),
        By::Scope => json!(usage.by_scope(&whose, begins)?),
        By::Code => json!(outcomes),
    };
    let (requests, allowed) = totals(&outcomes);
    let mut told = json!({
        "of": name(&whose),
        "by": question.by,
        "since": begins,
        "until": now,
        "requests": requests,
        "allowed": allowed,
        "refused": requests - allowed,
        "rows": rows,
    });
    if asked < retention.oldest(grain, now) {
        told["note"] = json!(shortened(question.by, begins));
    }
    Ok(told)
}

fn known(app: &App, of: &UsageOf, now: Timestamp) -> Result<Whose> {
    match of {
        UsageOf::Key(id) => {
            InForce::of(app).keys(app, Giver::Operator).show(*id, now)?;
            Ok(Whose::Key(*id))
        }
        UsageOf::Workspace(slug) => {
            Workspaces { store: &app.store, principals: &app.principals }.show(slug)?;
            Ok(Whose::Workspace(slug.to_string()))
        }
    }
}

fn name(whose: &Whose) -> String {
    match whose {
        Whose::Key(id) => id.to_string(),
        Whose::Workspace(slug) => slug.clone(),
    }
}

fn totals(outcomes: &[OutcomeCount]) -> (i64, i64) {
    let requests = outcomes.iter().map(|it| it.requests).sum();
    let allowed = outcomes.iter().find(|it| it.code == ALLOWED).map_or(0, |it| it.requests);
    (requests, allowed)
}

/// One row for each minute, hour or day that has counts.
fn timed(counts: &[TimedCount]) -> Value {
    let slots = counts.chunk_by(|one, other| one.at == other.at).map(|slot| {
        let requests: i64 = slot.iter().map(|it| it.requests).sum();
        let allowed: i64 =
            slot.iter().filter(|it| it.outcome == ALLOWED).map(|it| it.requests).sum();
        let outcomes: serde_json::Map<String, Value> =
            slot.iter().map(|it| (it.outcome.clone(), json!(it.requests))).collect();
        json!({
            "at": slot[0].at,
            "requests": requests,
            "allowed": allowed,
            "refused": requests - allowed,
            "outcomes": outcomes,
        })
    });
    slots.collect()
}

/// What is said where a span was asked for that is longer than its counts are kept.
fn shortened(by: By, begins: Timestamp) -> String {
    let (what, setting, coarser) = match by {
        By::Minute => ("minutes are told apart", "minutes", "; `--by hour` reaches further"),
        By::Hour => ("hours are told apart", "hours", "; `--by day` reaches further"),
        By::Day | By::Scope | By::Code => ("counts are kept", "days", ""),
    };
    format!("{what} since {begins} only (`{setting}` of [usage]){coarser}")
}

impl By {
    /// How finely the counts must be told apart: for what is not told by time, days will do.
    fn grain(self) -> Grain {
        match self {
            Self::Minute => Grain::Minute,
            Self::Hour => Grain::Hour,
            Self::Day | Self::Scope | Self::Code => Grain::Day,
        }
    }
}
