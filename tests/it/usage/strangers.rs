//! Requests that are refused before a key is known.

use keystile::clock::Timestamp;
use keystile::usage::ADDRESSES_MAX;

use super::{ask, instance, key, plain, question};
use crate::harness::{Instance, Request};

/// How often each code was counted for a product.
fn strangers(instance: &Instance, product: &str) -> Vec<(String, i64)> {
    instance.write_counts().unwrap();
    let since = Timestamp::default();
    let counts = instance.usage().strangers(product, since).unwrap();
    let mut counts: Vec<_> = counts.into_iter().map(|it| (it.code, it.requests)).collect();
    counts.sort();
    counts
}

fn owned(counts: &[(&str, i64)]) -> Vec<(String, i64)> {
    counts.iter().map(|(code, requests)| ((*code).to_owned(), *requests)).collect()
}

#[test]
fn they_are_counted_for_their_product_and_code() {
    let instance = instance();
    let client = instance.client();
    let key = key(&instance, &["read:a"]);
    for _ in 0..3 {
        assert_eq!(ask(&client, &plain("/a")), "missing_credential");
        assert_eq!(ask(&client, &question("ct_nonsense", "/a")), "invalid_key");
    }
    let twice = question(&key.secret, "/a").header("Authorization", "Bearer x");
    assert_eq!(ask(&client, &twice), "ambiguous_credential");
    let repeated = question(&key.secret, "/a").header("X-Forwarded-Uri", "/b");
    assert_eq!(ask(&client, &repeated), "invalid_request");
    let foreign = Request { target: b"/forward-auth/nobody".to_vec(), ..plain("/a") };
    assert_eq!(ask(&client, &foreign), "unavailable");
    let expected = [
        ("ambiguous_credential", 1),
        ("invalid_key", 3),
        ("invalid_request", 1),
        ("missing_credential", 3),
    ];
    assert_eq!(strangers(&instance, "counted"), owned(&expected));
    assert_eq!(strangers(&instance, ""), owned(&[("unavailable", 1)]));
    assert_eq!(strangers(&instance, "nobody"), [], "a name that a caller made up is not kept");
}

#[test]
fn the_addresses_of_a_day_are_bounded_through_a_restart() {
    let mut instance = instance();
    for round in 0..2 {
        let client = instance.client();
        for address in 0..40 {
            let mut asked = plain("/a");
            asked.headers.retain(|(name, _)| name != "X-Forwarded-For");
            ask(
                &client,
                &asked.header("X-Forwarded-For", format!("203.0.113.{}", 40 * round + address)),
            );
        }
        instance = instance.restart();
    }
    let addresses = instance.usage().addresses("counted", instance.app.clock.now()).unwrap();
    assert_eq!(addresses.len(), ADDRESSES_MAX);
    assert!(addresses.iter().all(|it| it.code == "missing_credential" && it.requests == 1));
    assert_eq!(strangers(&instance, "counted"), owned(&[("missing_credential", 80)]));
}
