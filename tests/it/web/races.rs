//! What changes while a password is being tried.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use keystile::store::{Fault, Seal};

use super::{is_in, signed_in, with_ada};
use crate::harness::instance::PASSWORD;
use crate::harness::{Answer, Browser, Instance};

const CHOSEN: &str = "another lantern harbour";

/// What a form is answered with, where `change` is made after its row was read, and before the
/// password is tried.
fn while_it_waits<F>(instance: &Instance, form: F, change: &str) -> Answer
where
    F: FnOnce() -> Answer + Send,
{
    let hasher = &instance.app.hasher;
    let held = [hasher.enter().unwrap(), hasher.enter().unwrap()];
    std::thread::scope(|scope| {
        let waiting = scope.spawn(form);
        while hasher.waiting() == 0 {
            assert!(!waiting.is_finished(), "it was answered before its password was tried");
            std::thread::yield_now();
        }
        instance.damage(&[change.to_owned()]);
        drop(held);
        waiting.join().unwrap()
    })
}

/// Ada's id and the hash of her password.
fn ada(instance: &Instance) -> (String, String) {
    let select = "SELECT id, password FROM users WHERE email = 'ada@example.com'";
    let found = instance.app.store.read(|db| {
        db.first(select, &[], |row| Ok::<_, Fault>((row.get::<String>(0)?, row.get::<String>(1)?)))
    });
    found.unwrap().unwrap()
}

/// The statement that gives her this row.
fn put(id: &str, hash: &str, is_operator: bool) -> String {
    let flag = u8::from(is_operator);
    let seal = Seal::over("users").text(id).text("ada@example.com").text(hash).bytes(&[flag]);
    let seal = u128::from_be_bytes(seal.close());
    format!("UPDATE users SET password = '{hash}', is_operator = {flag}, seal = x'{seal:032x}'")
}

fn another_password(instance: &Instance) -> String {
    let params = Params::new(19_456, 2, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(CHOSEN.as_bytes()).unwrap().to_string();
    put(&ada(instance).0, &hash, true)
}

fn change_password(browser: &Browser) -> Answer {
    browser.post(
        "/console/account/password",
        &[("current", PASSWORD), ("new", "third lantern harbour")],
    )
}

/// A browser on her account's page, to be sent to another thread.
fn on_account(instance: &Instance) -> Browser {
    let browser = signed_in(instance, "ada@example.com");
    assert!(is_in(&browser));
    browser
}

#[test]
fn a_password_that_was_changed_meanwhile_opens_nothing() {
    let instance = with_ada();
    let change = another_password(&instance);
    let browser = instance.browser();
    let answer =
        while_it_waits(&instance, move || browser.sign_in("ada@example.com", PASSWORD), &change);
    assert_eq!(answer.status, 422);
    assert_eq!(answer.header("set-cookie"), None);
    instance.advance("10s");
    assert_eq!(instance.browser().sign_in("ada@example.com", CHOSEN).status, 303);
}

#[test]
fn a_password_that_was_changed_meanwhile_changes_nothing() {
    let instance = with_ada();
    let browser = on_account(&instance);
    let change = another_password(&instance);
    let answer = while_it_waits(&instance, move || change_password(&browser), &change);
    assert_eq!(answer.status, 422);
    instance.advance("10s");
    assert_eq!(instance.browser().sign_in("ada@example.com", CHOSEN).status, 303);
}

#[test]
fn an_operator_who_is_none_any_more_is_not_one_again_by_a_new_password() {
    let instance = with_ada();
    let browser = on_account(&instance);
    let (id, hash) = ada(&instance);
    let change = put(&id, &hash, false);
    let answer = while_it_waits(&instance, move || change_password(&browser), &change);
    assert_eq!(answer.status, 303);
    let browser = instance.browser();
    assert_eq!(browser.sign_in("ada@example.com", "third lantern harbour").status, 303);
    assert_eq!(browser.get("/console/people").status, 404);
}

#[test]
fn whoever_was_removed_meanwhile_gets_no_session() {
    let instance = with_ada();
    let browser = on_account(&instance);
    let remove = "DELETE FROM users WHERE email = 'ada@example.com'";
    let answer = while_it_waits(&instance, move || change_password(&browser), remove);
    assert_eq!((answer.status, answer.header("set-cookie")), (404, None));
}
