//! `/console/account`: one's own password, sessions and look.

use maud::{Markup, html};

use super::apps::{App, apps};
use crate::clock::Timestamp;
use crate::http::ui::ask::{Ask, ask};
use crate::http::ui::field::{Choice, Field, Legend, Tick, Tickable, boxes};
use crate::http::ui::form::{Button, Confirm, Errors, confirm, post};
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Theme;
use crate::http::ui::parts::{Head, Tone, badge, card, note, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::time;

/// The page's title.
pub const TITLE: &str = "Your account";

/// What somebody sees of themselves.
#[derive(Clone, Copy)]
pub struct AccountView<'a> {
    /// Their address.
    pub email: &'a str,
    /// Their session's form token.
    pub form_token: &'a str,
    /// The look that they chose.
    pub theme: Theme,
    /// Where they are signed in, the present session first.
    pub sessions: &'a [Session<'a>],
    /// What they let apps do.
    pub apps: &'a [App<'a>],
    /// What was wrong with a new password.
    pub errors: Errors<'a>,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// The present instant.
    pub now: Timestamp,
}

/// One place where somebody is signed in.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// What the form that ends it sends; never what the cookie holds.
    pub id: &'a str,
    /// The browser, in its own words.
    pub device: &'a str,
    /// The address that it was last seen at.
    pub address: &'a str,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// The page's body.
#[must_use]
pub fn page(view: &AccountView<'_>) -> Markup {
    let head = Head { crumbs: &[], title: TITLE, about: html! { (view.email) }, actions: html! {} };
    html! {
        (head)
        @if let Some(done) = view.done { (note(Tone::Good, done, &"")) }
        (view.errors)
        (sessions(view))
        @if !view.apps.is_empty() {
            @let look = (view.form_token, view.now);
            (titled("Apps that act for you", &"", &apps(view.apps, "/console/account/apps/end", look)))
        }
        div.pair {
            (card("Change password", &password(view)))
            (card("Look", &look(view)))
        }
    }
}

fn password(view: &AccountView<'_>) -> Markup {
    let help = "12 to 128 characters. All other sessions end.";
    let errors = view.errors;
    let fields = html! {
        (Field::password("current", "Current password").error(errors.of("current")))
        (Field::new_password("new", "New password").help(help).error(errors.of("new")))
        div.actions { (Button::plain("Change password")) }
    };
    post("/console/account/password", view.form_token, &fields)
}

fn look(view: &AccountView<'_>) -> Markup {
    let label = |theme| match theme {
        Theme::System => "As this machine says",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    let choice = |theme: Theme| Tickable {
        choice: Choice { value: theme.name(), label: label(theme), help: "" },
        is_ticked: theme == view.theme,
        badges: html! {},
    };
    let legend = Legend { label: "Theme", ..Legend::default() };
    let fields = html! {
        (boxes("theme", &legend, Tick::One, &Theme::ALL.map(choice)))
        div.actions { (Button::plain("Save theme")) }
    };
    post("/console/account/theme", view.form_token, &fields)
}

fn sessions(view: &AccountView<'_>) -> Markup {
    let columns = ["Browser", "Address", "Signed in", "Last seen", "Action"].map(Column::words);
    let rows = html! { @for session in view.sessions { (row(view, session)) } };
    let content = html! {
        (table(&Table { caption: "Sessions", columns: &columns, rows }))
        footer.stack {
            @if view.sessions.len() > 1 { (end_all(view, "others")) }
            (end_all(view, "all"))
        }
    };
    titled("Sessions", &"", &content)
}

/// Ends all `others`, or `all` of them.
fn end_all(view: &AccountView<'_>, which: &str) -> Markup {
    let (label, consequence) = match which {
        "others" => ("End all other sessions", "Every browser but this one has to sign in again."),
        _ => ("End all sessions, this one too", "You sign in again, here and everywhere else."),
    };
    let confirmed = Confirm {
        id: which,
        label,
        icon: Icon::SignOut,
        consequence,
        action: &format!("/console/account/sessions/end-{which}"),
        form_token: view.form_token,
        typed: None,
        error: None,
        is_dangerous: false,
    };
    confirm(&confirmed, &"")
}

fn row(view: &AccountView<'_>, session: &Session<'_>) -> Markup {
    let end = Ask {
        label: "End session",
        subject: session.device,
        consequence: "That browser has to sign in again.",
        action: "/console/account/sessions/end",
        form_token: view.form_token,
    };
    let which = html! { input type="hidden" name="session" value=(session.id); };
    html! {
        tr {
            th scope="row" { (session.device) }
            td { code { (session.address) } }
            td.tight { (time(session.created_at, view.now)) }
            td.tight { (time(session.seen_at, view.now)) }
            td {
                @if session.is_own { (badge(Tone::Accent, "This one")) }
                @else { (ask(&end, &which)) }
            }
        }
    }
}
