//! What is done to a key: rotate it, end its old secret, revoke it, undo that.

use super::detail::shown;
use super::shown::shown_once;
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::http::console::WRONG_INPUT;
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::detail::RefusedAct;
use crate::http::console::wrong::Wrong;
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

/// The key's page again, with why an act was not done and what was typed for it.
fn refused(scene: &Scene<'_>, key: Key, (act, typed): (&str, &str), error: Error) -> Result<Reply> {
    let wrong = Wrong::of("", error)?;
    let said = wrong.errors().of("").unwrap_or_default();
    let act = RefusedAct { act, said, is_mistyped: false, typed };
    Ok(shown(scene, key, Some(act))?.status(wrong.status))
}

/// Gives the key a second secret, and answers with it.
///
/// # Errors
/// `Conflict` while an older secret lives, and for a key that is not active; `NotFound`, `Invalid`.
pub fn rotate(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    // Nothing at all is written without a unit in the form, as on the command line.
    let typed = visit.form(&["overlap"])?.one("overlap")?;
    let overlap = match typed {
        "0" => Ok(Span::ZERO),
        typed => {
            typed.parse().map_err(|error: crate::clock::NotASpan| Error::invalid(error.to_string()))
        }
    };
    let (keys, actor) = (scene.keys()?, visit.actor()?);
    match overlap.and_then(|overlap| keys.rotate(&actor, key.id, overlap, visit.now)) {
        Ok(it) => Ok(shown_once(&scene, &it.minted, Some(it.previous_expires_at))),
        Err(error) => refused(&scene, key, ("rotate", typed), error),
    }
}

/// Ends the old secret now.
///
/// # Errors
/// `Conflict` where there is none; `NotFound`.
pub fn finish(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    visit.form(&[])?;
    match scene.keys()?.finish_rotation(&visit.actor()?, key.id) {
        Ok(_) => Ok(done(&scene, &key, "finished")),
        Err(error) => refused(&scene, key, ("finish", ""), error),
    }
}

/// Revokes the key, where its name was typed to confirm it.
///
/// # Errors
/// `NotFound`; as the store's.
pub fn revoke(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    let fields = visit.form(&[Confirm::FIELD, "reason"])?;
    let reason = fields.one("reason")?;
    if fields.one(Confirm::FIELD)?.trim() != key.name {
        let said = "That is not the key's name";
        let act = RefusedAct { act: "revoke", said, is_mistyped: true, typed: reason };
        return Ok(shown(&scene, key, Some(act))?.status(WRONG_INPUT));
    }
    match scene.keys()?.revoke(&visit.actor()?, key.id, Some(reason)) {
        Ok(_) => Ok(done(&scene, &key, "revoked")),
        Err(error) => refused(&scene, key, ("revoke", reason), error),
    }
}

/// Undoes a revocation, while the product allows it.
///
/// # Errors
/// `Conflict` where it does not, or the plan has no room; `NotFound`.
pub fn restore(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let key = key(&scene)?;
    visit.form(&[])?;
    match scene.keys()?.restore(&visit.actor()?, key.id, None, visit.now) {
        Ok(_) => Ok(done(&scene, &key, "restored")),
        Err(error) => refused(&scene, key, ("restore", ""), error),
    }
}
