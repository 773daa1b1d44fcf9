//! Where somebody works on clients: the instance, or one workspace.

use maud::Markup;

use crate::accounts::Workspace;
use crate::error::{Error, Result};
use crate::http::console::scene;
use crate::http::in_force::InForce;
use crate::http::ui::address::Address;
use crate::http::ui::layout::Place;
use crate::http::web::{Reply, Visit};
use crate::oauth::clients::{Client, ClientId, Clients, Maker};

use super::CLIENT;

/// Where somebody works on clients.
pub(super) struct Desk<'v> {
    pub(super) visit: &'v Visit<'v>,
    pub(super) in_force: InForce,
    workspace: Option<Workspace>,
    /// The path of the list, which all others are below.
    pub(super) base: String,
}

impl<'v> Desk<'v> {
    /// # Errors
    /// `NotFound` for an unknown workspace.
    pub(super) fn of(visit: &'v Visit<'v>) -> Result<Self> {
        let (in_force, workspace) = (InForce::of(visit.app), scene::workspace(visit)?);
        let base = match &workspace {
            None => "/console/clients".to_owned(),
            Some(workspace) => format!("/console/workspaces/{}/clients", workspace.slug),
        };
        Ok(Self { visit, in_force, workspace, base })
    }

    pub(super) fn clients(&self) -> Clients<'_> {
        self.in_force.clients(self.visit.app)
    }

    pub(super) fn maker(&self) -> Maker {
        if self.workspace.is_some() { Maker::Admin } else { Maker::Operator }
    }

    pub(super) fn slug(&self) -> Option<&str> {
        self.workspace.as_ref().map(|workspace| workspace.slug.as_str())
    }

    /// The client `id`, where it is one of theirs.
    pub(super) fn client(&self, id: &str) -> Result<Client> {
        let id = id.parse::<ClientId>().map_err(|error| Error::not_found(error.to_string()))?;
        let client = self.clients().show(&id)?;
        let is_theirs = self.workspace.is_none() || client.workspace.as_deref() == self.slug();
        if is_theirs { Ok(client) } else { Err(Error::not_found("it is another workspace's")) }
    }

    /// The address of a client's own page.
    pub(super) fn href(&self, id: &ClientId) -> String {
        Address { path: &self.page_of_one(), fields: vec![(CLIENT, id.as_str())] }.with(&[])
    }

    /// The path of each client's page.
    pub(super) fn page_of_one(&self) -> String {
        format!("{}/show", self.base)
    }

    pub(super) fn page(&self, title: &str, body: Markup) -> Reply {
        match &self.workspace {
            None => self.visit.page(title, body),
            Some(it) => self.visit.page_in(Place { slug: &it.slug, name: &it.name }, title, body),
        }
    }

    pub(super) fn form_token(&self) -> Result<&str> {
        Ok(&self.visit.holder()?.form_token)
    }
}
