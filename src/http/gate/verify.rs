//! One question of a proxy: headers in, the verdict, headers out.

use std::sync::Arc;

use super::gate::Gate;
use super::head::Head;
use super::reply::Reply;
use super::{answer, count};
use crate::id;
use crate::principals::Presented;
use crate::verify::{
    Asked, Counting, Dialect, Headers, Lookup, Refusal, Stop, Undecided, Verifier,
};

/// How often a request looks its key up: again where the limiter gave a bucket back meanwhile.
const LOOK_UPS_EACH: usize = 3;

/// Answers a question whose endpoint names `product` and is followed by `rest`.
pub(super) async fn verify(
    gate: &Gate,
    head: &Head<'_>,
    dialect: Dialect,
    (product, rest): (Option<&str>, &str),
    reply: &mut Reply,
) {
    let asked = Asked {
        dialect,
        product,
        method: head.method,
        target: rest.as_bytes(),
        headers: Headers::over(&head.lines),
    };
    let Verdict::Cold(mut digest) = judge(gate, &asked, Lookup::Warm, reply) else { return };
    let began = gate.clock.now();
    for _ in 0..LOOK_UPS_EACH {
        let lookup = Lookup::Done(look_up(gate, digest).await);
        match judge(gate, &asked, lookup, reply) {
            Verdict::Answered => return gate.ledger.slowest.note(began, gate.clock.now()),
            Verdict::Cold(again) => digest = again,
        }
    }
    let overtaken = Lookup::Done(Err("it was overtaken again and again".to_owned()));
    match judge(gate, &asked, overtaken, reply) {
        Verdict::Answered => {}
        Verdict::Cold(_) => unreachable!("nothing is looked up for a look-up that failed"),
    }
}

enum Verdict {
    Answered,
    Cold(Presented),
}

/// Judges by what is in memory, under one snapshot of the registry.
fn judge(gate: &Gate, asked: &Asked<'_>, lookup: Lookup, reply: &mut Reply) -> Verdict {
    let now = gate.clock.now();
    let registry = gate.registry.load();
    let verifier = Verifier {
        registry: &registry,
        principals: &gate.principals,
        limiter: &gate.limiter,
        plans: &gate.limiter.plans(),
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
    count::verdict(gate, &registry, asked, &verdict, now);
    match verdict {
        Ok(pass) => answer::pass(reply, &pass, (request_id, now)),
        Err(Stop::Refused { refusal, product, .. }) => {
            report(gate, &refusal);
            let product = product.map(Arc::as_ref);
            answer::refusal(reply, (&refusal, product), asked, (request_id, now));
        }
        Err(Stop::Cold(presented)) => return Verdict::Cold(presented),
    }
    Verdict::Answered
}

/// Reads a principal off this thread; only so many of these wait at a time.
async fn look_up(gate: &Gate, presented: Presented) -> Result<crate::principals::Found, String> {
    let Ok(_permit) = gate.look_ups.try_acquire() else {
        return Err("too many look-ups are waiting".to_owned());
    };
    let principals = Arc::clone(&gate.principals);
    let read = actix_rt::task::spawn_blocking(move || principals.load(&presented)).await;
    match read {
        Ok(found) => found.map_err(|fault| fault.to_string()),
        Err(_) => Err("the look-up failed by a fault of ours".to_owned()),
    }
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
