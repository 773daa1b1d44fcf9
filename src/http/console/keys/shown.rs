//! The one answer that holds a secret.

use super::example::Call;
use crate::clock::Timestamp;
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::created::{CreatedView, page, title};
use crate::http::web::Reply;
use crate::keys::Minted;

/// The page with a key's new secret; after a rotation with when the former one ends.
pub(super) fn shown_once(
    scene: &Scene<'_>,
    minted: &Minted,
    previous_ends_at: Option<Timestamp>,
) -> Reply {
    let product = scene.in_force.registry.product(&minted.key.product);
    let call = product.and_then(|product| Call::of(product, &minted.key));
    let view = CreatedView {
        workspace: scene.place(),
        key: &minted.key,
        secret: minted.secret.expose(),
        example: call.as_ref().map(Call::example),
        previous_ends_at,
        now: scene.visit.now,
    };
    scene.page(title(&view), page(&view))
}
