//! What time and changes do to a key: expiry, rotation, revocation, and rows that are damaged.

use super::super::asked::{Asked, Way};
use super::super::verdict;
use crate::harness::{Client, Instance, Key, Plugins};
use keystile::keys::Changes;

/// A server whose clock the test moves; nothing here depends on a proxy.
struct World {
    gate: Client,
    instance: Instance,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::shipped());
        Self { gate: instance.client(), instance }
    }

    fn key(&self) -> Key {
        self.instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make()
    }

    /// The code that each dialect answers with, which is one.
    fn code(&self, key: &Key) -> String {
        self.code_at(key, "/v1/stores/st_1/products")
    }

    fn code_at(&self, key: &Key, target: &str) -> String {
        let asked = Asked::of("whale", "gateway.whale.example", "GET", target)
            .header("X-Api-Key", &key.secret);
        let told =
            Way::ALL.map(|way| verdict::direct(way, false, &self.gate.send(&asked.put(way))));
        assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
        told[0].code().to_owned()
    }
}

#[test]
fn a_key_expires_at_its_instant() {
    let world = World::start();
    let new = world.instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1");
    let key = new.expires("90d").make();
    assert_eq!(world.code(&key), "pass");
    world.instance.advance("90d");
    assert_eq!(world.code(&key), "expired_key");

    let expires = Some("1h".parse().unwrap());
    world.instance.update(&key, Changes { expires, ..Changes::default() }).unwrap();
    assert_eq!(world.code(&key), "pass", "its expiry was put off");
    world.instance.advance("3599s");
    assert_eq!(world.code(&key), "pass");
    world.instance.advance("1s");
    assert_eq!(world.code(&key), "expired_key");
    world.instance.revoke(&key).unwrap();
    assert_eq!(world.code(&key), "revoked_key", "revoked comes before expired");
}

#[test]
fn a_rotation_ends_the_old_secret_when_its_overlap_ends() {
    let world = World::start();
    let old = world.key();
    let new = world.instance.rotate(&old, "24h");
    assert_eq!((world.code(&old), world.code(&new)), ("pass".into(), "pass".into()));
    world.instance.advance("24h");
    assert_eq!((world.code(&old), world.code(&new)), ("revoked_key".into(), "pass".into()));
    world.instance.advance("89d");
    assert_eq!(world.code(&old), "revoked_key", "for 90 days it is told from noise");
    world.instance.advance("24h");
    assert_eq!((world.code(&old), world.code(&new)), ("invalid_key".into(), "pass".into()));
}

#[test]
fn a_rotation_can_end_the_old_secret_at_once() {
    let world = World::start();
    let first = world.key();
    let second = world.instance.rotate(&first, "24h");
    assert_eq!(world.code(&first), "pass");
    world.instance.finish_rotation(&first).unwrap();
    assert_eq!((world.code(&first), world.code(&second)), ("revoked_key".into(), "pass".into()));
    let third = world.instance.rotate(&first, "0s");
    assert_eq!((world.code(&second), world.code(&third)), ("revoked_key".into(), "pass".into()));
}

#[test]
fn a_revocation_holds_at_once_and_can_be_undone_for_a_while() {
    let world = World::start();
    let old = world.key();
    let new = world.instance.rotate(&old, "24h");
    assert_eq!((world.code(&old), world.code(&new)), ("pass".into(), "pass".into()));
    world.instance.revoke(&old).unwrap();
    assert_eq!((world.code(&old), world.code(&new)), ("revoked_key".into(), "revoked_key".into()));
    world.instance.advance("59m");
    world.instance.restore(&old).unwrap();
    assert_eq!((world.code(&old), world.code(&new)), ("revoked_key".into(), "pass".into()));
    world.instance.revoke(&old).unwrap();
    world.instance.advance("60m");
    assert!(world.instance.restore(&old).is_err(), "an hour has gone");
    let instance = world.instance.restart();
    let world = World { gate: instance.client(), instance };
    assert_eq!(world.code(&new), "revoked_key", "a restart forgets nothing");
}

#[test]
fn a_change_of_a_key_holds_from_the_next_request_on() {
    let world = World::start();
    let key = world.key();
    assert_eq!(world.code(&key), "pass");
    let change = |changes| world.instance.update(&key, changes).unwrap();
    change(Changes { scopes: Some(vec!["read:orders".into()]), ..Changes::default() });
    assert_eq!(world.code(&key), "insufficient_scope");
    assert_eq!(world.code_at(&key, "/v1/stores/st_1/orders"), "pass");
    let restrictions = Some(vec![("store".to_owned(), "st_2".to_owned())]);
    change(Changes { restrictions, ..Changes::default() });
    assert_eq!(world.code_at(&key, "/v1/stores/st_1/orders"), "resource_mismatch");
    assert_eq!(world.code_at(&key, "/v1/stores/st_2/orders"), "pass");
    change(Changes { allow_ip: Some(vec!["192.0.2.0/24".parse().unwrap()]), ..Changes::default() });
    assert_eq!(world.code_at(&key, "/v1/stores/st_2/orders"), "ip_not_allowed");
}

#[test]
fn a_damaged_row_denies_whatever_it_says() {
    let world = World::start();
    let of_key =
        |change: &str, key: &Key| format!("UPDATE keys SET {change} WHERE id = '{}'", key.id);
    let changes = [
        "scopes = '[\"*\"]'",
        "scopes = 'noise'",
        "restrictions = '{}'",
        "allow_ip = '[\"0.0.0.0/0\"]'",
        "product = 'brands'",
        "type = 'test'",
        "owner = 'user_1'",
        "expires_at = 99999999999999",
        "revoked_at = 1",
        "revoked_at = 'noise'",
        "seal = x'00'",
        "seal = zeroblob(16)",
    ];
    let keys = changes.map(|_| world.key());
    let key = world.key();
    let mut statements: Vec<String> =
        changes.iter().zip(&keys).map(|(change, key)| of_key(change, key)).collect();
    statements.push(format!("UPDATE secrets SET ends_at = 1 WHERE key = '{}'", key.id));
    world.instance.damage(&statements);
    for (change, key) in changes.iter().zip(&keys) {
        assert_eq!(world.code(key), "unavailable", "{change}");
        assert_eq!(world.code(key), "unavailable", "{change}, asked again");
    }
    assert_eq!(world.code(&key), "unavailable", "its secret's row");
    assert_eq!(world.code_at(&key, "/v1//"), "ambiguous_path", "what can be decided comes first");
    assert_eq!(world.code_at(&key, "/v1/nowhere"), "route_not_declared");
    let plan = "UPDATE workspaces SET plan = 'pro' WHERE slug = 'acme'";
    world.instance.damage(&[plan.to_owned()]);
    assert_eq!(world.code(&world.key()), "unavailable");
}

#[test]
fn a_revocation_that_was_erased_by_hand_stays_a_denial() {
    let world = World::start();
    let key = world.key();
    world.instance.revoke(&key).unwrap();
    let erase = format!("UPDATE keys SET revoked_at = NULL WHERE id = '{}'", key.id);
    world.instance.damage(&[erase]);
    assert_eq!(world.code(&key), "unavailable");
}
