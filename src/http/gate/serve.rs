//! Which endpoint answers.

use std::net::SocketAddr;

use actix_http::StatusCode;

use super::endpoint::Endpoint;
use super::gate::Gate;
use super::head::Head;
use super::reply::Reply;
use super::{health, resource_metadata, verify};

/// Answers one request of a peer.
pub(super) async fn serve(
    gate: &Gate,
    peer: Option<SocketAddr>,
    head: &Head<'_>,
    reply: &mut Reply,
) {
    if !gate.peers.allow(peer) {
        return turn_away(gate, peer, reply);
    }
    match Endpoint::of(&head.target) {
        Some(Endpoint::Verify { dialect, product, rest }) => {
            verify::verify(gate, head, dialect, (product, rest), reply).await;
        }
        Some(Endpoint::ResourceMetadata { product, path }) => {
            resource_metadata::describe(gate, head, (product, path), reply);
        }
        Some(Endpoint::Health) => health::alive(reply, gate.clock.now()),
        Some(Endpoint::Ready) => health::ready(reply, &gate.files.load(), gate.clock.now()),
        None => bare(gate, StatusCode::NOT_FOUND, reply),
    }
}

fn turn_away(gate: &Gate, peer: Option<SocketAddr>, reply: &mut Reply) {
    let address = peer.map(|peer| peer.ip().to_string()).unwrap_or_default();
    if gate.warned.may_say(&address, gate.clock.now()) {
        tracing::warn!(peer = %address, "turned away: not among `[gate] peers`");
    }
    bare(gate, StatusCode::FORBIDDEN, reply);
}

fn bare(gate: &Gate, status: StatusCode, reply: &mut Reply) {
    reply.begin(status, gate.clock.now());
    reply.end("");
}
