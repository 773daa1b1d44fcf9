//! `/console/people`

use super::Listed;
use crate::accounts::people::Sought;
use crate::error::Result;
use crate::http::console::paging::{self, Paging, ROWS};
use crate::http::console::views::people::list::{self as view, PeopleView, Person};
use crate::http::ui::address::Address;
use crate::http::web::{Reply, Visit};

/// Everybody whose address holds what is asked for.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let asked = visit.query("q").unwrap_or_default();
    let sought = Sought { words: asked.trim(), ..Sought::default() };
    let address = Address { path: "/console/people", fields: vec![("q", &asked)] };
    let paging = Paging::of(&address, paging::number(visit), visit.people().count(&sought)?);
    let found = visit.people().search(&sought, (paging.skipped(), ROWS))?;
    let presence = visit.sessions().presence(visit.now)?;
    let listed = found.into_iter().map(|user| {
        let presence = presence.get(&user.id);
        Listed::new(user, presence)
    });
    let listed: Vec<Listed> = listed.collect();
    let workspaces: Vec<_> = listed.iter().map(Listed::workspaces).collect();
    let people: Vec<Person<'_>> =
        listed.iter().zip(&workspaces).map(|(listed, own)| listed.view(own)).collect();
    let view =
        PeopleView { address: &address, people: &people, pager: paging.pager(), now: visit.now };
    Ok(visit.page(view::TITLE, view::page(&view)))
}
