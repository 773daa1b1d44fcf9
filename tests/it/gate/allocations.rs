//! What judging costs in allocations: none, where the key is warm.

use std::sync::Arc;

use allocation_counter::measure;
use keystile::usage::Ledger;
use keystile::verify::{Asked, Counting, Headers, Lookup, Verifier};

use crate::harness::{Instance, Plugins, Request};

const METER: &str = r#"
name = "Meter"
hosts = ["meter.example"]
[keys.live]
prefix = "mt_live_"
[resources.store]
[scopes]
read = "Read"
[routes]
"GET /v1/stores/{store}/things/{thing}" = "read"
"#;

const TARGET: &[u8] = b"/v1/stores/st_1/things/th_9?page=2";

#[test]
fn a_warm_key_is_judged_and_counted_without_an_allocation() {
    let instance = Instance::start(&Plugins::default().and("meter", METER));
    let key = instance.key("meter", "live", &["read"]).bound_to("store", "st_1").make();
    let bearer = format!("Bearer {}", key.secret);
    let lines: [(&str, &[u8]); 7] = [
        ("host", b"gate"),
        ("x-original-uri", TARGET),
        ("x-original-method", b"GET"),
        ("x-original-host", b"meter.example"),
        ("x-real-ip", b"203.0.113.9"),
        ("x-request-id", b"0123456789abcdef"),
        ("authorization", bearer.as_bytes()),
    ];
    let first =
        lines.iter().fold(Request::new("GET", "/verify/meter"), |request, (name, value)| {
            request.header(name, std::str::from_utf8(value).unwrap())
        });
    assert_eq!(instance.client().send(&first).status, 200, "from here on the key is warm");

    let app = &instance.app;
    let (registry, plans) = (app.plugins.registry.load(), app.limiter.plans());
    let verifier = Verifier {
        registry: &registry,
        principals: &app.principals,
        limiter: &app.limiter,
        plans: &plans,
        counting: Counting::Counted,
    };
    let asked = Asked::by_nginx(Some("meter"), Headers::over(&lines));
    let now = app.clock.now();
    let judge = || {
        let verdict = verifier.verify(&asked, Lookup::Warm, now, &mut ());
        let Ok(pass) = verdict else { panic!("it passes") };
        count(&app.ledger, &pass, now);
    };
    // Whatever is made once for a thread or a tally is made here.
    judge();
    let allocated = measure(|| (0..100).for_each(|_| judge()));
    assert_eq!((allocated.count_total, allocated.bytes_total), (0, 0));
}

fn count(ledger: &Arc<Ledger>, pass: &keystile::verify::Pass<'_>, now: keystile::clock::Timestamp) {
    let key = pass.caller.principal().expect("a key passes");
    ledger.allowed(key, pass.scopes(), now, pass.caller.address);
}
