//! Keys that nobody has asked about since the start, and many of them at once.

use std::sync::Barrier;
use std::thread;

use keystile::secret::Secret;

use super::asked::{Asked, Way};
use crate::harness::{Instance, Plugins, Request};

/// Callers at a time: more than one read of the database takes together.
const CALLERS: usize = 96;

/// A question about a request with a secret; brands takes a bearer.
fn question(secret: &str) -> Request {
    let asked = Asked::of("brands", "api.brands.example", "GET", "/v1/posts");
    asked.bearer(secret).put(Way::Verify)
}

#[test]
fn callers_who_come_together_after_a_start_are_each_told_of_their_own_key() {
    let instance = Instance::start(&Plugins::shipped());
    let keys: Vec<_> =
        (0..CALLERS).map(|_| instance.key("brands", "live", &["posts:read"]).make()).collect();
    let revoked = |caller: usize| caller % 8 == 1;
    for (_, key) in keys.iter().enumerate().filter(|(caller, _)| revoked(*caller)) {
        instance.revoke(key).unwrap();
    }
    let instance = instance.restart();
    let together = Barrier::new(CALLERS);
    thread::scope(|scope| {
        for (caller, key) in keys.iter().enumerate() {
            let (gate, together) = (instance.client(), &together);
            let unknown = Secret::mint("wahlu_live_").unwrap();
            let is_unknown = caller % 4 == 0;
            let question = question(if is_unknown { unknown.expose() } else { &key.secret });
            scope.spawn(move || {
                together.wait();
                let answer = gate.send(&question);
                let code = answer.header("x-keystile-code");
                let id = key.id.to_string();
                match caller {
                    _ if is_unknown => assert_eq!(code, Some("invalid_key"), "{answer:?}"),
                    _ if revoked(caller) => assert_eq!(code, Some("revoked_key"), "{answer:?}"),
                    _ => assert_eq!(answer.header("x-keystile-key"), Some(&*id), "{answer:?}"),
                }
            });
        }
    });
}
