//! Somebody's request for one page, after it was judged whether they may.

use std::net::IpAddr;

use actix_http::StatusCode;
use maud::{Markup, html};

use super::call::Call;
use super::form::Form;
use super::public_url::PublicUrl;
use super::reply::Reply;
use super::route::Params;
use super::{cookie, errors};
use crate::accounts::Workspaces;
use crate::accounts::people::{People, User};
use crate::accounts::sessions::{Session, Sessions, Visitor};
use crate::app::App;
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::http::ui::layout::{self, Page, Place, Theme};
use crate::http::ui::parts::{Tone, note};
use crate::source::Diagnostic;

/// What a handler is given.
pub struct Visit<'a> {
    /// The instance.
    pub app: &'a App,
    /// Where people reach it.
    pub public: &'a PublicUrl,
    /// The instant of the request.
    pub now: Timestamp,
    /// What it is called in the log and on error pages.
    pub request_id: &'a str,
    pub(super) call: &'a Call,
    pub(super) params: Params<'a>,
    pub(super) holder: Option<Holder>,
}

/// Somebody who has signed in, by the session that they did it with.
pub struct Holder {
    /// Who they are, and what they may do now.
    pub user: User,
    /// Their session.
    pub session: Session,
    /// What their forms carry.
    pub form_token: String,
}

impl Visit<'_> {
    /// A part of the path; empty where the route has none of this name.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The path itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.call.path
    }

    /// A parameter of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        self.call.query(name)
    }

    /// The query as it came.
    #[must_use]
    pub fn raw_query(&self) -> &str {
        &self.call.query
    }

    /// The form, which has no field but these.
    ///
    /// # Errors
    /// `Invalid` where it has another.
    pub fn form(&self, names: &[&str]) -> Result<&Form> {
        self.call.form.expect(names)
    }

    /// Whoever has signed in.
    ///
    /// # Errors
    /// `NotFound` on a page that anybody may see, where nobody has.
    pub fn holder(&self) -> Result<&Holder> {
        self.holder.as_ref().ok_or_else(|| Error::not_found("nobody is signed in"))
    }

    /// On whose behalf something is done.
    ///
    /// # Errors
    /// As [`Visit::holder`].
    pub fn actor(&self) -> Result<Actor> {
        Ok(Actor::User(self.holder()?.user.id, self.address()))
    }

    /// Whoever follows a one-time link, on whose behalf something is done.
    #[must_use]
    pub fn holder_of_link(&self) -> Actor {
        Actor::Link(self.address())
    }

    /// Whoever asks, and from where.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.call.device, self.address())
    }

    /// Where they are.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.call.address
    }

    /// The colours that they have chosen.
    #[must_use]
    pub fn theme(&self) -> Theme {
        cookie::theme(&self.call.cookies, self.public)
    }

    /// The actions on people.
    #[must_use]
    pub fn people(&self) -> People<'_> {
        let App { store, hasher, principals, .. } = self.app;
        People { store, hasher, principals }
    }

    /// The actions on sessions.
    #[must_use]
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { store: &self.app.store, hasher: &self.app.hasher }
    }

    /// The actions on workspaces.
    #[must_use]
    pub fn workspaces(&self) -> Workspaces<'_> {
        Workspaces { store: &self.app.store, principals: &self.app.principals }
    }

    /// A page in the common look.
    #[must_use]
    pub fn page(&self, title: &str, body: Markup) -> Reply {
        self.framed(None, title, body)
    }

    /// A page of a workspace, whose pages its navigation leads to.
    #[must_use]
    pub fn page_in(&self, workspace: Place<'_>, title: &str, body: Markup) -> Reply {
        self.framed(Some(workspace), title, body)
    }

    fn framed(&self, workspace: Option<Place<'_>>, title: &str, body: Markup) -> Reply {
        let signed_in = self.holder.as_ref().map(|holder| layout::SignedIn {
            name: holder.user.email.as_str(),
            is_operator: holder.user.is_operator,
            workspace,
            form_token: &holder.form_token,
        });
        let (theme, path) = (self.theme(), self.call.path.as_str());
        let banner = self.banner();
        let page = Page { title, signed_in, theme, path, banner, body };
        Reply::page(StatusCode::OK, layout::page(&page))
    }

    /// What operators should know whatever they look at.
    fn banner(&self) -> Option<Markup> {
        let is_operator = self.holder.as_ref().is_some_and(|holder| holder.user.is_operator);
        let files = self.app.plugins.files.load();
        let is_wrong = files.problems().any(Diagnostic::is_error);
        (is_operator && is_wrong).then(|| {
            let more = html! { a href="/console/products" { "Show it among the products" } };
            note(Tone::Bad, "A plugin file has a problem", &more)
        })
    }

    /// The page that tells what went wrong.
    #[must_use]
    pub fn error(&self, error: &Error) -> Reply {
        errors::of(self, error)
    }
}
