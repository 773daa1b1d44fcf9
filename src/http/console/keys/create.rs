//! Making a key: which product and type, then what it may do, then its secret, once.

use super::filled::{Typed, Wrong, sent};
use super::form::KeyForm;
use super::shown::shown_once;
use crate::error::Result;
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::choose::{self, ChooseView};
use crate::http::web::{Reply, Visit};

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
    let (typed, terms) = match form.read(sent)? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    match scene.keys()?.create(&visit.actor()?, &terms) {
        Ok(minted) => Ok(shown_once(&scene, &minted, None)),
        Err(error) => form.refused(&typed, error),
    }
}
