//! Connected apps: what people and services let apps do, and ending that.

use super::paging::{PAGE, Paging, ROWS};
use super::scene::workspace;
use super::views::apps::{self as view, App, AppsView};
use crate::accounts::people::Role;
use crate::error::{Error, Result};
use crate::http::in_force::InForce;
use crate::http::ui::address::Address;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::Part;
use crate::http::web::{Reply, Visit};
use crate::id::GrantId;
use crate::oauth::grants::{Grant, Grants, Listed, Of};

/// The field that names what is to be ended.
const GRANT: &str = "grant";

fn grants<'a>(visit: &Visit<'a>) -> Grants<'a> {
    Grants { store: &visit.app.store, principals: &visit.app.principals }
}

/// Grants of one page, with the texts that pages show.
pub(super) struct Apps {
    shown: Vec<Shown>,
    paging: Paging,
}

struct Shown {
    id: String,
    product: String,
    may_end: bool,
    listed: Listed,
}

impl Apps {
    /// Those that `of` means: the page of them that the field `name` of `address` says.
    pub(super) fn of(
        visit: &Visit<'_>,
        of: &Of,
        (address, name): (&Address<'_>, &str),
    ) -> Result<Self> {
        let paging = Paging::of_list(address, name, grants(visit).count(of, visit.now)?);
        let registry = InForce::of(visit.app).registry;
        let user = &visit.holder()?.user;
        let shown = |listed: Listed| {
            let grant = &listed.grant;
            let product = registry.product(&grant.product);
            Shown {
                id: grant.id.to_string(),
                product: product.map_or(&grant.product, |product| &product.name).clone(),
                may_end: may_end(grant, user.id, user.role_in(&grant.workspace)),
                listed,
            }
        };
        let listed = grants(visit).list(of, visit.now, (paging.skipped(), ROWS))?;
        Ok(Self { shown: listed.into_iter().map(shown).collect(), paging })
    }

    pub(super) fn rows(&self) -> Vec<App<'_>> {
        self.shown.iter().map(Shown::view).collect()
    }

    pub(super) fn part<'p>(&'p self, rows: &'p [App<'p>]) -> Part<'p, App<'p>> {
        self.paging.part(rows)
    }
}

impl Shown {
    fn view(&self) -> App<'_> {
        let Listed { grant, client, holder, used_at, used_from } = &self.listed;
        let client = client.as_ref();
        App {
            id: &self.id,
            name: client.map_or(grant.client.as_str(), |client| &client.name),
            client: grant.client.as_str(),
            is_vouched: client.is_some_and(|client| client.origin.is_vouched()),
            product: &self.product,
            workspace: &grant.workspace,
            holder: holder.as_deref(),
            scopes: &grant.scopes,
            restrictions: &grant.restrictions,
            created_at: grant.created_at,
            used_at: *used_at,
            used_from: used_from.as_deref(),
            may_end: self.may_end,
        }
    }
}

/// Whoever has let an app in may end that; so may the workspace's admins.
fn may_end(grant: &Grant, user: crate::id::UserId, role: Option<Role>) -> bool {
    grant.holder == Some(user) || role.is_some_and(|role| role >= Role::Admin)
}

/// The apps of a workspace, or all where the path names none.
///
/// # Errors
/// `NotFound` for an unknown workspace; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let workspace = workspace(visit)?;
    let place = workspace.as_ref().map(|it| Place { slug: &it.slug, name: &it.name });
    let of = Of { workspace: place.map(|place| place.slug.to_owned()), ..Of::default() };
    let number = visit.query(PAGE).unwrap_or_default();
    let address = Address { path: visit.path(), fields: vec![(PAGE, &number)] };
    let apps = Apps::of(visit, &of, (&address, PAGE))?;
    let role = place.map(|place| visit.holder().map(|it| it.user.role_in(place.slug)));
    let may_see_clients = role.transpose()?.is_none_or(|role| role >= Some(Role::Admin));
    let clients_href = place.map_or_else(
        || "/console/clients".to_owned(),
        |place| format!("/console/workspaces/{}/clients", place.slug),
    );
    let rows = apps.rows();
    let view = AppsView {
        workspace: place,
        clients_href: may_see_clients.then_some(&clients_href),
        path: visit.path(),
        apps: apps.part(&rows),
        form_token: &visit.holder()?.form_token,
        now: visit.now,
    };
    let body = view::page(&view);
    Ok(match place {
        Some(place) => visit.page_in(place, view::TITLE, body),
        None => visit.page(view::TITLE, body),
    })
}

/// Ends what an app may do, at once.
///
/// # Errors
/// `NotFound` where it is another workspace's; `Conflict` where it is not theirs to end.
pub fn end(visit: &Visit<'_>) -> Result<Reply> {
    let grant = named(visit)?;
    let slug = visit.param("workspace");
    if !slug.is_empty() && grant.workspace != slug {
        return Err(Error::not_found("it is another workspace's"));
    }
    let user = &visit.holder()?.user;
    if !may_end(&grant, user.id, user.role_in(&grant.workspace)) {
        return Err(Error::conflict("somebody else has let this app in: ask them, or an admin"));
    }
    grants(visit).end(&visit.actor()?, grant.id)?;
    let back = visit.path().strip_suffix("/end").unwrap_or("/console");
    Ok(Reply::see_other(back))
}

/// Ends what an app may do by somebody's own consent.
///
/// # Errors
/// `NotFound` where they have not given it.
pub fn end_own(visit: &Visit<'_>) -> Result<Reply> {
    let grant = named(visit)?;
    if grant.holder != Some(visit.holder()?.user.id) {
        return Err(Error::not_found("they have not let that app in"));
    }
    grants(visit).end(&visit.actor()?, grant.id)?;
    Ok(Reply::see_other("/console/account"))
}

fn named(visit: &Visit<'_>) -> Result<Grant> {
    let id = visit.form(&[GRANT])?.one(GRANT)?.parse::<GrantId>();
    grants(visit).show(id.map_err(|error| Error::not_found(error.to_string()))?)
}
