//! Signing in and out.

use actix_http::header;

use super::WRONG_INPUT;
use super::views::sign_in::{SignInView, TITLE, page as page_of};
use crate::accounts::people::{Email, Password};
use crate::accounts::sessions::SignIn;
use crate::error::Result;
use crate::http::web::{Reply, Visit, cookie, local_path};

/// What somebody is told, whatever of the two it was.
const WRONG: &str = "There is nobody with this address and password.";

/// The form; somebody who is signed in is sent on.
///
/// # Errors
/// None.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let next = visit.query("next").unwrap_or_default();
    if visit.holder().is_ok() {
        return Ok(Reply::see_other(local_path(&next)));
    }
    Ok(form(visit, "", &next, None))
}

fn form(visit: &Visit<'_>, email: &str, next: &str, refusal: Option<&str>) -> Reply {
    let next = local_path(next);
    visit.page(TITLE, page_of(&SignInView { email, refusal, news: None, next }))
}

/// Signs somebody in.
///
/// # Errors
/// `Invalid` for a form that is not ours, `TooMany`.
pub fn sign_in(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["email", "password", "next"])?;
    let (typed, next) = (fields.one("email")?, fields.one("next")?);
    let password = Password::typed(fields.one("password")?);
    let wrong = || form(visit, typed, next, Some(WRONG)).status(WRONG_INPUT);
    let Ok(email) = typed.parse::<Email>() else { return Ok(wrong()) };
    match visit.sessions().sign_in(&email, &password, &visit.visitor(), visit.now)? {
        SignIn::In(opened) => {
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other(local_path(next)).with(header::SET_COOKIE, cookie))
        }
        SignIn::Wrong => Ok(wrong()),
        SignIn::Wait(seconds) => {
            Ok(form(visit, typed, next, Some(&later(seconds))).too_many(seconds))
        }
    }
}

/// What somebody is told whose password was not tried.
pub(super) fn later(seconds: u64) -> String {
    format!("That was tried a moment ago. Try again in {seconds} s.")
}

/// Ends the session.
///
/// # Errors
/// As the store's.
pub fn sign_out(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let holder = visit.holder()?;
    visit.sessions().end(holder.user.id, holder.session.id, &visit.visitor())?;
    Ok(signed_out(visit))
}

/// On to the sign-in, with a browser that has forgotten its session.
pub(super) fn signed_out(visit: &Visit<'_>) -> Reply {
    let gone = cookie::unset_session(visit.public);
    Reply::see_other("/console/sign-in").with(header::SET_COOKIE, gone)
}
