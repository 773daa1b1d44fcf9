//! What every page of one workspace stands on.

use maud::Markup;

use crate::accounts::people::Role;
use crate::accounts::{Slug, Workspace};
use crate::error::{Error, ErrorKind, Result};
use crate::http::in_force::InForce;
use crate::http::ui::layout::Place;
use crate::http::web::{Reply, Visit};
use crate::id::{KeyId, UserId};
use crate::keys::{Giver, Key, Keys};
use crate::usage::Usage;

/// Somebody's visit to a page of the workspace that its path names.
pub(super) struct Scene<'v> {
    pub(super) visit: &'v Visit<'v>,
    pub(super) workspace: Workspace,
    pub(super) in_force: InForce,
}

/// The slug of the workspace that the path names.
///
/// # Errors
/// `NotFound` where that is none.
pub(super) fn slug(visit: &Visit<'_>) -> Result<Slug> {
    let slug = visit.param("workspace").parse();
    slug.map_err(|_| Error::not_found("a slug is lower-case letters, digits and `-`"))
}

/// The workspace that the path names, where it names any: some pages are an instance's too.
///
/// # Errors
/// `NotFound` where there is no such workspace.
pub(super) fn workspace(visit: &Visit<'_>) -> Result<Option<Workspace>> {
    if visit.param("workspace").is_empty() {
        return Ok(None);
    }
    visit.workspaces().show(&slug(visit)?).map(Some)
}

impl<'v> Scene<'v> {
    /// The route has judged already whether they may be here.
    ///
    /// # Errors
    /// `NotFound` where there is no such workspace.
    pub(super) fn of(visit: &'v Visit<'v>) -> Result<Self> {
        let workspace = visit.workspaces().show(&slug(visit)?)?;
        Ok(Self { visit, workspace, in_force: InForce::of(visit.app) })
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place { slug: &self.workspace.slug, name: &self.workspace.name }
    }

    pub(super) fn page(&self, title: &str, body: Markup) -> Reply {
        self.visit.page_in(self.place(), title, body)
    }

    /// What this session's forms carry.
    ///
    /// # Errors
    /// `NotFound` where nobody is signed in.
    pub(super) fn form_token(&self) -> Result<&str> {
        Ok(&self.visit.holder()?.form_token)
    }

    pub(super) fn is_operator(&self) -> Result<bool> {
        Ok(self.visit.holder()?.user.is_operator)
    }

    /// Whether they may make and change keys.
    pub(super) fn may_change_keys(&self) -> Result<bool> {
        let role = self.visit.holder()?.user.role_in(&self.workspace.slug);
        Ok(role.is_some_and(|role| role >= Role::Developer))
    }

    /// The actions on keys, within what this person may give.
    pub(super) fn keys(&self) -> Result<Keys<'_>> {
        let giver = if self.is_operator()? { Giver::Operator } else { Giver::Member };
        Ok(self.in_force.keys(self.visit.app, giver))
    }

    /// The key `id`, which is one of this workspace.
    ///
    /// # Errors
    /// `NotFound` for any other.
    pub(super) fn key(&self, id: &str) -> Result<Key> {
        let id = id.parse::<KeyId>().map_err(|error| Error::not_found(error.to_string()))?;
        let key = self.keys()?.show(id, self.visit.now)?;
        if key.workspace == self.workspace.slug {
            Ok(key)
        } else {
            Err(Error::not_found("that key is another workspace's"))
        }
    }

    pub(super) fn usage(&self) -> Usage<'_> {
        let app = self.visit.app;
        Usage { store: &app.store, retention: app.live.get().retention }
    }

    /// Whoever did something, as people call them: a person by their address.
    ///
    /// # Errors
    /// As the store's.
    pub(super) fn called(&self, who: &str) -> Result<String> {
        called(self.visit, who)
    }
}

/// Something that may be gone by now.
///
/// # Errors
/// Whatever keeps it from being looked up.
pub(super) fn if_there<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whoever did something, as people call them: a person by their address.
///
/// # Errors
/// As the store's.
pub(super) fn called(visit: &Visit<'_>, who: &str) -> Result<String> {
    if let Some(account) = who.strip_prefix("cli:") {
        return Ok(format!("{account}, on the command line"));
    }
    let Ok(id) = who.parse::<UserId>() else { return Ok(who.to_owned()) };
    let email = visit.people().email_of(id)?;
    Ok(email.map_or_else(|| who.to_owned(), |email| email.as_str().to_owned()))
}
