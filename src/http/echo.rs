//! The demonstration's back end: it answers with what it received, and knows no keys.

use std::convert::Infallible;
use std::future::ready;
use std::net::TcpListener;

use actix_http::header::{self, HeaderValue};
use actix_http::{HttpMessage as _, HttpService, Request, Response, StatusCode};
use actix_server::Server;
use actix_service::fn_service;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

/// Serves the back end on `listener`; to be called within an actix runtime.
///
/// # Errors
/// `CannotStart` when the worker cannot be started.
pub fn serve(listener: TcpListener) -> Result<Server> {
    let service = || {
        HttpService::build()
            .h1(fn_service(|request: Request| ready(Ok::<_, Infallible>(answer(&request)))))
            .tcp()
    };
    let bound = Server::build().disable_signals().workers(1).listen("echo", listener, service);
    bound
        .map(actix_server::ServerBuilder::run)
        .map_err(|error| Error::cannot_start("cannot serve the demo's back end").because(error))
}

fn answer(request: &Request) -> Response<Bytes> {
    let mut headers = Map::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.insert(name.as_str().to_owned(), Value::String(value));
    }
    let target = request.uri().to_string();
    let received = json!({
        "back_end_received": {
            "method": request.method().as_str(), "target": target, "headers": headers,
        }
    });
    let mut response = Response::with_body(StatusCode::OK, Bytes::from(format!("{received:#}\n")));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
