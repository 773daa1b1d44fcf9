//! `/healthz`: the process is alive. `/readyz`: it can decide, and what is wrong with its files.

use actix_http::StatusCode;
use serde_json::{Value, json};

use super::reply::Reply;
use crate::clock::Timestamp;
use crate::source::Diagnostic;
use crate::upkeep::Files;

/// Alive, whatever the files and the database say.
pub(super) fn alive(reply: &mut Reply, now: Timestamp) {
    write(reply, (StatusCode::OK, now), &json!({ "status": "ok" }));
}

/// Ready while every product has a good version; the body tells the problems of the files. A folder
/// that cannot be listed, with nothing kept from earlier, is nothing to decide by.
pub(super) fn ready(reply: &mut Reply, files: &Files, now: Timestamp) {
    let Files { folder_problems, products: files, .. } = files;
    let is_lost = files.is_empty() && folder_problems.iter().any(Diagnostic::is_error);
    let is_ready = !is_lost && files.iter().all(|file| file.has_good_version);
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
    let mut body = json!({ "status": word, "products": products });
    if !folder_problems.is_empty() {
        body["problems"] = json!(folder_problems);
    }
    write(reply, (status, now), &body);
}

fn write(reply: &mut Reply, (status, now): (StatusCode, Timestamp), body: &Value) {
    reply.begin(status, now);
    reply.line("content-type", "application/json");
    reply.line("cache-control", "no-store");
    reply.json(body);
    reply.end();
}
