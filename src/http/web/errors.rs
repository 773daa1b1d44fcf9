//! The pages that tell what went wrong, in the same look as all others.

use actix_http::{StatusCode, header};
use maud::html;

use super::reply::Reply;
use super::visit::Visit;
use crate::error::{Error, ErrorKind};
use crate::http::ui::form::Button;

/// Seconds after which somebody may try again where nothing else is known.
const RETRY_SECONDS: u64 = 5;

/// What went wrong, as a browser is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The request makes no sense.
    Invalid,
    /// The form was made for a session that is over.
    Expired,
    /// It comes from another site, or the role does not reach.
    Forbidden,
    /// There is no such page, or none that they may know of.
    NotFound,
    /// There is such a page, for another method.
    Method,
    /// The form did not arrive in time.
    CutOff,
    /// As things stand now, it cannot be done.
    Conflict,
    /// The form is longer than any of ours.
    TooLong,
    /// Another host's page was asked for.
    OtherHost,
    /// Too often, or too many at a time.
    TooMany,
    /// Our own fault.
    Fault,
    /// It may work later.
    Unavailable,
}

impl Trouble {
    pub(super) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Invalid => Self::Invalid,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::TooMany => Self::TooMany,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::CannotStart | ErrorKind::Internal => Self::Fault,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Invalid | Self::Expired => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::CutOff => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Invalid => "This request makes no sense",
            Self::Expired => "This form has expired",
            Self::Forbidden => "This is not allowed",
            Self::NotFound => "There is no such page",
            Self::Method => "This page is not for that",
            Self::CutOff => "The form did not arrive in time",
            Self::Conflict => "This cannot be done now",
            Self::TooLong => "The form is too long",
            Self::OtherHost => "This address is not ours",
            Self::TooMany => "Too many tries",
            Self::Fault => "Something went wrong here",
            Self::Unavailable => "This does not work just now",
        }
    }

    /// What to do next, where the error itself does not say, or says more than somebody may know.
    fn advice(self, said: &str) -> &str {
        match self {
            Self::Invalid | Self::Conflict | Self::TooMany | Self::Unavailable => said,
            Self::Expired => "Go back, reload the page, and send the form again.",
            Self::Forbidden if !said.is_empty() => said,
            Self::Forbidden => "Send the form from this instance's own page.",
            Self::NotFound => "The address may be mistyped, or the page is not yours to see.",
            Self::Method => "Go back, and use the page's own links and buttons.",
            Self::CutOff => "Go back, and send it again.",
            Self::TooLong => "Go back, and send less.",
            Self::OtherHost => "Use the address that this instance's operator gave you.",
            Self::Fault => "It is logged. Tell the operator the number below if it happens again.",
        }
    }
}

/// The page for a trouble; `said` is what the error itself says.
pub(super) fn page(visit: &Visit<'_>, trouble: Trouble, said: &str) -> Reply {
    let body = html! {
        h1 { (trouble.title()) }
        p { (trouble.advice(said)) }
        p { small { "Request " code { (visit.request_id) } } }
        (Button::plain("Go to the first page").to("/"))
    };
    let reply = visit.page(trouble.title(), body).status(trouble.status());
    match trouble {
        Trouble::Method => reply.with(header::ALLOW, "GET, HEAD, POST"),
        Trouble::TooMany | Trouble::Unavailable => {
            reply.with(header::RETRY_AFTER, RETRY_SECONDS.to_string())
        }
        _ => reply,
    }
}
