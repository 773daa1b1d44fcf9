//! Somebody's own account: their password, their sessions, their colours.

use actix_http::header;

use super::WRONG_INPUT;
use super::apps::Apps;
use super::device::device;
use super::sign_in::{later, signed_out};
use super::views::account::{self, AccountView, TITLE};
use crate::accounts::people::Password;
use crate::accounts::sessions::SignIn;
use crate::error::{Error, Result};
use crate::http::ui::form::Errors;
use crate::http::ui::layout::Theme;
use crate::http::web::{Reply, Visit, cookie};
use crate::id::SessionId;
use crate::oauth::grants::Of;

const NOT_YOURS: &str = "this is not your current password";

/// The account.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, Errors::default())
}

fn shown(visit: &Visit<'_>, errors: Errors<'_>) -> Result<Reply> {
    let holder = visit.holder()?;
    let mut listed = visit.sessions().list(holder.user.id, visit.now)?;
    // The present one first, then as they were last used.
    listed.sort_by_key(|session| session.id != holder.session.id);
    let ids: Vec<String> = listed.iter().map(|session| session.id.to_string()).collect();
    let devices: Vec<String> = listed.iter().map(|session| device(&session.device)).collect();
    let sessions: Vec<account::Session<'_>> = listed
        .iter()
        .zip(ids.iter().zip(&devices))
        .map(|(session, (id, device))| account::Session {
            id,
            device,
            address: &session.address,
            created_at: session.created_at,
            seen_at: session.seen_at,
            is_own: session.id == holder.session.id,
        })
        .collect();
    let own = Of { holder: Some(holder.user.id), ..Of::default() };
    let apps = Apps::of(visit, &own, 0)?;
    let view = AccountView {
        email: holder.user.email.as_str(),
        form_token: &holder.form_token,
        theme: visit.theme(),
        sessions: &sessions,
        apps: &apps.view(),
        errors,
        done: None,
        now: visit.now,
    };
    Ok(visit.page(TITLE, account::page(&view)))
}

/// Changes the password. All sessions end; this browser gets a new one.
///
/// # Errors
/// `TooMany`.
pub fn change_password(visit: &Visit<'_>) -> Result<Reply> {
    let fields = visit.form(&["current", "new"])?;
    let current = Password::typed(fields.one("current")?);
    let wrong = |field, said: &str| shown(visit, Errors(&[(field, said.to_owned())]));
    let chosen = match Password::chosen(fields.one("new")?) {
        Ok(chosen) => chosen,
        Err(error) => return Ok(wrong("new", error.message())?.status(WRONG_INPUT)),
    };
    let (id, visitor) = (visit.holder()?.user.id, visit.visitor());
    match visit.sessions().change_password(
        &visit.app.principals,
        id,
        (&current, &chosen),
        &visitor,
        visit.now,
    )? {
        SignIn::In(opened) => {
            let cookie = cookie::set_session(&opened.token, visit.public);
            Ok(Reply::see_other("/console/account").with(header::SET_COOKIE, cookie))
        }
        SignIn::Wrong => Ok(wrong("current", NOT_YOURS)?.status(WRONG_INPUT)),
        SignIn::Wait(seconds) => Ok(wrong("current", &later(seconds))?.too_many(seconds)),
    }
}

/// Ends one of the sessions; this one too, if it is the one that is named.
///
/// # Errors
/// `NotFound` where it is not theirs.
pub fn end_session(visit: &Visit<'_>) -> Result<Reply> {
    let named = visit.form(&["session"])?.one("session")?.parse::<SessionId>();
    let session = named.map_err(|error| Error::not_found(error.to_string()))?;
    visit.sessions().end(visit.holder()?.user.id, session, &visit.visitor())?;
    Ok(Reply::see_other("/console/account"))
}

/// Ends all sessions but this one.
///
/// # Errors
/// As the store's.
pub fn end_others(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    let holder = visit.holder()?;
    visit.sessions().end_all(holder.user.id, Some(holder.session.id), &visit.visitor())?;
    Ok(Reply::see_other("/console/account"))
}

/// Ends all sessions, this one too.
///
/// # Errors
/// As the store's.
pub fn end_all(visit: &Visit<'_>) -> Result<Reply> {
    visit.form(&[])?;
    visit.sessions().end_all(visit.holder()?.user.id, None, &visit.visitor())?;
    Ok(signed_out(visit))
}

/// Has this browser remember a theme.
///
/// # Errors
/// `Invalid` for a theme that there is not.
pub fn choose_theme(visit: &Visit<'_>) -> Result<Reply> {
    let theme = Theme::of_name(visit.form(&["theme"])?.one("theme")?)
        .ok_or_else(|| Error::invalid("a theme is system, light or dark"))?;
    let cookie = cookie::set_theme(theme, visit.public);
    Ok(Reply::see_other("/console/account").with(header::SET_COOKIE, cookie))
}
