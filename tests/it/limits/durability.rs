//! What of the counts outlives the process, and what becomes of a count that is damaged.

use std::time::{Duration, Instant};

use super::World;
use crate::harness::process::{Caller, Home, Verdict, python};

#[test]
fn a_day_survives_a_restart_and_a_minute_need_not() {
    let world = World::on("free");
    let key = world.key();
    for _ in 0..16 {
        world.passed(&key, "/one", 60);
        world.instance.advance("61s");
    }
    let world = world.restart();
    assert_eq!(world.passed(&key, "/one", 60), 40);
    assert_eq!(world.code(&key, "/one"), "quota_exceeded");
}

#[test]
fn a_day_count_that_cannot_be_believed_counts_as_spent_until_midnight() {
    let world = World::on("free");
    let key = world.key();
    assert_eq!(world.passed(&key, "/one", 3), 3);
    let world = world.restart();
    world
        .instance
        .damage(&["UPDATE day_blocks SET entries = zeroblob(length(entries))".to_owned()]);
    assert_eq!(world.code(&key, "/one"), "quota_exceeded");
    world.instance.advance("12h");
    assert_eq!(world.code(&key, "/one"), "pass");
}

/// How old a request may be that a kill takes from its day: a second, and what a machine that runs all
/// the other tests adds to the turn of the thread that writes.
const LOST_WITHIN: Duration = Duration::from_millis(2_500);

#[test]
#[expect(clippy::disallowed_methods, reason = "how much is lost is told by the real clock")]
fn a_kill_takes_a_second_of_a_day_at_most() {
    const SPENT: &str = "
import sqlite3, sys
import struct
db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
spent = {}
folded = db.execute('SELECT entries FROM day_blocks').fetchall()
for (entries,) in folded + db.execute('SELECT entries FROM day_journal ORDER BY number').fetchall():
    spent.update({bucket: count for bucket, _, count in struct.iter_unpack('<16sHI', entries)})
print(sum(spent.values()))";
    let home = Home::with_boundless_acme();
    let key = home.make_key("CI");
    let mut passed: Vec<Instant> = Vec::new();
    for round in 1..=3 {
        let server = home.serve();
        let mut caller = Caller::to(server.gate);
        // Longer than a few turns, and each time a little more, so that the kill comes anywhere in one.
        let until = Instant::now() + Duration::from_millis(2_900 + 270 * round);
        while Instant::now() < until {
            assert_eq!(caller.verify(&key.secret), Verdict::allow());
            passed.push(Instant::now());
        }
        let killed_at = Instant::now();
        server.kill9();
        let spent: usize =
            python(SPENT, &[&home.data().join("keystile.db")]).trim().parse().unwrap();
        let is_old = |at: &&Instant| killed_at.duration_since(**at) > LOST_WITHIN;
        let old = passed.iter().filter(is_old).count();
        println!("{} passed, {spent} are kept, {old} were older", passed.len());
        assert!(old <= spent && spent <= passed.len(), "{old} <= {spent} <= {}", passed.len());
        // What is lost is lost; the next start goes on from what is kept.
        passed.truncate(spent);
    }
}
