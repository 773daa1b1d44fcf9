//! Somebody's own account: their password, their sessions, their colours.

use actix_http::header;
use maud::{Markup, html};

use super::{PASSWORD_HELP, WRONG_INPUT, field};
use crate::accounts::people::Password;
use crate::accounts::sessions::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::http::ui::field::Field;
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Theme;
use crate::http::ui::parts::{Head, Tone, badge, card, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::time;
use crate::http::web::{Holder, Reply, Visit, cookie};
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
    let body = html! {
        (Head {
            crumbs: &[],
            title: "Your account",
            about: html! { (holder.user.email) },
            actions: field::form(visit, "/sign-out", &Button::plain("Sign out")),
        })
        (field::problem(said))
        (card("Password", &password(visit)))
        (titled(
            "Sessions",
            &field::form(visit, "/account/sessions/end", &Button::quiet("End all others").small()),
            &sessions_table(visit, holder, &sessions),
        ))
        (card("Look", &look(visit)))
    };
    Ok(visit.page("Your account", body))
}

fn password(visit: &Visit<'_>) -> Markup {
    let fields = html! {
        (Field::password("current", "Current password"))
        (Field::new_password("chosen", "New password").help(PASSWORD_HELP))
        p { "All your other sessions end." }
        (Button::primary("Change password"))
    };
    field::form(visit, "/account/password", &fields)
}

fn sessions_table(visit: &Visit<'_>, holder: &Holder, sessions: &[Session]) -> Markup {
    let columns = ["Browser", "Address", "Last seen", "End it"].map(Column::words);
    let rows = html! {
        @for session in sessions {
            tr {
                td { (session.device) }
                td { code { (session.address) } }
                td { (time(session.seen_at, visit.now)) }
                td {
                    @if session.id == holder.session.id { (badge(Tone::Good, "This one")) }
                    @else { (end_button(visit, session)) }
                }
            }
        }
    };
    table(&Table { caption: "Your sessions", columns: &columns, rows })
}

fn end_button(visit: &Visit<'_>, session: &Session) -> Markup {
    let action = format!("/account/sessions/{}/end", session.id);
    field::form(visit, &action, &Button::quiet("End session").small())
}

fn look(visit: &Visit<'_>) -> Markup {
    let (here, chosen) = (visit.path(), visit.theme());
    let choices = html! {
        input type="hidden" name="next" value=(here);
        div.row {
            @for (theme, label) in Theme::ALL.into_iter().zip(["As the system", "Light", "Dark"]) {
                @let button = Button::plain(label).value("theme", theme.name()).small();
                (if theme == chosen { button.icon(Icon::Check) } else { button })
            }
        }
    };
    field::form(visit, "/theme", &choices)
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
