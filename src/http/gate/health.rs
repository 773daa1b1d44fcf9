//! `/healthz`: the process is alive. `/readyz`: it can decide, and what is wrong with its files.

use actix_http::header::{self, HeaderValue};
use actix_http::{Response, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::registry::FileState;

/// Alive, whatever the files and the database say.
pub(super) fn alive() -> Response<Bytes> {
    reply(StatusCode::OK, &json!({ "status": "ok" }))
}

/// Ready while every product has a good version; the body tells the problems of their files.
pub(super) fn ready(files: &[FileState]) -> Response<Bytes> {
    let is_ready = files.iter().all(|file| file.has_good_version);
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let products: Vec<Value> = files
        .iter()
        .map(|file| {
            let state = match (file.has_good_version, file.is_stale) {
                (true, false) => "good",
                (true, true) => "last good version",
                (false, _) => "no good version",
            };
            json!({ "product": file.product, "state": state, "problems": file.problems })
        })
        .collect();
    let word = if is_ready { "ready" } else { "not ready" };
    reply(status, &json!({ "status": word, "products": products }))
}

fn reply(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::with_body(status, Bytes::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
