//! The first run: whoever holds the link that `keystile serve` printed becomes the operator.

use actix_http::header;
use maud::html;

use super::{PASSWORD_HELP, WRONG_INPUT, field};
use crate::accounts::people::{Email, Password};
use crate::accounts::setup::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::http::ui::code::code;
use crate::http::ui::field::Field;
use crate::http::ui::form::Button;
use crate::http::ui::parts::{Tone, note};
use crate::http::web::{Reply, Visit, cookie};
use crate::secret::Token;

fn setup<'a>(visit: &Visit<'a>) -> Setup<'a> {
    Setup { store: &visit.app.store, hasher: &visit.app.hasher }
}

/// The form, for whoever holds the link; others are told where to find it.
///
/// # Errors
/// `NotFound` where somebody is there already.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let setup = setup(visit);
    if !setup.is_needed()? {
        return Err(Error::not_found("this instance is set up"));
    }
    let token = visit.query("token").and_then(|token| Token::presented(&token));
    match token {
        Some(token) if setup.is_good(&token, visit.now)? => Ok(form(visit, &token, "", None)),
        given => Ok(without_link(visit, given.is_some())),
    }
}

fn without_link(visit: &Visit<'_>, has_ended: bool) -> Reply {
    let body = html! {
        h1 { "Set up Keystile" }
        @if has_ended {
            (note(Tone::Warning, "This setup link is not, or no longer, good", &html! {
                p { "It ends after 30 minutes, and when a new one is printed." }
            }))
        }
        p { "Open the link that " code { "keystile serve" } " printed when it started. Starting it again prints a new one." }
        p { "On the server, this does the same:" }
        (code("setup-command", "On the server", "keystile user add YOU@EXAMPLE.COM --operator"))
    };
    visit.page("Set up Keystile", body).status(actix_http::StatusCode::NOT_FOUND)
}

fn form(visit: &Visit<'_>, token: &Token, email: &str, said: Option<&str>) -> Reply {
    let body = html! {
        h1 { "Set up Keystile" }
        p { "You will run this instance: its products, plans, workspaces and people." }
        (field::problem(said))
        (field::form(visit, "/setup", &html! {
            (Field::email("email", "Your e-mail address").value(email))
            (Field::new_password("password", "Password").help(PASSWORD_HELP))
            input type="hidden" name="token" value=(token.expose());
            (Button::primary("Create operator"))
        }))
    };
    visit.page("Set up Keystile", body)
}

/// Makes the first operator, and signs them in.
///
/// # Errors
/// `NotFound` for a link that is not good, `TooMany`.
pub fn finish(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["email", "password", "token"])?;
    let token = Token::presented(fields.one("token")?)
        .ok_or_else(|| Error::not_found("this is no setup link"))?;
    let typed = fields.one("email")?;
    let chosen = typed
        .parse::<Email>()
        .map_err(|error| Error::invalid(error.to_string()))
        .and_then(|email| Ok((email, Password::chosen(fields.one("password")?)?)));
    let made = chosen
        .and_then(|(email, password)| setup(visit).finish(&token, &email, &password, visit.now));
    match made {
        Ok(user) => {
            let opened = visit.sessions().open(user.id, &visit.visitor())?;
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other("/").with(header::SET_COOKIE, cookie))
        }
        // Only whoever holds the link learns what is wrong with the form.
        Err(error)
            if error.kind() == ErrorKind::Invalid && setup(visit).is_good(&token, visit.now)? =>
        {
            Ok(form(visit, &token, typed, Some(error.message())).status(WRONG_INPUT))
        }
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Err(Error::not_found("this is no setup link"))
        }
        Err(error) => Err(error),
    }
}
