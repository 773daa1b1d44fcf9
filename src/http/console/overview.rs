//! The state of the instance: what is asked, what is unusual, how it is doing, what is left to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::http::console::counts::{Stretch, by_verdict, requests};
use crate::http::console::first_steps::Beginning;
use crate::http::console::scene::if_there;
use crate::http::console::views::overview::{
    Health, OverviewView, TITLE, Unusual, page as page_of,
};
use crate::http::console::views::refusals::Refused;
use crate::http::in_force::InForce;
use crate::http::web::{Reply, Visit};
use crate::id::KeyId;
use crate::keys::census::{Census, MANY_KEYS};
use crate::keys::{Giver, Keys};
use crate::source::Diagnostic;
use crate::usage::{self, ALLOWED, Oddity, Overall, TimedCount};

/// The page.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let app = visit.app;
    // What is in memory belongs to the answer, as far as it is written in a moment. Where it cannot be
    // written the page is needed all the more: the log says so.
    let _ = app.ledger.write_few(&app.store);
    let overall = Overall { store: &app.store, now: visit.now };
    let counts = overall.minutes(Stretch::HOUR.begins(visit.now))?;
    let minutes = Stretch::HOUR.buckets(&counts, 2, by_verdict, visit.now);
    let refused = by_code(&counts);
    let refused: Vec<Refused<'_>> = refused
        .iter()
        .map(|(code, (count, last_at))| Refused { code, count: *count, last_at: Some(*last_at) })
        .collect();
    let keys = Census { store: &app.store, now: visit.now }.by_product()?;
    let active_keys = keys.values().sum();
    let (found, looked_at) = oddities(visit, active_keys)?;
    let unusual = unusual(visit, found)?;
    let unusual: Vec<Unusual<'_>> = unusual.iter().map(Told::view).collect();
    let refused = most_frequent(refused);
    let beginning = Beginning::of(visit, &overall)?;
    let form_token = &visit.holder()?.form_token;
    let view = OverviewView {
        last_minute: minutes.iter().rev().nth(1).map_or(0, |it| it.values.iter().sum()),
        minutes: &minutes,
        slowest: app.ledger.slowest.of_hour(visit.now),
        active_keys,
        refused: &refused,
        unusual: &unusual,
        looked_at,
        health: health(visit),
        first_steps: beginning.as_ref().map(|it| it.steps(form_token)),
        now: visit.now,
    };
    Ok(visit.page(TITLE, page_of(&view)))
}

/// What is unusual, and when it was looked for: that is never waited for where there are many keys.
fn oddities(visit: &Visit<'_>, keys: u64) -> Result<(Vec<usage::Unusual>, Option<Timestamp>)> {
    let (store, now) = (Arc::clone(&visit.app.store), visit.now);
    let look = move || Overall { store: &store, now }.unusual();
    if keys < MANY_KEYS {
        return Ok((look()?, Some(now)));
    }
    let known = visit.app.kept.unusual.glance(&(), now, look);
    Ok(known.map_or((Vec::new(), None), |(found, at)| (found, Some(at))))
}

/// How often each code was answered, and in which minute last.
fn by_code(counts: &[TimedCount]) -> BTreeMap<&str, (u64, Timestamp)> {
    let mut codes = BTreeMap::new();
    for count in counts.iter().filter(|count| count.outcome != ALLOWED) {
        let (total, last_at) = codes.entry(count.outcome.as_str()).or_insert((0, count.at));
        *total += requests(count.requests);
        *last_at = count.at.max(*last_at);
    }
    codes
}

fn most_frequent(mut refused: Vec<Refused<'_>>) -> Vec<Refused<'_>> {
    refused.sort_by_key(|it| std::cmp::Reverse(it.count));
    refused
}

fn health(visit: &Visit<'_>) -> Health<'static> {
    let app = visit.app;
    let files = app.plugins.files.load();
    Health {
        version: env!("CARGO_PKG_VERSION"),
        started_at: app.started_at,
        database_bytes: app.store.bytes(),
        products: app.plugins.registry.load().products().count() as u64,
        problems: files.problems().filter(|it| Diagnostic::is_error(it)).count() as u64,
        loaded_at: files.seen_at,
    }
}

/// Something unusual, in words.
struct Told {
    what: String,
    subject: String,
    href: String,
    at: Timestamp,
}

impl Told {
    fn view(&self) -> Unusual<'_> {
        Unusual { what: &self.what, subject: &self.subject, href: &self.href, at: self.at }
    }
}

fn unusual(visit: &Visit<'_>, found: Vec<usage::Unusual>) -> Result<Vec<Told>> {
    let in_force = InForce::of(visit.app);
    let keys = in_force.keys(visit.app, Giver::Operator);
    // What was found a minute ago may name a key that is gone by now.
    let told = found.into_iter().filter_map(|it| told(&keys, it, visit.now).transpose());
    told.collect()
}

fn told(
    keys: &Keys<'_>,
    usage::Unusual { oddity, at }: usage::Unusual,
    now: Timestamp,
) -> Result<Option<Told>> {
    let of_key = |key: KeyId, what: String| {
        let Some(key) = if_there(keys.show(key, now))? else { return Ok(None) };
        let href = format!("/console/workspaces/{}/keys/{}", key.workspace, key.id);
        Ok(Some(Told { what, subject: key.name, href, at }))
    };
    match oddity {
        Oddity::Refusals { key, refused } => of_key(
            key,
            format!("{refused} refusals within an hour, more than requests that passed"),
        ),
        Oddity::Rise { key, times } => {
            of_key(key, format!("A sudden rise: {times} times as many requests as in a usual hour"))
        }
        Oddity::Network { key, network } => {
            of_key(key, format!("Used from a new network: {network}"))
        }
        Oddity::Strangers { product, refused } => {
            let what = format!("{refused} requests without a good key within an hour");
            let (subject, href) = match product.as_str() {
                "" => ("No product".to_owned(), "/console/products".to_owned()),
                id => (id.to_owned(), format!("/console/products/{id}")),
            };
            Ok(Some(Told { what, subject, href, at }))
        }
    }
}
