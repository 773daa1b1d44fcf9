//! A program's request off the wire, its answer onto it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_http::header;
use actix_http::{HttpMessage as _, Method, Request, Response, StatusCode};
use bytes::Bytes;

use super::answer::Answer;
use super::endpoint::{Asked, Endpoint, Handler, Known, Sent};
use crate::accounts::setup::Setup;
use crate::app::App;
use crate::http::web::{FORM_WITHIN, PublicUrl, Unread, read_body};
use crate::id;
use crate::oauth::{Code, Error, Result};

/// The endpoint of a path, with the client that the path names.
pub(in crate::http) fn find<'p>(
    endpoints: &'static [Endpoint],
    path: &'p str,
) -> Option<(&'static Endpoint, &'p str)> {
    endpoints.iter().find_map(|it| Some((it, it.matched(path)?)))
}

/// Answers one request of a program.
pub(in crate::http) async fn serve(
    (app, public): (&Arc<App>, &PublicUrl),
    (endpoint, client): (&'static Endpoint, &str),
    address: IpAddr,
    mut request: Request,
) -> Response<Bytes> {
    let request_id = id::request_id();
    let is_open = endpoint.is_open;
    let answer = match admitted(public, endpoint, &request) {
        Err(answer) => answer,
        Ok(handler) => {
            let mut sent = Sent::read(&request, client);
            match read_body(request.take_payload(), FORM_WITHIN).await {
                Err(unread) => not_read(unread),
                Ok(body) => {
                    sent.body = body;
                    let known = known((app, public), endpoint, address, &sent);
                    let made = match known {
                        Some(Known::Now(answer)) => Ok(answer),
                        Some(Known::Later(answer)) => answer.await.unwrap_or_else(|_| broken()),
                        None => carried_out((app, public), handler, address, sent).await,
                    };
                    made.unwrap_or_else(|error| refused(&error, &request_id))
                }
            }
        }
    };
    answer.into_response(public, (&request_id, is_open))
}

/// What answers a request, if it is one for this endpoint.
fn admitted(public: &PublicUrl, endpoint: &Endpoint, request: &Request) -> Result<Handler, Answer> {
    let hosts = request.headers().get_all(header::HOST).map(|host| host.to_str().unwrap_or(""));
    let hosts: Vec<&str> = hosts.collect();
    if !matches!(hosts.as_slice(), [host] if public.is_host(host)) {
        let said = "this host is not ours: use the issuer's";
        return Err(Answer::refused(StatusCode::MISDIRECTED_REQUEST, said));
    }
    if *request.method() == Method::OPTIONS && endpoint.is_open {
        return Err(preflight(endpoint));
    }
    endpoint.handler(request.method()).ok_or_else(|| {
        Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "the endpoint takes another method")
            .with(header::ALLOW, endpoint.allowed())
    })
}

/// A browser asks whether a program of another site may call this. No cookie is read here, so that
/// any may.
fn preflight(endpoint: &Endpoint) -> Answer {
    Answer::done(StatusCode::NO_CONTENT)
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, endpoint.allowed())
        .with(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, MCP-Protocol-Version",
        )
        .with(header::ACCESS_CONTROL_MAX_AGE, "3600")
}

fn not_read(unread: Unread) -> Answer {
    let (status, said) = match unread {
        Unread::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"),
        Unread::CutOff => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        Unread::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is no form"),
    };
    Answer::refused(status, said)
}

/// What memory has to answer with.
fn known(
    server: (&Arc<App>, &PublicUrl),
    endpoint: &Endpoint,
    address: IpAddr,
    sent: &Sent,
) -> Option<Known> {
    endpoint.known.and_then(|known| known(&Asked::now(server, address, sent)))
}

async fn carried_out(
    (app, public): (&Arc<App>, &PublicUrl),
    handler: Handler,
    address: IpAddr,
    sent: Sent,
) -> Result<Answer> {
    let (app, public) = (Arc::clone(app), public.clone());
    let made = actix_rt::task::spawn_blocking(move || {
        let asked = Asked::now((&app, &public), address, &sent);
        hold_set_up(&app).and_then(|()| handler(&asked))
    });
    made.await.unwrap_or_else(|_| broken())
}

/// What is said of a panic: it itself is on standard error, with its place.
fn broken() -> Result<Answer> {
    Err(crate::error::Error::internal("an endpoint failed by a fault of ours").into())
}

fn refused(error: &Error, request_id: &str) -> Answer {
    if let Some(fault) = error.fault().filter(|_| error.code() == Code::ServerError) {
        tracing::error!(request_id, %fault, "an endpoint failed");
    }
    Answer::of(error)
}

/// Until there is anybody, there is the setup alone.
fn hold_set_up(app: &App) -> Result<()> {
    if app.known.is_set_up.load(Ordering::Relaxed) {
        return Ok(());
    }
    let setup = Setup { store: &app.store, hasher: &app.hasher };
    if setup.is_needed()? {
        return Err(Error::new(Code::TemporarilyUnavailable, "this instance is not set up yet"));
    }
    app.known.is_set_up.store(true, Ordering::Relaxed);
    Ok(())
}
