//! Accepting an invitation, by its link.

use actix_http::header;
use maud::html;

use super::{PASSWORD_HELP, WRONG_INPUT, field};
use crate::accounts::invitations::{Invitation, Invitations, Offer};
use crate::accounts::people::Password;
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

/// What is offered, with the form to accept it.
///
/// # Errors
/// `NotFound` for a link that is not good.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (invitation, is_there) = invitations(visit).show(&link(visit)?, visit.now)?;
    Ok(shown(visit, &invitation, is_there, None))
}

fn shown(visit: &Visit<'_>, invitation: &Invitation, is_there: bool, said: Option<&str>) -> Reply {
    let (offer, email) = (&invitation.offer, invitation.email.as_str());
    let is_theirs = visit.holder().is_ok_and(|holder| holder.user.email == invitation.email);
    let body = html! {
        h1 { "Invitation" }
        @match offer {
            Offer::Operator => p { (email) " is invited to run this instance." }
            Offer::Member { workspace, role } => {
                p { (email) " is invited to the workspace " (workspace) ", as its " (role) "." }
            }
        }
        (field::problem(said))
        @if is_there && !is_theirs {
            p { "Sign in as " (email) ", then open this link again." }
            (Button::plain("Sign in").to("/console/sign-in"))
        } @else {
            (field::form(visit, visit.path(), &html! {
                @if !is_there {
                    (Field::new_password("password", "Choose a password").help(PASSWORD_HELP))
                }
                (Button::primary("Accept invitation"))
            }))
        }
    };
    visit.page("Invitation", body)
}

/// Accepts it, and signs in whoever it was for.
///
/// # Errors
/// `NotFound` for a link that is not good, or is somebody else's; `TooMany`.
pub fn accept(visit: &Visit<'_>) -> Result<Reply> {
    let (link, invitations) = (link(visit)?, invitations(visit));
    let fields = visit.form(&["password"])?;
    let (invitation, is_there) = invitations.show(&link, visit.now)?;
    let accepted = if is_there {
        invitations.accept(&visit.actor()?, &link, visit.holder()?.user.id)
    } else {
        let actor = visit.holder_of_link();
        Password::chosen(fields.one("password")?)
            .and_then(|password| invitations.accept_anew(&actor, &link, &password, visit.now))
    };
    match accepted {
        Ok(user) => {
            let opened = visit.sessions().open(user.id, &visit.visitor())?;
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other("/console").with(header::SET_COOKIE, cookie))
        }
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Ok(shown(visit, &invitation, is_there, Some(error.message())).status(WRONG_INPUT))
        }
        Err(error) => Err(error),
    }
}
