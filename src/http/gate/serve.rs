//! Which endpoint answers.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_http::StatusCode;

use super::endpoint::Endpoint;
use super::gate::Gate;
use super::head::{After, Head};
use super::reply::Reply;
use super::worker::Worker;
use super::{answer, health, resource_metadata, verify};
use crate::principals::Presented;
use crate::verify::Lookup;

/// What became of a request.
pub(super) enum Served {
    /// Its answer is written.
    Answered,
    /// What it presents must be looked up first; then it is to be served again.
    Cold(Presented),
}

/// Answers one request of a peer. One that ends in a panic is answered as a fault of ours, and ends
/// no other.
pub(super) fn contained(
    worker: &Worker,
    peer: Option<SocketAddr>,
    head: &Head<'_>,
    lookup: Lookup,
    reply: &mut Reply,
) -> Served {
    let served = || serve(worker, peer, head, lookup, reply);
    catch_unwind(AssertUnwindSafe(served)).unwrap_or_else(|_| {
        reply.after = After::Close;
        answer::fault(reply, worker.gate.clock.now());
        Served::Answered
    })
}

fn serve(
    worker: &Worker,
    peer: Option<SocketAddr>,
    head: &Head<'_>,
    lookup: Lookup,
    reply: &mut Reply,
) -> Served {
    let gate = &*worker.gate;
    if !gate.peers.allow(peer) {
        turn_away(gate, peer, reply);
        return Served::Answered;
    }
    match Endpoint::of(&head.target) {
        Some(Endpoint::Verify { dialect, product, rest }) => {
            return verify::verify(worker, head, (dialect, product, rest), lookup, reply);
        }
        Some(Endpoint::ResourceMetadata { product, path }) => {
            resource_metadata::describe(gate, head, (product, path), reply);
        }
        Some(Endpoint::Health) => health::alive(reply, gate.clock.now()),
        Some(Endpoint::Ready) => health::ready(reply, &gate.files.load(), gate.clock.now()),
        None => bare(gate, StatusCode::NOT_FOUND, reply),
    }
    Served::Answered
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
    reply.end();
}
