//! `/console/workspaces/SLUG`: the workspace with its plan, ids, members and invitations.

use super::create::plan_choices;
use super::listed::{self, Invited, Members, Owned};
use super::slug;
use crate::accounts::Workspace;
use crate::accounts::people::Role;
use crate::error::Result;
use crate::http::console::views::workspaces::detail::{self as view, DetailView, Draft};
use crate::http::console::wrong::Wrong;
use crate::http::ui::address::Address;
use crate::http::ui::field::Choice;
use crate::http::ui::form::{Confirm, Errors};
use crate::http::ui::layout::Place;
use crate::http::web::{Reply, Visit};
use crate::keys::census::Census;
use crate::registry::Registry;

/// What the page shows beside the workspace itself.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// What was typed into a form that was refused.
    pub(super) draft: Draft<'a>,
    /// What is wrong with it.
    pub(super) errors: Errors<'a>,
    /// The link of an invitation that was just made.
    pub(super) link: Option<&'a str>,
}

/// The workspace.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, &Beside::default())
}

/// The page again, with what is wrong with one of its forms.
pub(super) fn refused(visit: &Visit<'_>, draft: Draft<'_>, wrong: &Wrong<'_>) -> Result<Reply> {
    let beside = Beside { draft, errors: wrong.errors(), link: None };
    Ok(shown(visit, &beside)?.status(wrong.status))
}

pub(super) fn shown(visit: &Visit<'_>, beside: &Beside<'_>) -> Result<Reply> {
    let slug = slug(visit)?;
    let workspace = visit.workspaces().show(&slug)?;
    let holder = visit.holder()?;
    let role = holder.user.role_in(&workspace.slug);
    let census = Census { store: &visit.app.store, now: visit.now };
    let registry = visit.app.plugins.registry.load();
    let plans = visit.app.limiter.plans();
    let asked = listed::LISTS.map(|name| (name, visit.query(name).unwrap_or_default()));
    let fields = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("/console/workspaces/{slug}");
    let address = Address { path: &path, fields };
    let members = Members::of(visit, &slug, &address)?;
    let invitations = Invited::of(visit, &slug, &address)?;
    let (member_rows, invitation_rows) = (members.rows(), invitations.rows());
    let owned = Owned::of(&workspace, &address);
    let view = DetailView {
        workspace: &workspace,
        plan: plans.get(&workspace.plan),
        plans: &plan_choices(&plans),
        resources: &resource_choices(&registry),
        owned: owned.part(),
        members: members.part(&member_rows),
        invitations: invitations.part(&invitation_rows),
        invitation_link: beside.link,
        keys: census.by_workspace()?.get(&workspace.slug).copied().unwrap_or(0),
        is_operator: holder.user.is_operator,
        may_manage: role.is_some_and(|role| role >= Role::Admin),
        form_token: &holder.form_token,
        draft: beside.draft,
        errors: beside.errors,
        now: visit.now,
    };
    let place = Place { slug: &workspace.slug, name: &workspace.name };
    Ok(visit.page_in(place, &workspace.name, view::page(&view)))
}

/// The resources that products bind keys to, each once.
fn resource_choices(registry: &Registry) -> Vec<Choice<'_>> {
    let names = registry.products().flat_map(|product| &product.resources);
    let mut names: Vec<&str> = names.map(|resource| resource.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Choice { value: name, label: name, help: "" }).collect()
}

/// Puts the workspace on another plan.
///
/// # Errors
/// `NotFound`.
pub fn set_plan(visit: &Visit<'_>) -> Result<Reply> {
    let (form, slug) = (visit.form(&["plan"])?, slug(visit)?);
    let held = visit.app.live.hold_plans();
    let plan = form.one("plan")?;
    let set = visit.workspaces().set_plan(&visit.actor()?, &slug, (&*held.settings.plans, plan));
    done(visit, set, "plan", Draft { plan, ..Draft::default() })
}

/// Lets the workspace own one more id.
///
/// # Errors
/// `NotFound`.
pub fn add_id(visit: &Visit<'_>) -> Result<Reply> {
    let (form, slug) = (visit.form(&["resource", "id"])?, slug(visit)?);
    let (resource, id) = (form.one("resource")?, form.one("id")?.trim());
    let registry = visit.app.plugins.registry.load();
    let added = visit.workspaces().add_resource(&visit.actor()?, &slug, &registry, (resource, id));
    done(visit, added, "id", Draft { resource, id, ..Draft::default() })
}

/// Takes an id from the workspace.
///
/// # Errors
/// `NotFound`.
pub fn remove_id(visit: &Visit<'_>) -> Result<Reply> {
    let (form, slug) = (visit.form(&["resource", "id"])?, slug(visit)?);
    let named = (form.one("resource")?, form.one("id")?);
    let removed = visit.workspaces().remove_resource(&visit.actor()?, &slug, named);
    done(visit, removed, "", Draft::default())
}

/// Back to the page after an action that went well; else the page with what `field` is wrong with.
fn done<T>(visit: &Visit<'_>, result: Result<T>, field: &str, draft: Draft<'_>) -> Result<Reply> {
    match result {
        Ok(_) => Ok(Reply::see_other(&format!("/console/workspaces/{}", visit.param("workspace")))),
        Err(error) => refused(visit, draft, &Wrong::of(field, error)?),
    }
}

/// Removes the workspace, once its name was typed.
///
/// # Errors
/// `NotFound`.
pub fn remove(visit: &Visit<'_>) -> Result<Reply> {
    let (form, slug) = (visit.form(&[Confirm::FIELD])?, slug(visit)?);
    let Workspace { name, .. } = visit.workspaces().show(&slug)?;
    if form.one(Confirm::FIELD)?.trim() != name {
        let wrong = Wrong::input(Confirm::FIELD, "That is not its name");
        return refused(visit, Draft::default(), &wrong);
    }
    match visit.workspaces().remove(&visit.actor()?, &slug) {
        Ok(()) => Ok(Reply::see_other("/console/workspaces")),
        Err(error) => refused(visit, Draft::default(), &Wrong::of("", error)?),
    }
}
