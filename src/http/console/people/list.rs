//! `/console/people`

use super::Listed;
use crate::error::Result;
use crate::http::console::paging::{self, Paging};
use crate::http::console::views::people::list::{self as view, PeopleView, Person};
use crate::http::ui::address::Address;
use crate::http::web::{Reply, Visit};

/// Everybody whose address holds what is asked for.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let asked = visit.query("q").unwrap_or_default();
    let wanted = asked.trim().to_lowercase();
    let mut found = visit.people().list()?;
    found.retain(|user| user.email.as_str().to_lowercase().contains(&wanted));
    let address = Address { path: "/console/people", fields: vec![("q", &asked)] };
    let paging = Paging::of(&address, paging::number(visit), found.len());
    let presence = visit.sessions().presence(visit.now)?;
    let listed = paging.rows(&found).iter().cloned();
    let listed: Vec<Listed> =
        listed.map(|user| Listed::new(user.clone(), presence.get(&user.id))).collect();
    let workspaces: Vec<_> = listed.iter().map(Listed::workspaces).collect();
    let people: Vec<Person<'_>> =
        listed.iter().zip(&workspaces).map(|(listed, own)| listed.view(own)).collect();
    let view =
        PeopleView { address: &address, people: &people, pager: paging.pager(), now: visit.now };
    Ok(visit.page(view::TITLE, view::page(&view)))
}
