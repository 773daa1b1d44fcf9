//! What was asked of a workspace's keys.

use std::fmt::Write as _;
use std::sync::Arc;

use super::counts::{Stretch, by_limit, refusals, requests};
use super::keys::refused;
use super::scene::Scene;
use super::views::keys::detail::Quota;
use super::views::usage::{KeyUse, TITLE, UsageView, page as page_of};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::http::ui::address::Address;
use crate::http::ui::chart::Bucket;
use crate::http::ui::field::Choice;
use crate::http::web::{Reply, Visit};
use crate::keys::census::MANY_KEYS;
use crate::keys::{Key, NAMED_MAX, Named};
use crate::limits::{self, BucketId};
use crate::registry::Bucket as Shared;
use crate::usage::{KeyCount, TimedCount, Usage, Whose};

/// What can be asked for in the address.
const ASKED: [&str; 2] = ["since", "key"];

/// What a page is asked for: whose requests, and how far back.
struct Asked {
    key: Option<Key>,
    whose: Whose,
    stretch: Stretch,
}

impl Asked {
    fn of(scene: &Scene<'_>) -> Result<Self> {
        let asked = |name| scene.visit.query(name).unwrap_or_default();
        let (id, stretch) = (asked("key"), Stretch::of_name(&asked("since")));
        let key = if id.is_empty() { None } else { Some(scene.key(&id)?) };
        let whose = match &key {
            Some(key) => Whose::Key(key.id),
            None => Whose::Workspace(scene.workspace.slug.clone()),
        };
        Ok(Self { key, whose, stretch })
    }

    fn counts(&self, scene: &Scene<'_>) -> Result<Vec<TimedCount>> {
        let begins = self.stretch.begins(scene.visit.now);
        scene.usage().by_time(&self.whose, self.stretch.grain, begins)
    }
}

/// Charts and tables of a stretch of time.
///
/// # Errors
/// `NotFound` for a workspace or key that is not there; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let asked = Asked::of(&scene)?;
    let (now, stretch) = (visit.now, asked.stretch);
    let begins = stretch.begins(now);
    let usage = scene.usage();
    let counts = asked.counts(&scene)?;
    let outcomes = usage.by_outcome(&asked.whose, begins)?;
    let by_scope = usage.by_scope(&asked.whose, begins)?;
    let busiest = Busiest::of(&scene, &asked)?;
    let named = scene.keys()?.names(&scene.workspace.slug)?;
    let key = asked.key.as_ref().map(|key| key.id.to_string()).unwrap_or_default();
    let fields = ASKED.into_iter().zip([stretch.name, key.as_str()]).collect();
    let address = Address { path: visit.path(), fields };
    let csv = Address { path: &format!("{}.csv", visit.path()), fields: address.fields.clone() };
    let quotas = match &asked.key {
        Some(key) => Quotas::of_key(&scene, key)?,
        None => Quotas::of_workspace(&scene, &busiest.counts)?,
    };
    let ids: Vec<String> = named.iter().map(|it| it.id.to_string()).collect();
    let plan = scene.in_force.plans.get(&scene.workspace.plan);
    let view = UsageView {
        workspace: scene.place(),
        address: &address,
        lists_all_keys: named.len() < NAMED_MAX,
        keys: &choices(&named, &ids, asked.key.as_ref().map(|it| (key.as_str(), &*it.name))),
        buckets: &stretch.buckets(&counts, 3, by_limit, now),
        quotas: &quotas.shown(),
        plan: plan.map_or(&scene.workspace.plan, |plan| &plan.name),
        scopes: &by_scope.iter().map(|it| (&*it.scope, requests(it.requests))).collect::<Vec<_>>(),
        busiest: &busiest.shown(),
        ranked_at: busiest.ranked_at,
        refused: &refusals(&outcomes).map(refused).collect::<Vec<_>>(),
        csv_href: &csv.with(&[]),
        now,
    };
    Ok(scene.page(TITLE, page_of(&view)))
}

/// The same counts as lines, by the minute, hour or day.
///
/// # Errors
/// As [`page`].
pub fn csv(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let asked = Asked::of(&scene)?;
    let mut lines = String::from("at,outcome,requests\n");
    for count in asked.counts(&scene)? {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{},{},{}", count.at, count.outcome, count.requests);
    }
    let name = format!("usage-{}-{}.csv", scene.workspace.slug, asked.stretch.name);
    Ok(Reply::download(&name, "text/csv; charset=utf-8", lines))
}

/// All keys, then each by name; one that was chosen is among them, however old.
fn choices<'a>(
    named: &'a [Named],
    ids: &'a [String],
    chosen: Option<(&'a str, &'a str)>,
) -> Vec<Choice<'a>> {
    let choice = |value, label| Choice { value, label, help: "" };
    let chosen = chosen.filter(|(id, _)| !ids.iter().any(|known| known == id));
    let all = std::iter::once(("", "All keys")).chain(chosen);
    let known = ids.iter().zip(named).map(|(id, named)| (id.as_str(), named.name.as_str()));
    all.chain(known).map(|(value, label)| choice(value, label)).collect()
}

/// The keys that asked most, each with its requests over time.
struct Busiest {
    counts: Vec<KeyCount>,
    /// When they were the busiest.
    ranked_at: Timestamp,
    hrefs: Vec<String>,
    trends: Vec<Vec<u64>>,
}

impl Busiest {
    fn of(scene: &Scene<'_>, asked: &Asked) -> Result<Self> {
        let (now, stretch) = (scene.visit.now, asked.stretch);
        let begins = stretch.begins(now);
        let (counts, ranked_at) = match &asked.key {
            None => ranking(scene, stretch)?,
            Some(key) => (scene.usage().of_key(key.id, &key.name, begins)?, now),
        };
        let trend = |count: &KeyCount| {
            let whose = Whose::Key(count.key);
            let counts = scene.usage().by_time(&whose, stretch.grain, begins)?;
            let buckets = stretch.buckets(&counts, 1, |_| 0, now);
            let first = |bucket: &Bucket| bucket.values.first().copied().unwrap_or(0);
            Ok(buckets.iter().map(first).collect())
        };
        let trends = counts.iter().map(trend).collect::<Result<_>>()?;
        let slug = &scene.workspace.slug;
        let hrefs =
            counts.iter().map(|it| format!("/console/workspaces/{slug}/keys/{}", it.key)).collect();
        Ok(Self { counts, ranked_at, hrefs, trends })
    }

    fn shown(&self) -> Vec<KeyUse<'_>> {
        let all = self.counts.iter().zip(&self.hrefs).zip(&self.trends);
        all.map(|((counted, href), trend)| KeyUse {
            name: &counted.name,
            href,
            count: requests(counted.requests),
            trend,
        })
        .collect()
    }
}

/// The keys of a workspace that asked most, and when they were looked for.
fn ranking(scene: &Scene<'_>, stretch: Stretch) -> Result<(Vec<KeyCount>, Timestamp)> {
    let (app, now, slug) = (scene.visit.app, scene.visit.now, scene.workspace.slug.clone());
    let (store, retention) = (Arc::clone(&app.store), app.live.get().retention);
    let question = (slug.clone(), stretch.name);
    let look = move || Usage { store: &store, retention }.busiest(&slug, stretch.begins(now));
    if scene.keys()?.count(&scene.workspace.slug)? < MANY_KEYS {
        return Ok((look()?, now));
    }
    app.kept.busiest.get(&question, now, look)
}

/// What was used of limits: a label, how much, of how much.
pub(super) struct Quotas(Vec<(String, u64, Option<u64>)>);

impl Quotas {
    /// Both windows of the bucket that a key draws on; nothing where its product or type is gone.
    pub(super) fn of_key(scene: &Scene<'_>, key: &Key) -> Result<Self> {
        let registry = &scene.in_force.registry;
        let Some(product) = registry.product(&key.product) else { return Ok(Self(Vec::new())) };
        let Some(key_type) = product.key_type(&key.key_type) else { return Ok(Self(Vec::new())) };
        let whole = product.allowance(&scene.in_force.plans, &scene.workspace.plan);
        let allowance = whole.unwrap_or_default().at_rate(key_type.rate);
        let (bucket, of) = match product.bucket {
            Shared::Key => (BucketId::of_key(key.id), ""),
            Shared::Workspace => {
                (BucketId::of_workspace(&key.workspace, &product.id), ", all keys")
            }
        };
        let app = scene.visit.app;
        let used = limits::used(&app.limiter, &app.store, &bucket, scene.visit.now)?;
        let (minute, day) = (allowance.per_minute, allowance.per_day);
        Ok(Self(vec![
            (format!("Requests in the last minute{of}"), used.in_minute, minute.map(u64::from)),
            (format!("Requests today{of}"), used.today, day.map(u64::from)),
        ]))
    }

    /// Today's use of the keys that asked most, and of each bucket that a workspace's keys share.
    fn of_workspace(scene: &Scene<'_>, busiest: &[KeyCount]) -> Result<Self> {
        let mut all: Vec<(String, u64, Option<u64>)> = Vec::new();
        for counted in busiest {
            let key = scene.keys()?.show(counted.key, scene.visit.now)?;
            let Self(of_key) = Self::of_key(scene, &key)?;
            let Some((label, used, limit)) = of_key.into_iter().next_back() else { continue };
            let product = scene.in_force.registry.product(&key.product);
            let shared = product.filter(|product| product.bucket == Shared::Workspace);
            let of = shared.map_or(&key.name, |product| &product.name);
            let label = format!("{of}: {}", label.to_lowercase());
            if !all.iter().any(|(known, ..)| *known == label && shared.is_some()) {
                all.push((label, used, limit));
            }
        }
        Ok(Self(all))
    }

    pub(super) fn shown(&self) -> Vec<Quota<'_>> {
        let Self(all) = self;
        all.iter().map(|(label, used, limit)| Quota { label, used: *used, limit: *limit }).collect()
    }
}
