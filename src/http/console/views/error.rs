//! Pages for what cannot be shown.

use maud::{Markup, html};

use crate::http::ui::form::Button;
use crate::http::ui::parts::Head;

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// What was asked is none of the page's requests.
    BadRequest,
    /// A form older than its session.
    FormExpired,
    /// Not for this person.
    Forbidden,
    /// Nothing there, or nothing that this person may see.
    NotFound,
    /// The address takes another method.
    MethodNotAllowed,
    /// What was sent did not arrive in time, or whole.
    CutOff,
    /// Not as things stand now.
    Conflict,
    /// More than a form holds.
    TooLarge,
    /// Asked for by a name that is not this instance's.
    OtherHost,
    /// Too often.
    TooManyRequests,
    /// Our own fault.
    Internal,
    /// It may work later.
    Unavailable,
}

/// What somebody sees instead of a page.
#[derive(Clone, Copy, Debug)]
pub struct ErrorView<'a> {
    /// Why.
    pub trouble: Trouble,
    /// What is known beyond that, in a sentence; may be empty.
    pub message: &'a str,
    /// The request's id, which the log has too.
    pub request_id: &'a str,
    /// Where somebody goes on from here.
    pub onward: &'a str,
}

impl Trouble {
    /// The answer's status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest | Self::FormExpired => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::CutOff => 408,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::OtherHost => 421,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The page's title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "That request cannot be read",
            Self::FormExpired => "This form has expired",
            Self::Forbidden => "That is not yours to do",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "That cannot be done here",
            Self::CutOff => "The form did not arrive in time",
            Self::Conflict => "That cannot be done now",
            Self::TooLarge => "That is more than a form holds",
            Self::OtherHost => "This address is not ours",
            Self::TooManyRequests => "Too many tries",
            Self::Internal => "Something went wrong here",
            Self::Unavailable => "That does not work just now",
        }
    }

    /// What to do about it.
    const fn mend(self) -> &'static str {
        match self {
            Self::BadRequest | Self::MethodNotAllowed => {
                "Go back, load the page again and try once more."
            }
            Self::FormExpired => {
                "You signed in or out since the page was loaded. Nothing was changed: go back, load \
                 it again and send the form once more."
            }
            Self::Forbidden => "Ask an owner of the workspace, or whoever runs this instance.",
            Self::NotFound => {
                "The address is wrong, the thing is gone, or it belongs to a workspace that you are \
                 not a member of."
            }
            Self::TooLarge => "Nothing was changed. Shorten what you wrote and send it again.",
            Self::CutOff | Self::Conflict => "Nothing was changed. Go back, and try once more.",
            Self::OtherHost => "Use the address that whoever runs this instance gave you.",
            Self::TooManyRequests | Self::Unavailable => {
                "Nothing was changed. Wait a moment, then try again."
            }
            Self::Internal => {
                "It is not your fault, and nothing was half done. If it happens again, tell whoever \
                 runs this instance the request id below: the log has the reason under it."
            }
        }
    }
}

/// The page's body.
#[must_use]
pub fn page(view: &ErrorView<'_>) -> Markup {
    let trouble = view.trouble;
    let about = html! { (trouble.status()) };
    html! {
        (Head { crumbs: &[], title: trouble.title(), about, actions: html! {} })
        div.stack {
            @if !view.message.is_empty() { p { strong { (view.message) } } }
            p { (trouble.mend()) }
            p.muted { "Request id " code { (view.request_id) } }
            div.actions { (Button::plain("Go to the first page").to(view.onward)) }
        }
    }
}
