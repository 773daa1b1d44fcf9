//! One client.

use super::{CLIENT, Desk};
use crate::error::Result;
use crate::http::console::apps::Apps;
use crate::http::console::paging::PAGE;
use crate::http::console::scene::called;
use crate::http::console::views::clients::detail::{DetailView, Edited, page as page_of};
use crate::http::ui::address::Address;
use crate::http::ui::form::Errors;
use crate::http::web::{Reply, Visit};
use crate::oauth::clients::Client;
use crate::oauth::grants::Of;

/// What has just been done, by its name in the address.
const CHANGED: &str = "changed";

/// The client's page.
///
/// # Errors
/// `NotFound` for one that is not theirs; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let desk = Desk::of(visit)?;
    let client = desk.client(&visit.query(CLIENT).unwrap_or_default())?;
    shown(&desk, &client, None, Errors::default())
}

/// The same, with what was typed into its form and what is wrong with it.
pub(super) fn shown(
    desk: &Desk<'_>,
    client: &Client,
    edited: Option<Edited<'_>>,
    errors: Errors<'_>,
) -> Result<Reply> {
    let visit = desk.visit;
    let of = Of {
        client: Some(client.id.clone()),
        workspace: desk.slug().map(str::to_owned),
        holder: None,
    };
    let (path, number) = (desk.page_of_one(), visit.query(PAGE).unwrap_or_default());
    let fields = vec![(CLIENT, client.id.as_str()), (PAGE, &number)];
    let address = Address { path: &path, fields };
    let apps = Apps::of(visit, &of, (&address, PAGE))?;
    let (uris, scopes) = (client.redirect_uris.join("\n"), client.scopes.join("\n"));
    let as_it_is = Edited { name: &client.name, redirect_uris: &uris, scopes: &scopes };
    let product = client
        .product
        .as_deref()
        .map(|id| desk.in_force.registry.product(id).map_or(id, |product| product.name.as_str()));
    let rows = apps.rows();
    let view = DetailView {
        base: &desk.base,
        client,
        product,
        made_by: &called(visit, &client.created_by)?,
        secrets: &desk.clients().secrets(&client.id)?,
        apps: apps.part(&rows),
        form_token: desk.form_token()?,
        edited: edited.unwrap_or(as_it_is),
        errors,
        is_changed: visit.query("done").as_deref() == Some(CHANGED),
        now: visit.now,
    };
    Ok(desk.page(&client.name, page_of(&view)))
}

/// On to the client's page, which says that it was changed.
pub(super) fn changed(desk: &Desk<'_>, client: &Client) -> Reply {
    Reply::see_other(&format!("{}&done={CHANGED}", desk.href(&client.id)))
}
