//! Requests off the wire, answers onto it.

use std::sync::Arc;
use std::time::Duration;

use actix_http::header::{self, HeaderName, HeaderValue};
use actix_http::{Request, Response, StatusCode};
use bytes::Bytes;

use super::answer::answer;
use super::body::{self, FORM_WITHIN, Unread};
use super::call::{Call, address_of};
use super::door;
use super::form::Form;
use super::public_url::PublicUrl;
use super::route::{Route, Verb};
use crate::app::App;
use crate::http::oauth::{self, Endpoint};
use crate::id;

/// What the listener for people answers with.
pub struct Web {
    app: Arc<App>,
    public: PublicUrl,
    routes: &'static [Route],
    form_within: Duration,
    endpoints: &'static [Endpoint],
}

impl Web {
    /// The pages in `routes` and the endpoints for programs, reached at `public`.
    #[must_use]
    pub fn new(
        app: Arc<App>,
        public: PublicUrl,
        (routes, endpoints): (&'static [Route], &'static [Endpoint]),
    ) -> Self {
        Self { app, public, routes, endpoints, form_within: FORM_WITHIN }
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
    match oauth::find(web.endpoints, &path) {
        Some(found) => {
            let address = address_of(&request);
            let served = oauth::serve((&web.app, &web.public), found, address, request);
            Box::pin(served).await
        }
        None => Box::pin(serve_page(web, request)).await,
    }
}

async fn serve_page(web: &Arc<Web>, mut request: Request) -> Response<Bytes> {
    let request_id = id::request_id();
    let mut call = Call::read(&request);
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
    let mut response = Response::with_body(StatusCode::INTERNAL_SERVER_ERROR, Bytes::from(text));
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
