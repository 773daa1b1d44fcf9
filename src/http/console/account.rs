//! Somebody's own account: their password, their sessions, their colours.

use actix_http::header;
use maud::html;

use super::{WRONG_INPUT, field};
use crate::accounts::people::Password;
use crate::error::{Error, ErrorKind, Result};
use crate::http::web::{Reply, Visit, cookie};
use crate::id::SessionId;

/// The account.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, None)
}

fn shown(visit: &Visit<'_>, said: Option<&str>) -> Result<Reply> {
    let holder = visit.holder()?;
    let sessions = visit.sessions().list(holder.user.id, visit.now)?;
    let token = field::form_token(visit);
    let body = html! {
        p { (holder.user.email) }
        (field::problem(said))
        form method="post" action="/account/password" {
            (token)
            (field::password("current", "Current password", "current-password"))
            (field::password("chosen", "New password (12 characters or more)", "new-password"))
            button { "Change password" }
        }
        table {
            @for session in &sessions {
                tr {
                    td { (session.device) }
                    td { (session.address) }
                    td { (session.seen_at) }
                    td {
                        @if session.id == holder.session.id { "this one" } @else {
                            form method="post" action={ "/account/sessions/" (session.id) "/end" } {
                                (token)
                                button { "End session" }
                            }
                        }
                    }
                }
            }
        }
        form method="post" action="/account/sessions/end" { (token) button { "End all others" } }
        form method="post" action="/theme" {
            (token)
            input type="hidden" name="next" value="/account";
            @for theme in ["system", "light", "dark"] {
                button name="theme" value=(theme) { (theme) }
            }
        }
        form method="post" action="/sign-out" { (token) button { "Sign out" } }
    };
    Ok(visit.page("Account", body))
}

/// Changes the password. All sessions end; this browser gets a new one.
///
/// # Errors
/// `TooMany`.
pub fn change_password(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["current", "chosen"])?;
    let current = Password::typed(fields.one("current")?);
    let id = visit.holder()?.user.id;
    let changed = Password::chosen(fields.one("chosen")?)
        .and_then(|chosen| visit.people().change_own_password(id, &current, &chosen));
    match changed {
        Ok(()) => {
            let opened = visit.sessions().open(id, &visit.visitor())?;
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other("/account").with(header::SET_COOKIE, cookie))
        }
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Ok(shown(visit, Some(error.message()))?.status(WRONG_INPUT))
        }
        Err(error) => Err(error),
    }
}

/// Ends one of the sessions; this one too, if it is the one that is named.
///
/// # Errors
/// `NotFound` where it is not theirs.
pub fn end_session(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let named = visit.param("session").parse::<SessionId>();
    let session = named.map_err(|error| Error::not_found(error.to_string()))?;
    visit.sessions().end(visit.holder()?.user.id, session)?;
    Ok(Reply::see_other("/account"))
}

/// Ends all sessions but this one.
///
/// # Errors
/// As the store's.
pub fn end_others(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let holder = visit.holder()?;
    visit.sessions().end_all(holder.user.id, Some(holder.session.id))?;
    Ok(Reply::see_other("/account"))
}
