//! The form of a key: what it is made of, and what comes of what somebody sends with it.

use actix_http::StatusCode;

use super::filled::{Typed, Wrong};
use crate::accounts::OwnedIds;
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::WRONG_INPUT;
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::create::{self, CreateView, PREVIEW_FIELD};
use crate::http::ui::form::Errors;
use crate::http::web::{Form, Reply};
use crate::keys::Terms;
use crate::registry::{KeyType, Product, Route};

/// The form of a key that is made or changed.
pub(super) struct KeyForm<'s> {
    scene: &'s Scene<'s>,
    pub(super) product: &'s Product,
    pub(super) key_type: &'s KeyType,
    /// The id of the key that is changed.
    changed: Option<&'s str>,
}

impl<'s> KeyForm<'s> {
    /// # Errors
    /// `NotFound` for a product or type that is not there.
    pub(super) fn of(
        scene: &'s Scene<'s>,
        product: &str,
        key_type: &str,
        changed: Option<&'s str>,
    ) -> Result<Self> {
        let unknown = || Error::not_found("there is no such product, or no such type of key");
        let product = scene.in_force.registry.product(product).ok_or_else(unknown)?;
        let key_type = product.key_type(key_type).ok_or_else(unknown)?;
        Ok(Self { scene, product, key_type, changed })
    }

    /// The form with what was typed and what is wrong with it.
    pub(super) fn page(&self, typed: &Typed, wrong: &Wrong) -> Result<Reply> {
        let grant = typed.grant(self.product, self.key_type);
        let open = self.product.routes.iter().filter(|route| route.needs.is_met_by(&grant));
        let routes: Vec<&Route> = open.collect();
        let errors: Vec<(&str, String)> =
            wrong.iter().map(|(field, said)| (field.as_str(), said.clone())).collect();
        let view = CreateView {
            workspace: self.scene.place(),
            form_token: self.scene.form_token()?,
            product: self.product,
            key_type: self.key_type,
            changed: self.changed,
            is_operator: self.scene.is_operator()?,
            owned: &self.to_choose_from(typed),
            filled: &typed.filled(),
            errors: Errors(&errors),
            routes: &routes,
        };
        let title = if self.changed.is_some() { "Edit key" } else { "Create key" };
        Ok(self.scene.page(title, create::page(&view)))
    }

    /// What was typed, and what is to be done by it; else the form once more, since something is wrong
    /// or they only want to see what it would mean.
    pub(super) fn read(&self, sent: &Form) -> Result<Result<(Typed, Terms), Reply>> {
        let typed = Typed::read(sent, self.product)?;
        if !sent.one(PREVIEW_FIELD)?.is_empty() {
            return Ok(Err(self.page(&typed, &Wrong::new())?));
        }
        Ok(match typed.terms(self.scene, (self.product, self.key_type)) {
            Ok(terms) => Ok((typed, terms)),
            Err(wrong) => Err(self.page(&typed, &wrong)?.status(WRONG_INPUT)),
        })
    }

    /// The form again, with why the key was not made or changed as it says.
    pub(super) fn refused(&self, typed: &Typed, error: Error) -> Result<Reply> {
        let status = match error.kind() {
            ErrorKind::Invalid => WRONG_INPUT,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            _ => return Err(error),
        };
        let wrong = vec![(String::new(), error.message().to_owned())];
        Ok(self.page(typed, &wrong)?.status(status))
    }

    /// The ids that the workspace owns; those that are ticked already too.
    fn to_choose_from(&self, typed: &Typed) -> OwnedIds {
        let mut ids = self.scene.workspace.resources.clone();
        for (resource, id) in &typed.restrictions {
            ids.entry(resource.clone()).or_default().insert(id.clone());
        }
        ids
    }

    /// What another key has and this person may not give is not ticked for the next one.
    pub(super) fn leave_out_what_is_not_theirs(&self, typed: &mut Typed) -> Result<()> {
        let scopes = &self.product.scopes;
        typed.scopes.retain(|name| scopes.get(name).is_some());
        if self.scene.is_operator()? {
            return Ok(());
        }
        typed.scopes.retain(|name| scopes.get(name).is_some_and(|scope| !scope.is_admin));
        let owned = &self.scene.workspace.resources;
        let is_owned = |name: &str, id: &str| owned.get(name).is_some_and(|ids| ids.contains(id));
        typed.restrictions.retain(|(name, id)| is_owned(name, id));
        Ok(())
    }
}
