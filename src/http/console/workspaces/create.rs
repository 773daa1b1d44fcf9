//! `/console/workspaces/new`

use crate::accounts::{Slug, parse_name};
use crate::error::{ErrorKind, Result};
use crate::http::console::views::workspaces::create::{self as view, CreateView};
use crate::http::console::wrong::Wrong;
use crate::http::ui::field::Choice;
use crate::http::ui::form::Errors;
use crate::http::web::{Reply, Visit};
use crate::limits::Plans;

/// What was typed.
#[derive(Clone, Copy, Default)]
struct Draft<'a> {
    name: &'a str,
    slug: &'a str,
    plan: &'a str,
}

/// The form.
///
/// # Errors
/// None.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, Draft::default(), Errors::default())
}

fn shown(visit: &Visit<'_>, draft: Draft<'_>, errors: Errors<'_>) -> Result<Reply> {
    let form_token = &visit.holder()?.form_token;
    let Draft { name, slug, plan } = draft;
    let all = visit.app.limiter.plans();
    let plans = &plan_choices(&all);
    let view = CreateView { form_token, name, slug, plan, plans, errors };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

/// The plans to choose from.
pub(super) fn plan_choices(plans: &Plans) -> Vec<Choice<'_>> {
    let choice = |id| plans.get(id).map(|plan| Choice { value: id, label: &plan.name, help: "" });
    plans.ids().filter_map(choice).collect()
}

/// Makes the workspace, and leads to it.
///
/// # Errors
/// As the store's.
pub fn create(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&["name", "slug", "plan"])?;
    let draft = Draft { name: form.one("name")?, slug: form.one("slug")?, plan: form.one("plan")? };
    match made(visit, draft)? {
        Ok(slug) => Ok(Reply::see_other(&format!("/console/workspaces/{slug}"))),
        Err(wrong) => Ok(shown(visit, draft, wrong.errors())?.status(wrong.status)),
    }
}

fn made<'f>(visit: &Visit<'_>, draft: Draft<'_>) -> Result<Result<Slug, Wrong<'f>>> {
    if let Err(error) = parse_name(draft.name) {
        return Ok(Err(Wrong::of("name", error)?));
    }
    let slug = match draft.slug.parse::<Slug>() {
        Ok(slug) => slug,
        Err(error) => return Ok(Err(Wrong::input("slug", error.to_string()))),
    };
    let held = visit.app.live.hold_plans();
    let plan = (&*held.settings.plans, draft.plan);
    match visit.workspaces().add(&visit.actor()?, &slug, draft.name, plan) {
        Ok(_) => Ok(Ok(slug)),
        Err(error) => {
            // The name is good, so what makes no sense is the plan; the slug may be taken.
            let field = if error.kind() == ErrorKind::Invalid { "plan" } else { "slug" };
            Ok(Err(Wrong::of(field, error)?))
        }
    }
}
