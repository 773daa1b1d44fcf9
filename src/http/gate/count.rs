//! Counting verdicts: in memory, never waiting.

use super::gate::Gate;
use crate::clock::Timestamp;
use crate::registry::Registry;
use crate::verify::{Asked, Pass, Stop};

/// Counts a verdict for the key where one is known, else for the product. What is open to everybody
/// is not counted, nor what has to be asked again or was asked before, whether it passes or not.
pub(super) fn verdict(
    gate: &Gate,
    registry: &Registry,
    asked: &Asked<'_>,
    verdict: &Result<Pass<'_>, Stop<'_>>,
    now: Timestamp,
) {
    match verdict {
        Ok(pass) => {
            if let Some(key) = pass.caller.principal().filter(|_| !pass.caller.is_repeat) {
                gate.ledger.allowed(key, pass.scopes(), now, pass.caller.address);
            }
        }
        Err(Stop::Refused { refusal, product, caller }) if !caller.is_repeat => {
            if let Some(key) = caller.principal() {
                gate.ledger.refused(key, refusal.code(), now);
            } else {
                let named = || registry.product(asked.product?);
                let product = product.or_else(named).map(|product| product.id.as_str());
                gate.ledger.stranger(product, refusal.code(), now, caller.address);
            }
        }
        Err(Stop::Refused { .. } | Stop::Cold(_)) => {}
    }
}
