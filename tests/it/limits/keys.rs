//! How many keys a plan has room for.

use keystile::error::ErrorKind;
use keystile::keys::Changes;

use super::{METER, World};
use crate::harness::WORKSPACE;

/// Plan free has room for three.
fn full() -> (World, Vec<crate::harness::Key>) {
    let world = World::on("free");
    let keys = (0..3).map(|_| world.key()).collect();
    (world, keys)
}

impl World {
    fn is_full(&self) -> bool {
        match self.instance.key("meter", "live", &["read"]).try_make() {
            Ok(key) => {
                self.instance.revoke(&key).unwrap();
                false
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Conflict);
                let told = error.to_string();
                assert!(told.contains("plan `free`") && told.contains("meter"), "{told}");
                true
            }
        }
    }
}

#[test]
fn a_plan_has_room_for_so_many_keys_of_each_product() {
    let other = METER.replace("meter.example", "other.example");
    let world = World::with("free", &[("other", &other)]);
    for _ in 0..3 {
        world.key();
    }
    assert!(world.is_full());
    world.key_for("other", "live");
    world.instance.workspace("globex", "free").unwrap();
    world.instance.key("meter", "live", &["read"]).of("globex").make();
    world.instance.set_plan(WORKSPACE, "pro").unwrap();
    world.key();
}

#[test]
fn a_revoked_key_keeps_its_place_until_midnight_utc() {
    let (world, keys) = full();
    world.instance.revoke(&keys[0]).unwrap();
    assert!(world.is_full(), "or revoking and creating would refill a quota");
    world.instance.advance("12h");
    assert!(!world.is_full());
}

#[test]
fn an_expired_key_keeps_its_place_until_midnight_utc_and_lives_again_where_there_is_room() {
    let world = World::on("free");
    let expired = world.instance.key("meter", "live", &["read"]).expires("1h").make();
    let other = world.key();
    world.key();
    world.instance.advance("2h");
    assert_eq!(world.code(&expired, "/one"), "expired_key");
    assert!(world.is_full());
    world.instance.advance("10h");
    let newest = world.key();
    let again = || {
        let changes = Changes { expires: Some("90d".parse().unwrap()), ..Changes::default() };
        world.instance.update(&expired, changes)
    };
    assert_eq!(again().unwrap_err().kind(), ErrorKind::Conflict);
    let renamed = Changes { name: Some("Old".to_owned()), ..Changes::default() };
    world.instance.update(&expired, renamed).expect("one that stays expired takes no place");
    world.instance.revoke(&other).unwrap();
    world.instance.revoke(&newest).unwrap();
    world.instance.advance("1d");
    again().unwrap();
    assert_eq!(world.code(&expired, "/one"), "pass");
}

#[test]
fn a_revocation_is_not_undone_past_what_the_plan_has_room_for() {
    let (world, keys) = full();
    world.instance.advance("11h");
    world.instance.advance("50m");
    world.instance.revoke(&keys[0]).unwrap();
    world.instance.restore(&keys[0]).unwrap();
    world.instance.revoke(&keys[0]).unwrap();
    world.instance.advance("20m");
    world.key();
    assert_eq!(world.instance.restore(&keys[0]).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(world.code(&keys[0], "/one"), "revoked_key");
}

#[test]
fn a_product_may_have_room_for_another_number() {
    let other = METER.replace("meter.example", "other.example") + "[plans.free]\nmax_keys = 1\n";
    let world = World::with("free", &[("other", &other)]);
    world.key_for("other", "live");
    assert!(world.instance.key("other", "live", &["read"]).try_make().is_err());
}
