//! The one test that waits: the binary, its own clock, and a minute as it passes.

use std::time::Duration;

use crate::harness::process::{Caller, Home};

/// What the workspace of the test may use.
const SETTINGS: &str =
    "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n[plans.enterprise]\nper_minute = 2\n";

#[test]
fn whoever_waits_as_long_as_they_are_told_passes() {
    let home = Home::with_acme();
    home.write("config.toml", SETTINGS);
    let server = home.serve();
    let key = home.make_key("CI");
    let mut caller = Caller::to(server.gate);
    assert_eq!([caller.verify(&key.secret).status, caller.verify(&key.secret).status], [200; 2]);
    let refused = caller.verify(&key.secret);
    assert_eq!((refused.status, refused.code.as_str()), (429, "rate_limited"));
    let wait = caller.retry_after.expect("it says when to come again");
    assert!((59..=61).contains(&wait), "{wait}");

    // Two seconds too early is too early, whatever part of a second has passed.
    pause(wait - 2);
    assert_eq!(caller.verify(&key.secret).status, 429);
    pause(2);
    assert_eq!(caller.verify(&key.secret).status, 200);
}

#[expect(clippy::disallowed_methods, reason = "what is shown is that a real wait is long enough")]
fn pause(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}
