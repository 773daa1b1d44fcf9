//! `/console/people/ID`

use super::Listed;
use crate::accounts::people::{Account, Origin, User};
use crate::error::{Error, Result};
use crate::http::console::scene::called;
use crate::http::console::views::people::detail::{self as view, DetailView};
use crate::http::console::wrong::Wrong;
use crate::http::ui::form::{Confirm, Errors};
use crate::http::web::{Reply, Visit};
use crate::id::UserId;
use crate::keys::census::Census;

/// Somebody.
///
/// # Errors
/// `NotFound`.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, Errors::default())
}

fn shown(visit: &Visit<'_>, errors: Errors<'_>) -> Result<Reply> {
    let user = named(visit)?;
    let Account { user, origin } = visit.people().account(user)?;
    let census = Census { store: &visit.app.store, now: visit.now };
    let keys = census.owned(user.id, None)?;
    let presence = visit.sessions().presence(visit.now)?;
    let presence = presence.get(&user.id);
    let listed = Listed::new(user, presence);
    let workspaces = listed.workspaces();
    let view = DetailView {
        person: listed.view(&workspaces),
        origin: &told(visit, origin)?,
        keys: &keys,
        form_token: &visit.holder()?.form_token,
        errors,
        now: visit.now,
    };
    Ok(visit.page(listed.user.email.as_str(), view::page(&view)))
}

/// How an account came to be, in words.
fn told(visit: &Visit<'_>, origin: Option<Origin>) -> Result<String> {
    Ok(match origin {
        None => "The log does not tell".to_owned(),
        Some(Origin::Setup) => "By the setup link of the first start".to_owned(),
        Some(Origin::CommandLine { account }) => format!("By {account}, on the command line"),
        Some(Origin::Invitation { of: None }) => "By an invitation".to_owned(),
        Some(Origin::Invitation { of: Some(who) }) => {
            format!("By an invitation of {}", called(visit, &who)?)
        }
    })
}

/// Whoever the path names.
fn named(visit: &Visit<'_>) -> Result<User> {
    let id = visit.param("person").parse::<UserId>();
    visit.people().known(id.map_err(|error| Error::not_found(error.to_string()))?)
}

/// Has them run the instance, or no longer.
///
/// # Errors
/// `NotFound`; `Invalid` for a form that is not the page's.
pub fn set_operator(visit: &Visit<'_>) -> Result<Reply> {
    let is_operator = match visit.form(&["operator"])?.one("operator")? {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::invalid("`operator` is yes or no")),
    };
    let user = named(visit)?;
    match visit.people().set_operator(&visit.actor()?, user.id, is_operator) {
        Ok(()) => Ok(Reply::see_other(&format!("/console/people/{}", user.id))),
        Err(error) => refused(visit, &Wrong::of("", error)?),
    }
}

fn refused(visit: &Visit<'_>, wrong: &Wrong<'_>) -> Result<Reply> {
    Ok(shown(visit, wrong.errors())?.status(wrong.status))
}

/// Ends all of their sessions.
///
/// # Errors
/// `NotFound`.
pub fn end_sessions(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let user = named(visit)?;
    visit.people().end_sessions(&visit.actor()?, user.id)?;
    Ok(Reply::see_other(&format!("/console/people/{}", user.id)))
}

/// Removes them, once their address was typed.
///
/// # Errors
/// `NotFound`.
pub fn remove(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&[Confirm::FIELD])?;
    let user = named(visit)?;
    if form.one(Confirm::FIELD)?.trim() != user.email.as_str() {
        return refused(visit, &Wrong::input(Confirm::FIELD, "That is not their address"));
    }
    match visit.people().remove(&visit.actor()?, &user.email) {
        Ok(_) => Ok(Reply::see_other("/console/people")),
        Err(error) => refused(visit, &Wrong::of("", error)?),
    }
}
