//! The first run: whoever holds the link that `keystile serve` printed becomes the operator.

use actix_http::{StatusCode, header};

use super::WRONG_INPUT;
use super::views::setup::{Form, SetupView, TITLE, page as page_of};
use crate::accounts::people::{Email, Password};
use crate::accounts::setup::Setup;
use crate::error::{Error, Result};
use crate::http::ui::form::Errors;
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
        Some(token) if setup.is_good(&token, visit.now)? => {
            Ok(form(visit, &token, "", Errors::default()))
        }
        _ => Ok(visit.page(TITLE, page_of(&SetupView::Closed)).status(StatusCode::NOT_FOUND)),
    }
}

fn form(visit: &Visit<'_>, token: &Token, email: &str, errors: Errors<'_>) -> Reply {
    let form = Form { token: token.expose(), email, errors };
    visit.page(TITLE, page_of(&SetupView::Open(form)))
}

/// Makes the first operator, and signs them in.
///
/// # Errors
/// `NotFound` for a link that is not good, `TooMany`.
pub fn finish(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["email", "password", "token"])?;
    let token = Token::presented(fields.one("token")?)
        .ok_or_else(|| Error::not_found("this is no setup link"))?;
    if !setup(visit).is_good(&token, visit.now)? {
        // Only whoever holds the link learns what is wrong with the form.
        return Err(Error::not_found("this is no setup link"));
    }
    let typed = fields.one("email")?;
    let wrong = |field, error: &dyn std::fmt::Display| {
        let errors = [(field, error.to_string())];
        Ok(form(visit, &token, typed, Errors(&errors)).status(WRONG_INPUT))
    };
    let email = match typed.parse::<Email>() {
        Ok(email) => email,
        Err(error) => return wrong("email", &error),
    };
    let password = match Password::chosen(fields.one("password")?) {
        Ok(password) => password,
        Err(error) => return wrong("password", &error),
    };
    let user =
        setup(visit).finish(&visit.holder_of_link(), &token, (&email, &password), visit.now)?;
    let opened = visit.sessions().open(user.id, &visit.visitor())?;
    let cookie = cookie::set_session(&opened.token, visit.public);
    Ok(Reply::see_other("/console").with(header::SET_COOKIE, cookie))
}
