//! One question of a proxy: headers in, the verdict, headers out.

use std::sync::Arc;

use actix_http::{HttpMessage as _, Request, Response};
use bytes::Bytes;
use smallvec::SmallVec;

use super::gate::Gate;
use super::{answer, count};
use crate::id;
use crate::secret::SecretDigest;
use crate::verify::{
    Asked, Counting, Dialect, HeaderLine, Headers, Lookup, Refusal, Stop, Undecided, Verifier,
};

/// Most requests bring fewer lines; more of them cost an allocation.
const HEADER_LINES_USUAL: usize = 32;

/// How often a request looks its key up: again where the limiter gave a bucket back meanwhile.
const LOOK_UPS_EACH: usize = 3;

/// Answers a question whose endpoint names `product` and is followed by `rest`.
pub(super) async fn verify(
    gate: &Gate,
    request: &Request,
    dialect: Dialect,
    (product, rest): (Option<&str>, &str),
) -> Response<Bytes> {
    let lines: SmallVec<[HeaderLine<'_>; HEADER_LINES_USUAL]> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let asked = Asked {
        dialect,
        product,
        method: request.method().as_str(),
        target: rest.as_bytes(),
        headers: Headers::over(&lines),
    };
    let mut lookup = Lookup::Warm;
    for _ in 0..LOOK_UPS_EACH {
        match judge(gate, &asked, lookup) {
            Verdict::Answer(response) => return response,
            Verdict::Cold(digest) => lookup = Lookup::Done(look_up(gate, digest).await),
        }
    }
    match judge(gate, &asked, Lookup::Done(Err("it was overtaken again and again".to_owned()))) {
        Verdict::Answer(response) => response,
        Verdict::Cold(_) => unreachable!("nothing is looked up for a look-up that failed"),
    }
}

enum Verdict {
    Answer(Response<Bytes>),
    Cold(SecretDigest),
}

/// Judges by what is in memory, under one snapshot of the registry.
fn judge(gate: &Gate, asked: &Asked<'_>, lookup: Lookup) -> Verdict {
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
    let now = gate.clock.now();
    let verdict = verifier.verify(asked, lookup, now, &mut ());
    count::verdict(gate, &registry, asked, &verdict, now);
    match verdict {
        Ok(pass) => Verdict::Answer(answer::pass(&pass, request_id)),
        Err(Stop::Refused { refusal, product, .. }) => {
            report(gate, &refusal);
            let product = product.map(Arc::as_ref);
            Verdict::Answer(answer::refusal(&refusal, product, asked.dialect, request_id))
        }
        Err(Stop::Cold(digest)) => Verdict::Cold(digest),
    }
}

/// Reads a principal off this thread; only so many of these wait at a time.
async fn look_up(gate: &Gate, digest: SecretDigest) -> Result<crate::principals::Found, String> {
    let Ok(_permit) = gate.look_ups.try_acquire() else {
        return Err("too many look-ups are waiting".to_owned());
    };
    let principals = Arc::clone(&gate.principals);
    let read = actix_rt::task::spawn_blocking(move || principals.load(&digest)).await;
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
