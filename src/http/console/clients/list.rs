//! The clients.

use super::Desk;
use crate::error::Result;
use crate::http::console::paging::{self, Paging, ROWS};
use crate::http::console::views::clients::list::{ListView, Row, TITLE, page as page_of};
use crate::http::ui::address::Address;
use crate::http::web::{Reply, Visit};

/// All of them, or a workspace's own.
///
/// # Errors
/// `NotFound` for an unknown workspace; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let desk = Desk::of(visit)?;
    let clients = desk.clients();
    let total = clients.count(desk.slug())?;
    let address = Address { path: &desk.base, fields: Vec::new() };
    let paging = Paging::of(&address, paging::number(visit), total);
    let listed = clients.list(desk.slug(), paging.skipped(), ROWS)?;
    let hrefs: Vec<String> = listed.iter().map(|client| desk.href(&client.id)).collect();
    let rows: Vec<Row<'_>> =
        listed.iter().zip(&hrefs).map(|(client, href)| Row { client, href }).collect();
    let view = ListView {
        base: &desk.base,
        workspace: desk.slug(),
        rows: &rows,
        pager: paging.pager(),
        now: visit.now,
    };
    Ok(desk.page(TITLE, page_of(&view)))
}
