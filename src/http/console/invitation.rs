//! Accepting an invitation, by its link.

use actix_http::header;
use maud::html;

use super::sign_in::later;
use super::{WRONG_INPUT, field};
use crate::accounts::invitations::{Invitation, Invitations, Offer};
use crate::accounts::people::{Password, User};
use crate::accounts::sessions::SignIn;
use crate::audit::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::http::ui::field::Field;
use crate::http::ui::form::Button;
use crate::http::web::{Reply, Visit, cookie};
use crate::secret::Token;

fn invitations<'a>(visit: &Visit<'a>) -> Invitations<'a> {
    Invitations { store: &visit.app.store, hasher: &visit.app.hasher }
}

fn link(visit: &Visit<'_>) -> Result<Token> {
    let link = Token::presented(visit.param("link"));
    link.ok_or_else(|| Error::not_found("this is no invitation"))
}

/// What is said beside the password: whether there is an account is for its holder to know.
const HELP: &str = "The password of your account; if you have none yet, choose one. 12 characters or \
                    more: a few words make a good one.";

/// What somebody is told whose password is not the account's.
const WRONG: &str = "This is not the password of the account with this address.";

/// What is offered, with the form to accept it.
///
/// # Errors
/// `NotFound` for a link that is not good.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (invitation, _) = invitations(visit).show(&link(visit)?, visit.now)?;
    Ok(shown(visit, &invitation, None))
}

/// Whether whoever it is for has signed in with this browser.
fn is_theirs(visit: &Visit<'_>, invitation: &Invitation) -> bool {
    visit.holder().is_ok_and(|holder| holder.user.email == invitation.email)
}

fn shown(visit: &Visit<'_>, invitation: &Invitation, said: Option<&str>) -> Reply {
    let (offer, email) = (&invitation.offer, invitation.email.as_str());
    let body = html! {
        h1 { "Invitation" }
        @match offer {
            Offer::Operator => p { (email) " is invited to run this instance." }
            Offer::Member { workspace, role } => {
                p { (email) " is invited to the workspace " (workspace) ", as its " (role) "." }
            }
        }
        (field::problem(said))
        (field::form(visit, visit.path(), &html! {
            @if !is_theirs(visit, invitation) {
                (Field::password("password", "Password").help(HELP))
            }
            (Button::primary("Accept invitation"))
        }))
    };
    visit.page("Invitation", body)
}

/// What became of an invitation that somebody would accept.
enum Accepted {
    By(User),
    /// The password is not theirs.
    Wrong,
    /// It was not tried: the next one may be in so many seconds.
    Wait(u64),
}

/// Accepts it, and signs in whoever it was for.
///
/// # Errors
/// `NotFound` for a link that is not good; `TooMany`.
pub fn accept(visit: &Visit<'_>) -> Result<Reply> {
    let link = link(visit)?;
    let password = visit.form(&["password"])?.one("password")?;
    let (invitation, is_there) = invitations(visit).show(&link, visit.now)?;
    let refused = |said: &str| shown(visit, &invitation, Some(said));
    let accepted = if is_theirs(visit, &invitation) {
        invitations(visit).accept(&visit.actor()?, &link, visit.holder()?.user.id).map(Accepted::By)
    } else {
        // The same rule for both, so that what is said tells nobody whether there is an account.
        match Password::chosen(password) {
            Ok(password) => by_password(visit, &link, (&invitation, is_there), &password),
            Err(error) => Err(error),
        }
    };
    match accepted {
        Ok(Accepted::By(user)) => {
            let opened = visit.sessions().open(user.id, &visit.visitor())?;
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other("/console").with(header::SET_COOKIE, cookie))
        }
        Ok(Accepted::Wrong) => Ok(refused(WRONG).status(WRONG_INPUT)),
        Ok(Accepted::Wait(seconds)) => Ok(refused(&later(seconds)).too_many(seconds)),
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Ok(refused(error.message()).status(WRONG_INPUT))
        }
        Err(error) => Err(error),
    }
}

/// Accepts it by the password of the account, tried as at a sign-in; where there is none, by making it.
fn by_password(
    visit: &Visit<'_>,
    link: &Token,
    (invitation, is_there): (&Invitation, bool),
    password: &Password,
) -> Result<Accepted> {
    if !is_there {
        let actor = visit.holder_of_link();
        let made = invitations(visit).accept_anew(&actor, link, password, visit.now)?;
        return Ok(Accepted::By(made));
    }
    let (email, visitor) = (&invitation.email, visit.visitor());
    Ok(match visit.sessions().sign_in(email, password, &visitor, visit.now)? {
        SignIn::Wrong => Accepted::Wrong,
        SignIn::Wait(seconds) => Accepted::Wait(seconds),
        SignIn::In(opened) => {
            let id = opened.holder.id;
            let actor = Actor::User(id, visit.address());
            Accepted::By(invitations(visit).accept(&actor, link, id)?)
        }
    })
}
