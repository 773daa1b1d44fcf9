//! What is done to a client: change it, give it another secret, end it.

use super::create::shown_once;
use super::detail::{changed, shown};
use super::{CLIENT, Desk, words};
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::http::console::views::clients::detail::Edited;
use crate::http::console::wrong::Wrong;
use crate::http::ui::form::Confirm;
use crate::http::web::{Reply, Visit};
use crate::oauth::clients::Changes;

/// Changes what the client is called, where it has answers sent and what it asks for.
///
/// # Errors
/// `NotFound` for one that is not theirs.
pub fn edit(visit: &Visit<'_>) -> Result<Reply> {
    let desk = Desk::of(visit)?;
    let form = visit.form(&[CLIENT, "name", "redirect_uris", "scopes"])?;
    let client = desk.client(form.one(CLIENT)?)?;
    let edited = Edited {
        name: form.one("name")?.trim(),
        redirect_uris: form.one("redirect_uris")?,
        scopes: form.one("scopes")?,
    };
    let changes = Changes {
        name: Some(edited.name.to_owned()),
        redirect_uris: Some(words(edited.redirect_uris)),
        scopes: Some(words(edited.scopes)),
    };
    match desk.clients().update(&visit.actor()?, &client.id, changes) {
        Ok(client) => Ok(changed(&desk, &client)),
        Err(error) => {
            let wrong = Wrong::of("", error)?;
            Ok(shown(&desk, &client, Some(edited), wrong.errors())?.status(wrong.status))
        }
    }
}

/// Gives the client another secret, and answers with it.
///
/// # Errors
/// `NotFound`; `Conflict` for one that has none; `Invalid`.
pub fn rotate(visit: &Visit<'_>) -> Result<Reply> {
    let desk = Desk::of(visit)?;
    let form = visit.form(&[CLIENT, "overlap"])?;
    let client = desk.client(form.one(CLIENT)?)?;
    let overlap = match form.one("overlap")? {
        "0" => Span::ZERO,
        typed => typed
            .parse()
            .map_err(|error: crate::clock::NotASpan| Error::invalid(error.to_string()))?,
    };
    let minted = desk.clients().rotate(&visit.actor()?, &client.id, overlap)?;
    Ok(shown_once(&desk, &minted))
}

/// Ends the client with all that it holds, where its name was typed to confirm it.
///
/// # Errors
/// `NotFound`.
pub fn revoke(visit: &Visit<'_>) -> Result<Reply> {
    let desk = Desk::of(visit)?;
    let form = visit.form(&[CLIENT, Confirm::FIELD])?;
    let client = desk.client(form.one(CLIENT)?)?;
    if form.one(Confirm::FIELD)?.trim() != client.name.trim() {
        let wrong = Wrong::input(Confirm::FIELD, "That is not its name");
        return Ok(shown(&desk, &client, None, wrong.errors())?.status(wrong.status));
    }
    desk.clients().remove(&visit.actor()?, &client.id)?;
    Ok(Reply::see_other(&desk.base))
}
