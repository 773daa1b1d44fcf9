//! What can be done with workspaces: each is one transaction, with its audit row.

use std::sync::Arc;

use serde_json::json;

use super::name::parse_name;
use super::people::User;
use super::table::{self, NamedGrant};
use super::workspace::{OwnedIds, Slug, Workspace};
use crate::audit::{self, Actor, Change};
use crate::error::{Error, Result};
use crate::id::KeyId;
use crate::limits::Plans;
use crate::principals::Principals;
use crate::registry::Registry;
use crate::secret::SecretDigest;
use crate::store::{Read, Store, Write};

/// Workspaces that a refusal names.
const NAMED_WORKSPACES_MAX: usize = 20;

/// The actions on workspaces.
pub struct Workspaces<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// Whose warm principals a change must drop.
    pub principals: &'a Arc<Principals>,
}

impl Workspaces<'_> {
    /// Makes a workspace.
    ///
    /// # Errors
    /// `Invalid` for a name or plan that is none, `Conflict` where the slug is taken.
    pub fn add(
        &self,
        actor: &Actor,
        slug: &Slug,
        name: &str,
        (plans, plan): (&Plans, &str),
    ) -> Result<Workspace> {
        check_plan(plans, plan)?;
        let name = parse_name(name)?;
        let (actor, slug, plan) = (actor.clone(), slug.clone(), plan.to_owned());
        self.store.write(move |tx| {
            table::insert(tx, &slug, &name, &plan)?;
            let detail = json!({ "name": name, "plan": plan });
            let change = change(&actor, "workspace.add", &slug, detail);
            audit::record(tx, &change)?;
            table::find(tx, slug.as_str())?.ok_or_else(|| table::unknown(slug.as_str()))
        })
    }

    /// Every workspace, by slug; 10,000 at most.
    ///
    /// # Errors
    /// As the store's.
    pub fn list(&self) -> Result<Vec<Workspace>> {
        self.store.read(table::all)
    }

    /// Those that somebody is a member of, by slug.
    ///
    /// # Errors
    /// As the store's.
    pub fn of(&self, user: &User) -> Result<Vec<Workspace>> {
        let mut found = self.store.read(|db| table::of_member(db, user.id))?;
        found.retain(|it| user.membership(&it.slug).is_some());
        Ok(found)
    }

    /// How many have these words in their slug or name.
    ///
    /// # Errors
    /// As the store's.
    pub fn count(&self, words: &str) -> Result<usize> {
        let counted = self.store.read(|db| table::count(db, words))?;
        Ok(usize::try_from(counted).unwrap_or(0))
    }

    /// Those of them, by slug, `limit` behind the first `skipped`.
    ///
    /// # Errors
    /// As the store's.
    pub fn search(&self, words: &str, (skipped, limit): (usize, usize)) -> Result<Vec<Workspace>> {
        self.store.read(|db| table::search(db, words, (skipped, limit)))
    }

    /// One workspace.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn show(&self, slug: &Slug) -> Result<Workspace> {
        let found = self.store.read(|db| table::find(db, slug.as_str()))?;
        found.ok_or_else(|| table::unknown(slug.as_str()))
    }

    /// Puts a workspace on another plan, from its next request on.
    ///
    /// # Errors
    /// `Invalid` for an unknown plan, `NotFound`.
    pub fn set_plan(
        &self,
        actor: &Actor,
        slug: &Slug,
        (plans, plan): (&Plans, &str),
    ) -> Result<Workspace> {
        check_plan(plans, plan)?;
        let (actor, target, plan) = (actor.clone(), slug.clone(), plan.to_owned());
        let changed = self.store.write(move |tx| {
            table::set_plan(tx, &target, &plan)?;
            let detail = json!({ "plan": plan });
            audit::record(tx, &change(&actor, "workspace.set_plan", &target, detail))?;
            table::find(tx, target.as_str())?.ok_or_else(|| table::unknown(target.as_str()))
        })?;
        self.principals.forget_workspace(slug.as_str());
        Ok(changed)
    }

    /// Removes a workspace, with whatever revoked and expired keys it has.
    ///
    /// # Errors
    /// `Conflict` while it has live keys, naming some; `NotFound`.
    pub fn remove(&self, actor: &Actor, slug: &Slug) -> Result<()> {
        let (actor, target) = (actor.clone(), slug.clone());
        self.store.write(move |tx| {
            let live = table::live_keys(tx, &target, tx.now, None)?;
            if !live.is_empty() {
                return Err(Error::conflict(format!(
                    "{target} has live keys ({}): revoke them first",
                    listed(&live)
                )));
            }
            table::delete(tx, &target)?;
            audit::record(tx, &change(&actor, "workspace.remove", &target, json!({})))
        })?;
        self.principals.forget_workspace(slug.as_str());
        Ok(())
    }

    /// Lets a workspace own one more id of a resource.
    ///
    /// # Errors
    /// `Invalid` where no product has such a resource or id; `Conflict`, `NotFound`.
    pub fn add_resource(
        &self,
        actor: &Actor,
        slug: &Slug,
        registry: &Registry,
        (resource, id): (&str, &str),
    ) -> Result<OwnedIds> {
        check_resource(registry, resource, id)?;
        let (actor, slug) = (actor.clone(), slug.clone());
        let (resource, id) = (resource.to_owned(), id.to_owned());
        self.store.write(move |tx| {
            table::insert_owned(tx, &slug, &resource, &id)?;
            let detail = json!({ "resource": resource, "id": id });
            audit::record(tx, &change(&actor, "workspace.resource.add", &slug, detail))?;
            table::owned(tx, slug.as_str())
        })
    }

    /// Takes an id of a resource from a workspace. What apps were let do with it ends.
    ///
    /// # Errors
    /// `Conflict` while a live key is bound to it, naming some; `NotFound`.
    pub fn remove_resource(
        &self,
        actor: &Actor,
        slug: &Slug,
        (resource, id): (&str, &str),
    ) -> Result<OwnedIds> {
        let (actor, slug) = (actor.clone(), slug.clone());
        let (resource, id) = (resource.to_owned(), id.to_owned());
        let (owned, ended) = self.store.write(move |tx| {
            let bound = table::live_keys(tx, &slug, tx.now, Some((&resource, &id)))?;
            if !bound.is_empty() {
                return Err(Error::conflict(format!(
                    "live keys are bound to {resource}={id} ({}): revoke or change them first",
                    listed(&bound)
                )));
            }
            table::delete_owned(tx, &slug, &resource, &id)?;
            let detail = json!({ "resource": resource, "id": id });
            audit::record(tx, &change(&actor, "workspace.resource.remove", &slug, detail))?;
            let ended = end_grants(tx, &actor, &slug, (&resource, &id))?;
            Ok((table::owned(tx, slug.as_str())?, ended))
        })?;
        self.principals.forget(&ended);
        Ok(owned)
    }

    /// Holds that every plan that a workspace is on is among `plans`.
    ///
    /// # Errors
    /// `CannotStart`, naming the plans and workspaces.
    pub fn check_plans(&self, plans: &Plans) -> Result<()> {
        let in_use = self.store.read(table::plans_in_use)?;
        let gone: Vec<String> = in_use
            .iter()
            .filter(|(plan, _)| plans.get(plan).is_none())
            .map(|(plan, slug)| format!("{slug} on `{plan}`"))
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        Err(Error::cannot_start(format!(
            "`[plans]` lacks plans that workspaces are on: {}{}. Put the plans back; `keystile \
             workspace set-plan` moves the workspaces before a plan is taken away",
            gone[..gone.len().min(NAMED_WORKSPACES_MAX)].join(", "),
            if gone.len() > NAMED_WORKSPACES_MAX { " and others" } else { "" }
        )))
    }
}

/// The ids that a workspace owns, for whoever checks them in a transaction of its own.
///
/// # Errors
/// As the store's.
pub fn owned(db: &Read<'_>, workspace: &str) -> Result<OwnedIds> {
    table::owned(db, workspace)
}

/// Ends what apps may do for a workspace with one id; answers the access tokens that end.
fn end_grants(
    tx: &Write<'_>,
    actor: &Actor,
    slug: &Slug,
    bound_to: (&str, &str),
) -> Result<Vec<SecretDigest>> {
    let mut ended = Vec::new();
    for grant in table::bound_grants(tx, slug, bound_to)? {
        ended.extend(end_grant(tx, (actor, "grant.end"), slug.as_str(), &grant)?);
    }
    Ok(ended)
}

/// Ends what an app may do for a workspace, within a transaction, and says so in the log by the word
/// `action`; answers which access tokens must be forgotten.
///
/// # Errors
/// As the store's.
pub fn end_grant(
    tx: &Write<'_>,
    (actor, action): (&Actor, &'static str),
    workspace: &str,
    grant: &NamedGrant,
) -> Result<Vec<SecretDigest>> {
    let (subject, workspace) = (grant.id.to_string(), Some(workspace));
    let detail = json!({ "client": grant.client, "product": grant.product });
    audit::record(tx, &Change { actor, action, subject, workspace, detail })?;
    table::delete_grant(tx, grant.id)
}

fn change<'a>(
    actor: &'a Actor,
    action: &'static str,
    slug: &'a Slug,
    detail: serde_json::Value,
) -> Change<'a> {
    Change { actor, action, subject: slug.to_string(), workspace: Some(slug.as_str()), detail }
}

fn listed(keys: &[KeyId]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn check_plan(plans: &Plans, plan: &str) -> Result<()> {
    if plans.get(plan).is_some() {
        return Ok(());
    }
    let known = plans.ids().collect::<Vec<_>>().join(", ");
    Err(Error::invalid(format!("there is no plan `{plan}`; config.toml has {known}")))
}

fn check_resource(registry: &Registry, resource: &str, id: &str) -> Result<()> {
    let declared: Vec<_> =
        registry.products().filter_map(|product| product.resource(resource)).collect();
    if declared.is_empty() {
        let known = registry.products().flat_map(|product| &product.resources);
        let known: Vec<&str> = known.map(|resource| resource.name.as_str()).collect();
        return Err(Error::invalid(format!(
            "no product has a resource `{resource}`; there {}",
            match known.as_slice() {
                [] => "are none".to_owned(),
                names => format!("is {}", names.join(", ")),
            }
        )));
    }
    if !declared.iter().any(|declared| declared.takes(id)) {
        return Err(Error::invalid(format!("`{id}` does not look like an id of a {resource}")));
    }
    Ok(())
}
