//! `/oauth/consent/REQUEST`: somebody sees what an app asks for, and says yes or no.
//!
//! What they decide about is what was kept when the app asked. Their form says which of it, and for
//! which workspace: never for whom, and never where the answer goes.

use std::collections::BTreeMap;

use actix_http::StatusCode;

use super::authorize::{answer, requests};
use crate::accounts::Workspace;
use crate::accounts::people::{Membership, Role};
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::views::consent::{self, ConsentView, Filled};
use crate::http::in_force::InForce;
use crate::http::ui::form::Errors;
use crate::http::web::{Form, Reply, Visit};
use crate::keys::{check_identity, restrictions};
use crate::oauth::clients::Client;
use crate::oauth::requests::{Choice, Request, Viewer};
use crate::oauth::{Code, RedirectUri};
use crate::registry::Product;
use crate::secret::Token;

/// Workspaces that the page offers with their ids; whoever is in more has more than a page shows.
const WORKSPACES_MAX: usize = 200;

/// What somebody is asked for.
struct Scene<'v> {
    visit: &'v Visit<'v>,
    token: Token,
    request: Request,
    client: Client,
    in_force: InForce,
}

/// The page.
///
/// # Errors
/// `NotFound` where it is over, decided, or another session's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let filled = Filled {
        scopes: scene.request.scopes.iter().map(String::as_str).collect(),
        ..Filled::default()
    };
    scene.shown(&filled, None)
}

/// Yes, or no.
///
/// # Errors
/// As [`page`].
pub fn decide(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["decision", "workspace", "scope", "restrict"])?;
    let scene = Scene::of(visit)?;
    match fields.one("decision")? {
        "allow" => scene.allow(fields),
        "deny" => scene.deny(),
        _ => Err(Error::invalid("the form says neither yes nor no")),
    }
}

impl<'v> Scene<'v> {
    fn of(visit: &'v Visit<'v>) -> Result<Self> {
        let token = Token::presented(visit.param("request"));
        let token = token.ok_or_else(|| Error::not_found("there is no such request"))?;
        let viewer = viewer(visit)?;
        let (request, client) = requests(visit).show(&token, viewer, visit.now)?;
        Ok(Self { visit, token, request, client, in_force: InForce::of(visit.app) })
    }

    fn deny(&self) -> Result<Reply> {
        let request = requests(self.visit).deny(&self.token, viewer(self.visit)?)?;
        let said = (Code::AccessDenied, "somebody has said no");
        let target = answer(self.visit, &self.redirect_uri()?, said, request.state.as_deref());
        Ok(Reply::see_other(&target).to_anywhere())
    }

    fn allow(&self, fields: &Form) -> Result<Reply> {
        let filled = Filled {
            workspace: fields.one("workspace")?,
            scopes: fields.all("scope").collect(),
            ids: fields.all("restrict").collect(),
        };
        let given = self.choice(&filled).and_then(|choice| {
            requests(self.visit).allow(&self.token, viewer(self.visit)?, choice)
        });
        let (request, code) = match given {
            Ok(given) => given,
            Err(error) if error.kind() == ErrorKind::Invalid => {
                return self.shown(&filled, Some(&error));
            }
            Err(error) => return Err(error),
        };
        let state = request.state.as_deref().map(|state| ("state", state));
        let code = [("code", code.expose())];
        let issuer = [("iss", self.visit.public.as_str())];
        let target = self.redirect_uri()?.with(code.into_iter().chain(state).chain(issuer));
        Ok(Reply::see_other(&target).to_anywhere())
    }

    /// What was filled in, as far as it makes sense for the product.
    fn choice(&self, filled: &Filled<'_>) -> Result<Choice> {
        if filled.workspace.is_empty() {
            return Err(Error::invalid("choose the workspace for which the app may act"));
        }
        let product = self.product()?;
        let open = product.oauth.iter().flat_map(|oauth| &oauth.scopes);
        let open: Vec<&String> = open.collect();
        let scopes =
            self.request.scopes.iter().filter(|name| filled.scopes.contains(&name.as_str()));
        let scopes: Vec<String> = scopes.filter(|name| open.contains(name)).cloned().collect();
        let of_workspace = |value: &&str| -> Option<(String, String)> {
            let (workspace, bound) = value.split_once('/')?;
            let (resource, id) = bound.split_once('=')?;
            (workspace == filled.workspace).then(|| (resource.to_owned(), id.to_owned()))
        };
        let ids: Option<Vec<_>> = filled.ids.iter().map(of_workspace).collect();
        let ids = ids.ok_or_else(|| {
            Error::invalid("what you ticked is of another workspace than the one you chose")
        })?;
        let restrictions = restrictions(product, &ids)?;
        check_identity(&scopes, &restrictions)?;
        let code_life = self.visit.app.live.get().oauth.code;
        let workspace = filled.workspace.to_owned();
        Ok(Choice { workspace, scopes, restrictions, code_life })
    }

    fn product(&self) -> Result<&Product> {
        let product = self.in_force.registry.product(&self.request.product);
        let gone = || Error::not_found("the product is gone");
        product.map(AsRef::as_ref).ok_or_else(gone)
    }

    fn redirect_uri(&self) -> Result<RedirectUri> {
        let uri = RedirectUri::parse(&self.request.redirect_uri);
        uri.map_err(|_| Error::internal("a redirect URI is kept that is none"))
    }

    fn shown(&self, filled: &Filled<'_>, wrong: Option<&Error>) -> Result<Reply> {
        let wrong: Vec<(&str, String)> =
            wrong.iter().map(|error| ("", error.message().to_owned())).collect();
        let uri = self.redirect_uri()?;
        let view = ConsentView {
            path: self.visit.path(),
            form_token: &self.visit.holder()?.form_token,
            client: &self.client,
            redirect_uri: &uri,
            product: self.product()?,
            request: &self.request,
            workspaces: &self.workspaces()?,
            filled,
            errors: Errors(&wrong),
        };
        let status =
            if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = self.visit.page(consent::TITLE, consent::page(&view)).status(status);
        Ok(page.to_anywhere())
    }

    /// The workspaces for which they may decide this and the app may act, by slug.
    fn workspaces(&self) -> Result<Vec<Workspace>> {
        let user = &self.visit.holder()?.user;
        let workspaces = self.visit.workspaces();
        if user.is_operator {
            let mut all = workspaces.list()?;
            all.retain(|it| self.client.acts_for(it.slug.as_str()));
            all.truncate(WORKSPACES_MAX);
            return Ok(all);
        }
        let is_theirs = |it: &&Membership| {
            it.role >= Role::Developer && self.client.acts_for(it.workspace.as_str())
        };
        let may = user.memberships.iter().filter(is_theirs);
        let shown = may.take(WORKSPACES_MAX).map(|it| workspaces.show(&it.workspace));
        let shown: Result<Vec<Workspace>> = shown.collect();
        let by_slug: BTreeMap<String, Workspace> =
            shown?.into_iter().map(|it| (it.slug.clone(), it)).collect();
        Ok(by_slug.into_values().collect())
    }
}

fn viewer(visit: &Visit<'_>) -> Result<Viewer> {
    let holder = visit.holder()?;
    Ok(Viewer { user: holder.user.id, session: holder.session.id, address: visit.address() })
}
