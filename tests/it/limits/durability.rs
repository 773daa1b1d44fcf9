//! What of the counts outlives the process, and what becomes of a count that is damaged.

use super::World;

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
    world.instance.damage(&["UPDATE day_counts SET spent = 0".to_owned()]);
    assert_eq!(world.code(&key, "/one"), "quota_exceeded");
    world.instance.advance("12h");
    assert_eq!(world.code(&key, "/one"), "pass");
}
