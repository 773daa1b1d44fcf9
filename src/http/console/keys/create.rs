//! Making a key: which product and type, then what it may do, then its secret, once.

use actix_http::StatusCode;

use super::filled::{Typed, Wrong, sent};
use super::shown::shown_once;
use crate::accounts::OwnedIds;
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::WRONG_INPUT;
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::choose::{self, ChooseView};
use crate::http::console::views::keys::create::{self, CreateView, PREVIEW_FIELD};
use crate::http::ui::form::Errors;
use crate::http::web::{Reply, Visit};
use crate::registry::{KeyType, Product, Route};

/// The products and types to choose from; the form, once they are chosen.
///
/// # Errors
/// `NotFound` for a product, type or key that is not there; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let asked = |name| visit.query(name).unwrap_or_default();
    let (like, product, key_type) = (asked("like"), asked("product"), asked("type"));
    if !like.is_empty() {
        let key = scene.key(&like)?;
        let mut typed = Typed::of_key(&scene, &key)?;
        let form = KeyForm::of(&scene, &key.product, &key.key_type, None)?;
        form.leave_out_what_is_not_theirs(&mut typed)?;
        return form.page(&typed, &Wrong::new());
    }
    if product.is_empty() {
        let products: Vec<_> = scene.in_force.registry.products().cloned().collect();
        let view = ChooseView { workspace: scene.place(), products: &products };
        return Ok(scene.page(choose::TITLE, choose::page(&view)));
    }
    let form = KeyForm::of(&scene, &product, &key_type, None)?;
    form.page(&Typed::nothing(&scene)?, &Wrong::new())
}

/// Makes the key, and answers with its secret: nothing is kept from which it could be shown again,
/// and each time the form is sent it makes a key of its own.
///
/// # Errors
/// `NotFound` for a product or type that is not there; as the store's.
pub fn create(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let sent = sent(visit, &scene.in_force.registry)?;
    let form = KeyForm::of(&scene, sent.one("product")?, sent.one("type")?, None)?;
    let typed = Typed::read(sent, form.product)?;
    if !sent.one(PREVIEW_FIELD)?.is_empty() {
        return form.page(&typed, &Wrong::new());
    }
    let terms = match typed.terms(&scene, (form.product, form.key_type)) {
        Ok(terms) => terms,
        Err(wrong) => return Ok(form.page(&typed, &wrong)?.status(WRONG_INPUT)),
    };
    match scene.keys()?.create(&visit.actor()?, &terms) {
        Ok(minted) => Ok(shown_once(&scene, &minted, None)),
        Err(error) => form.refused(&typed, error),
    }
}

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
    fn leave_out_what_is_not_theirs(&self, typed: &mut Typed) -> Result<()> {
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
