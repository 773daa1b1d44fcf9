//! One question of a proxy: headers in, the verdict, headers out.

use std::sync::Arc;

use super::gate::Gate;
use super::head::Head;
use super::reply::Reply;
use super::serve::Served;
use super::worker::Worker;
use super::{answer, count};
use crate::id;
use crate::principals::{Found, Presented};
use crate::verify::{
    Asked, Counting, Dialect, Headers, Lookup, Refusal, Stop, Undecided, Verifier,
};

/// How often a request looks its key up: again where the limiter gave a bucket back meanwhile.
const LOOK_UPS_EACH: u32 = 3;

/// Answers a question, whose endpoint names a dialect, maybe a product, and in Envoy's the target, by
/// what is in memory, and under one snapshot of the registry.
pub(super) fn verify(
    worker: &Worker,
    head: &Head<'_>,
    (dialect, product, rest): (Dialect, Option<&str>, &str),
    lookup: Lookup,
    reply: &mut Reply,
) -> Served {
    let own = (head.method, rest.as_bytes());
    let asked = &Asked::new((dialect, product), own, Headers::over(&head.lines));
    let gate = &*worker.gate;
    let now = gate.clock.now();
    let mut seen = worker.seen.borrow_mut();
    let (registry, plans) = seen.now();
    let verifier = Verifier {
        registry,
        principals: &gate.principals,
        limiter: &gate.limiter,
        plans,
        counting: Counting::Counted,
    };
    let fresh;
    let request_id = if let Some(id) = asked.request_id() {
        id
    } else {
        fresh = id::request_id();
        &fresh
    };
    let verdict = verifier.verify(asked, lookup, now, &mut ());
    count::verdict(gate, registry, asked, &verdict, now);
    match verdict {
        Ok(pass) => answer::pass(reply, &pass, (request_id, now)),
        Err(Stop::Refused { refusal, product, .. }) => {
            report(gate, &refusal);
            let product = product.map(Arc::as_ref);
            answer::refusal(reply, (&refusal, product), asked, (request_id, now));
        }
        Err(Stop::Cold(presented)) => return Served::Cold(presented),
    }
    Served::Answered
}

/// Reads a principal off this thread, the `number`th time for one request.
pub(super) async fn look_up(
    gate: &Gate,
    presented: Presented,
    number: u32,
) -> Result<Found, String> {
    if number > LOOK_UPS_EACH {
        return Err("it was overtaken again and again".to_owned());
    }
    gate.look_ups.look_up(presented).await
}

/// Tells the one who can mend it what kept us from deciding; never the one who asked.
fn report(gate: &Gate, refusal: &Refusal) {
    let Refusal::Unavailable(undecided) = refusal else { return };
    let (reason, now) = (undecided.to_string(), gate.clock.now());
    match undecided {
        Undecided::UnknownProduct(_) | Undecided::UnknownHost(_) => {
            if gate.warned.may_say(&reason, now) {
                tracing::warn!(%reason, "a request is denied");
            }
        }
        Undecided::DamagedRow | Undecided::UnknownPlan | Undecided::LookUp(_) => {
            if gate.faults.may_say(&reason, now) {
                tracing::error!(%reason, "a request is denied");
            }
        }
    }
}
