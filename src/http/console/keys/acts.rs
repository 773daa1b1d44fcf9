//! What is done to a key: rotate it, end its old secret, revoke it, undo that.

use super::detail::shown;
use super::shown::shown_once;
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::http::console::WRONG_INPUT;
use crate::http::console::scene::Scene;
use crate::http::ui::form::Confirm;
use crate::http::web::{Reply, Visit};
use crate::keys::Key;

/// The key that the path names, of its own workspace.
fn key(scene: &Scene<'_>) -> Result<Key> {
    scene.key(scene.visit.param("key"))
}

/// On to the key's own page, which says what was done.
fn done(scene: &Scene<'_>, key: &Key, what: &str) -> Reply {
    let slug = &scene.workspace.slug;
    Reply::see_other(&format!("/console/workspaces/{slug}/keys/{}?done={what}", key.id))
}

/// Gives the key a second secret, and answers with it.
///
/// # Errors
/// `Conflict` while an older secret lives, and for a key that is not active; `NotFound`, `Invalid`.
pub fn rotate(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    // Nothing at all is written without a unit in the form, as on the command line.
    let overlap = match visit.form(&["overlap"])?.one("overlap")? {
        "0" => Span::ZERO,
        typed => typed
            .parse()
            .map_err(|error: crate::clock::NotASpan| Error::invalid(error.to_string()))?,
    };
    let rotated = scene.keys()?.rotate(&visit.actor()?, key.id, overlap, visit.now)?;
    Ok(shown_once(&scene, &rotated.minted, Some(rotated.previous_expires_at)))
}

/// Ends the old secret now.
///
/// # Errors
/// `Conflict` where there is none; `NotFound`.
pub fn finish(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    visit.form(&[])?;
    scene.keys()?.finish_rotation(&visit.actor()?, key.id)?;
    Ok(done(&scene, &key, "finished"))
}

/// Revokes the key, where its name was typed to confirm it.
///
/// # Errors
/// `NotFound`; as the store's.
pub fn revoke(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    let fields = visit.form(&[Confirm::FIELD, "reason"])?;
    if fields.one(Confirm::FIELD)?.trim() != key.name {
        let said = ("revoke", "That is not the key's name");
        return Ok(shown(&scene, key, Some(said))?.status(WRONG_INPUT));
    }
    let reason = Some(fields.one("reason")?);
    scene.keys()?.revoke(&visit.actor()?, key.id, reason)?;
    Ok(done(&scene, &key, "revoked"))
}

/// Undoes a revocation, while the product allows it.
///
/// # Errors
/// `Conflict` where it does not, or the plan has no room; `NotFound`.
pub fn restore(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    visit.form(&[])?;
    scene.keys()?.restore(&visit.actor()?, key.id, None, visit.now)?;
    Ok(done(&scene, &key, "restored"))
}
