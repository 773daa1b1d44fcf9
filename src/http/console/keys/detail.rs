//! One key, with all that is known of it.

use crate::audit::{self, Log};
use crate::clock::{Span, Timestamp};
use crate::error::Result;
use crate::http::console::counts::{Stretch, by_verdict, refusals, requests};
use crate::http::console::scene::Scene;
use crate::http::console::usage::Quotas;
use crate::http::console::views::audit::Entry;
use crate::http::console::views::keys::detail::{DetailView, ScopeUse, page as page_of};
use crate::http::console::views::refusals::Refused;
use crate::http::web::{Reply, Visit};
use crate::keys::Key;
use crate::registry::{Product, covers};
use crate::usage::{self, Whose};

/// What has just been done, by its name in the address.
const DONE: [(&str, &str); 4] = [
    ("changed", "The key is changed, from its next request on."),
    ("finished", "The old secret is ended."),
    ("revoked", "The key is revoked."),
    ("restored", "The key is good again."),
];

/// The key's page.
///
/// # Errors
/// `NotFound` for a key that is not this workspace's; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = scene.key(visit.param("key"))?;
    shown(&scene, key, None)
}

/// The same, with what was wrong with a name that was typed to confirm an act.
pub(super) fn shown(
    scene: &Scene<'_>,
    mut key: Key,
    confirm_error: Option<(&str, &str)>,
) -> Result<Reply> {
    let (visit, now) = (scene.visit, scene.visit.now);
    let (usage, whose) = (scene.usage(), Whose::Key(key.id));
    let begins = Stretch::DAY.begins(now);
    let counts = usage.by_time(&whose, Stretch::DAY.grain, begins)?;
    let outcomes = usage.by_outcome(&whose, begins)?;
    let used = usage.by_scope(&whose, Timestamp::default())?;
    let product = scene.in_force.registry.product(&key.product);
    let key_type = product.and_then(|product| product.key_type(&key.key_type));
    let entries = Log { store: &visit.app.store }.about(&key.id.to_string())?;
    let actors = entries.iter().map(|it| scene.called(&it.actor)).collect::<Result<Vec<_>>>()?;
    // Where somebody acted from is for those who may read the whole log.
    let shows_addresses = scene.is_operator()?;
    let entry = |it| entry(it, shows_addresses);
    let quotas = Quotas::of_key(scene, &key)?;
    name_people(scene, &mut key)?;
    let done = visit.query("done").unwrap_or_default();
    let view = DetailView {
        workspace: scene.place(),
        key: &key,
        product: product.map_or(&key.product, |product| &product.name),
        prefix: key_type.map_or("", |key_type| &key_type.prefix),
        form_token: scene.form_token()?,
        may_change: scene.may_change_keys()?,
        undo_until: undo_until(&key, product.map(|product| product.undo)),
        scopes: &scopes(&key, product.map(|product| &**product), &used),
        buckets: &Stretch::DAY.buckets(&counts, 2, by_verdict, now),
        refused: &refusals(&outcomes).map(refused).collect::<Vec<_>>(),
        quotas: &quotas.shown(),
        trail: &entries.iter().zip(&actors).map(entry).collect::<Vec<_>>(),
        confirm_error,
        done: DONE.into_iter().find(|(name, _)| *name == done).map(|(_, said)| said),
        now,
    };
    Ok(scene.page(&key.name, page_of(&view)))
}

/// Until when a revoked key can be made good again.
fn undo_until(key: &Key, undo: Option<Span>) -> Option<Timestamp> {
    Some(key.revoked_at?.plus(undo?))
}

/// The people of a key by their addresses, not by their ids.
fn name_people(scene: &Scene<'_>, key: &mut Key) -> Result<()> {
    key.created_by = scene.called(&key.created_by)?;
    key.owner = key.owner.as_deref().map(|it| scene.called(it)).transpose()?;
    key.revoked_by = key.revoked_by.as_deref().map(|it| scene.called(it)).transpose()?;
    Ok(())
}

/// A wildcard was used when the last of the scopes was that it stands for.
fn scopes<'a>(
    key: &'a Key,
    product: Option<&'a Product>,
    used: &[usage::ScopeUse],
) -> Vec<ScopeUse<'a>> {
    let scope = |name: &'a String| {
        let declared = product.and_then(|product| product.scopes.get(name));
        let by_it = used.iter().filter(|it| covers(name, &it.scope));
        ScopeUse {
            name,
            description: declared.map_or("", |scope| &scope.description),
            last_used_at: by_it.map(|it| it.last_used_at).max(),
        }
    };
    key.scopes.iter().map(scope).collect()
}

/// A refusal as the pages show it.
pub(in crate::http::console) fn refused(counted: &usage::OutcomeCount) -> Refused<'_> {
    let last_at = Some(counted.last_at);
    Refused { code: &counted.code, count: requests(counted.requests), last_at }
}

fn entry<'a>((entry, actor): (&'a audit::Entry, &'a String), shows_address: bool) -> Entry<'a> {
    let address = entry.address.as_deref().filter(|_| shows_address);
    Entry {
        at: entry.at,
        actor,
        address: address.unwrap_or_default(),
        action: &entry.action,
        subject: &entry.subject,
        workspace: "",
        detail: &entry.detail,
    }
}
