//! Changing what a key is called and may do.

use super::filled::{Typed, Wrong, sent};
use super::form::KeyForm;
use crate::error::Result;
use crate::http::console::scene::Scene;
use crate::http::web::{Reply, Visit};
use crate::keys::{Changes, Terms};
use crate::registry::Access;

/// The form, as the key is now.
///
/// # Errors
/// `NotFound` for a key that is not this workspace's, or whose product or type is gone.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = scene.key(visit.param("key"))?;
    let form = KeyForm::of(&scene, &key.product, &key.key_type, Some(&key))?;
    form.page(&Typed::of_key(&scene, &key)?, &Wrong::new())
}

/// Changes the key, from its next request on.
///
/// # Errors
/// As [`page`]; as the store's.
pub fn edit(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = scene.key(visit.param("key"))?;
    let sent = sent(visit, &scene.in_force.registry)?;
    let form = KeyForm::of(&scene, &key.product, &key.key_type, Some(&key))?;
    let (typed, terms) = match form.read(sent)? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    let former = Typed::of_key(&scene, &key)?;
    let changes = changes(terms, &typed, &former, form.key_type.access);
    match scene.keys()?.update(&visit.actor()?, key.id, &changes) {
        Ok(key) => {
            let slug = &scene.workspace.slug;
            Ok(Reply::see_other(&format!(
                "/console/workspaces/{slug}/keys/{}?done=changed",
                key.id
            )))
        }
        Err(error) => form.refused(&typed, error),
    }
}

/// Everything that the form says. An end or an owner that reads as before is left as it is: the one
/// may be over by now, and the other may have left.
fn changes(terms: Terms, typed: &Typed, former: &Typed, access: Access) -> Changes {
    Changes {
        name: Some(terms.name),
        scopes: (access == Access::Scoped).then_some(terms.scopes),
        restrictions: Some(terms.restrictions),
        expires: (typed.expires != former.expires).then_some(terms.expires),
        allow_ip: Some(terms.allow_ip),
        owner: terms.owner.filter(|_| typed.owner != former.owner),
        metadata: None,
    }
}
