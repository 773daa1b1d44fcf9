//! What a browser is told when something goes wrong.

use actix_http::{StatusCode, header};

use super::reply::Reply;
use super::visit::Visit;
use crate::error::{Error, ErrorKind};
use crate::http::console::views::error::{self, ErrorView, Trouble};

/// Seconds after which somebody may try again where nothing else is known.
const RETRY_SECONDS: u64 = 5;

/// The page for an error of an action. What it says is for whoever asked, unless it is about what
/// they may not know of, or is our own fault.
pub(super) fn of(visit: &Visit<'_>, error: &Error) -> Reply {
    let (trouble, said) = match error.kind() {
        ErrorKind::Invalid => (Trouble::BadRequest, error.message()),
        ErrorKind::NotFound => (Trouble::NotFound, ""),
        ErrorKind::Conflict => (Trouble::Conflict, error.message()),
        ErrorKind::TooMany => (Trouble::TooManyRequests, error.message()),
        ErrorKind::Unavailable => (Trouble::Unavailable, ""),
        ErrorKind::CannotStart | ErrorKind::Internal => (Trouble::Internal, ""),
    };
    page(visit, trouble, said)
}

/// The page for a trouble; `message` is what is known beyond it.
pub(super) fn page(visit: &Visit<'_>, trouble: Trouble, message: &str) -> Reply {
    // Whoever came by another name is not served by it: the way on leads to the right one.
    let there = format!("{}/console", visit.public.as_str());
    let onward = if trouble == Trouble::OtherHost { &there } else { "/console" };
    let view = ErrorView { trouble, message, request_id: visit.request_id, onward };
    let status = StatusCode::from_u16(trouble.status());
    let reply = visit
        .page(trouble.title(), error::page(&view))
        .status(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    match trouble {
        Trouble::MethodNotAllowed => reply.with(header::ALLOW, "GET, HEAD, POST"),
        Trouble::TooManyRequests | Trouble::Unavailable => {
            reply.with(header::RETRY_AFTER, RETRY_SECONDS.to_string())
        }
        _ => reply,
    }
}
