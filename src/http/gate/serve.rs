//! Which endpoint answers.

use actix_http::{Request, Response, StatusCode};
use bytes::Bytes;

use super::endpoint::Endpoint;
use super::gate::Gate;
use super::{health, verify};

/// Answers one request of a peer.
pub async fn serve(gate: &Gate, request: Request) -> Response<Bytes> {
    if !gate.peers.allow(request.peer_addr()) {
        return turn_away(gate, &request);
    }
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    match Endpoint::of(target) {
        Some(Endpoint::Verify { dialect, product, rest }) => {
            verify::verify(gate, &request, dialect, (product, rest)).await
        }
        Some(Endpoint::Health) => health::alive(),
        Some(Endpoint::Ready) => health::ready(&gate.files.load()),
        None => Response::with_body(StatusCode::NOT_FOUND, Bytes::new()),
    }
}

fn turn_away(gate: &Gate, request: &Request) -> Response<Bytes> {
    let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    if gate.warned.may_say(&peer, gate.clock.now()) {
        tracing::warn!(%peer, "turned away: not among `[gate] peers`");
    }
    Response::with_body(StatusCode::FORBIDDEN, Bytes::new())
}
