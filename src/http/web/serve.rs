//! Requests off the wire, answers onto it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::header::{self, HeaderName, HeaderValue};
use actix_http::{Method, Request, Response, StatusCode};
use bytes::Bytes;

use super::answer::answer;
use super::arrival::Arrival;
use super::body::{self, FORM_WITHIN, Unread};
use super::call::Call;
use super::door;
use super::form::Form;
use super::public_url::PublicUrl;
use super::reply::Reply;
use super::route::{Route, Verb};
use crate::app::App;
use crate::http::oauth::{self, Endpoint};
use crate::http::once::OnceAMinute;
use crate::http::peers::Peers;
use crate::id;

/// What the listener for people answers with.
pub struct Web {
    app: Arc<App>,
    public: PublicUrl,
    routes: &'static [Route],
    form_within: Duration,
    endpoints: &'static [Endpoint],
    /// The proxies in front, besides those on this machine.
    proxies: Peers,
    /// Warnings about strangers: anybody can cause them.
    warned: OnceAMinute,
}

impl Web {
    /// The pages in `routes` and the endpoints for programs, reached at `public`.
    #[must_use]
    pub fn new(
        app: Arc<App>,
        public: PublicUrl,
        (routes, endpoints): (&'static [Route], &'static [Endpoint]),
    ) -> Self {
        let (proxies, warned) = (Peers::default(), OnceAMinute::default());
        Self { app, public, routes, endpoints, form_within: FORM_WITHIN, proxies, warned }
    }

    /// The same behind proxies of other machines too.
    #[must_use]
    pub fn behind(self, proxies: Peers) -> Self {
        Self { proxies, ..self }
    }

    /// The same, with another time for a form to arrive in.
    #[must_use]
    pub fn form_within(self, form_within: Duration) -> Self {
        Self { form_within, ..self }
    }
}

/// Answers one request: a browser's with a page, a program's with what its endpoint says. Each on the heap:
/// a connection moves what it waits for, and the larger of them is kilobytes.
pub async fn serve(web: &Arc<Web>, request: Request) -> Response<Bytes> {
    let path = request.path().to_owned();
    let Some(Arrival { address, is_plain }) = Arrival::of(&request, &web.proxies) else {
        return turned_away(web, &request);
    };
    if is_plain && web.public.is_https() {
        return sent_to_tls(web, &request);
    }
    match oauth::find(web.endpoints, &path) {
        Some(found) => {
            Box::pin(oauth::serve((&web.app, &web.public), found, address, request)).await
        }
        None => Box::pin(serve_page(web, request, address)).await,
    }
}

/// The answer to whoever asks past every proxy.
fn turned_away(web: &Web, request: &Request) -> Response<Bytes> {
    let address = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    if web.warned.may_say(&address, web.app.clock.now()) {
        tracing::warn!(peer = %address, "turned away: not among `[web] peers`");
    }
    bare(StatusCode::FORBIDDEN, "This is not the way in.\n", &id::request_id())
}

/// The answer to whoever came to the proxy without TLS: they are sent to where it is, unless they have
/// sent something already, which should not be sent again as it was.
fn sent_to_tls(web: &Web, request: &Request) -> Response<Bytes> {
    let (id, target) = (id::request_id(), request.uri().path_and_query());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return bare(StatusCode::FORBIDDEN, "Come by https.\n", &id);
    }
    let target = target.map_or("/", |target| target.as_str());
    let there = format!("{}{target}", web.public.as_str());
    Reply::see_other(&there).into_response(&web.public, &id)
}

async fn serve_page(web: &Arc<Web>, mut request: Request, address: IpAddr) -> Response<Bytes> {
    let request_id = id::request_id();
    let mut call = Call::read(&request, address);
    if call.verb == Some(Verb::Post) && door::judge(&call, &web.public).is_ok() {
        read_form(&mut call, &mut request, web.form_within).await;
    }
    let (served, id) = (Arc::clone(web), request_id.clone());
    let made = actix_rt::task::spawn_blocking(move || {
        answer((&served.app, &served.public), served.routes, &call, &id)
    });
    match made.await {
        Ok(reply) => reply.into_response(&web.public, &request_id),
        Err(_) => broken(&request_id),
    }
}

/// Reads the form, unless it is none, too long, or too slow.
async fn read_form(call: &mut Call, request: &mut Request, within: Duration) {
    let media_type = call.content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        call.unread = Some(Unread::NoForm);
        return;
    }
    match body::read(request.take_payload(), within).await {
        Ok(body) => match Form::read(&body) {
            Ok(form) => call.form = form,
            Err(_) => call.unread = Some(Unread::TooLong),
        },
        Err(unread) => call.unread = Some(unread),
    }
}

/// The answer where a page was not made at all: it needs nothing that could fail again. The panic
/// itself is on standard error, with its place.
fn broken(request_id: &str) -> Response<Bytes> {
    tracing::error!(request_id, "a page failed by a fault of ours");
    let text = format!("Something went wrong here. Tell the operator this number: {request_id}\n");
    bare(StatusCode::INTERNAL_SERVER_ERROR, text, request_id)
}

/// An answer in one line.
fn bare(status: StatusCode, text: impl Into<Bytes>, request_id: &str) -> Response<Bytes> {
    let mut response = Response::with_body(status, text.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}
