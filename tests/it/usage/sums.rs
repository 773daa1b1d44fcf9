//! Sums are what a client counted, request by request.

use std::collections::BTreeMap;
use std::thread;

use keystile::http::control::By;

use super::{ask, counts, instance, key, plain, question};
use crate::harness::{Instance, Key};

/// Callers at once, and how many requests each sends before and after the restart.
const CALLERS: usize = 4;
const REQUESTS: usize = 12_500;

type Counts = BTreeMap<String, i64>;

/// Sends mixed requests with every key from several clients at once; counts what they were told.
fn send(instance: &Instance, keys: &[Key], seen: &mut [Counts]) {
    let paths = ["/a", "/b", "/both", "/any", "/me", "/none", "/a//b"];
    let told: Vec<Vec<Counts>> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn(move || {
                    let client = instance.client();
                    let mut told = vec![Counts::new(); keys.len()];
                    for number in 0..REQUESTS {
                        let key = (number + caller) % keys.len();
                        let path = paths[number / keys.len() % paths.len()];
                        let code = ask(&client, &question(&keys[key].secret, path));
                        *told[key].entry(code).or_default() += 1;
                    }
                    told
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    for told in told {
        for (seen, told) in seen.iter_mut().zip(told) {
            for (code, requests) in told {
                *seen.entry(code).or_default() += requests;
            }
        }
    }
}

#[test]
fn sums_are_what_a_client_counted_through_a_restart() {
    let instance = instance();
    let mut keys = vec![
        key(&instance, &["read:*"]),
        key(&instance, &["read:a"]),
        key(&instance, &["read:b"]),
        instance.key("counted", "live", &["read:a"]).expires("1h").make(),
        instance.key("counted", "live", &["read:a"]).allow_ip("192.0.2.0/24").make(),
    ];
    keys.push(key(&instance, &["read:*"]));
    instance.revoke(&keys[5]).unwrap();
    let mut seen = vec![Counts::new(); keys.len()];
    send(&instance, &keys, &mut seen);
    instance.advance("61m");
    let instance = instance.restart();
    send(&instance, &keys, &mut seen);

    for (key, seen) in keys.iter().zip(&seen) {
        let told = instance.usage_of(key, "1d", By::Code);
        assert_eq!(counts(&told, "code"), *seen, "{:?}", key.id);
        let all: i64 = seen.values().sum();
        assert_eq!(told["requests"], all);
        assert_eq!(told["allowed"], seen.get("allowed").copied().unwrap_or(0));
        let hours = instance.usage_of(key, "1d", By::Hour);
        let hours = hours["rows"].as_array().unwrap();
        assert_eq!(hours.len(), 2, "one before and one after the hour passed: {hours:?}");
        assert_eq!(hours.iter().map(|it| it["requests"].as_i64().unwrap()).sum::<i64>(), all);
    }
    let codes: Vec<&String> = seen.iter().flat_map(BTreeMap::keys).collect();
    for code in
        ["allowed", "insufficient_scope", "route_not_declared", "ambiguous_path", "expired_key"]
    {
        assert!(codes.iter().any(|it| *it == code), "no request was {code}");
    }
}

#[test]
fn the_scopes_counted_are_those_by_which_a_request_passed() {
    let instance = instance();
    let (wide, narrow) = (key(&instance, &["read:*"]), key(&instance, &["read:b"]));
    let client = instance.client();
    for path in ["/a", "/both", "/any", "/me", "/b", "/b"] {
        assert_eq!(ask(&client, &question(&wide.secret, path)), "allowed");
    }
    for (path, code) in [("/any", "allowed"), ("/b", "allowed"), ("/a", "insufficient_scope")] {
        assert_eq!(ask(&client, &question(&narrow.secret, path)), code);
    }
    let scopes = |key| counts(&instance.usage_of(key, "1d", By::Scope), "scope");
    let map = |list: &[(&str, i64)]| -> Counts {
        list.iter().map(|(name, requests)| ((*name).to_owned(), *requests)).collect()
    };
    assert_eq!(scopes(&wide), map(&[("read:a", 3), ("read:b", 4)]));
    assert_eq!(scopes(&narrow), map(&[("read:b", 2)]));
    let told = instance.usage_of(&narrow, "1d", By::Scope);
    assert_eq!(told["rows"][0]["last_used_at"], instance.app.clock.now().to_string());
}

#[test]
fn the_two_secrets_of_a_rotation_are_told_apart() {
    let instance = instance();
    let old = key(&instance, &["read:a"]);
    assert_eq!(instance.shown(&old)["last_used_at"], serde_json::Value::Null);
    let client = instance.client();
    let from = |address: &str, secret: &str| {
        let mut asked = question(secret, "/a");
        asked.headers.retain(|(name, _)| name != "X-Forwarded-For");
        ask(&client, &asked.header("X-Forwarded-For", address))
    };
    from("203.0.113.1", &old.secret);
    let first = instance.app.clock.now().to_string();
    instance.advance("10m");
    let new = instance.rotate(&old, "1h");
    from("2001:db8::7", &new.secret);
    let second = instance.app.clock.now().to_string();
    instance.write_counts().unwrap();
    let shown = instance.shown(&new);
    assert_eq!(
        (&shown["last_used_at"], &shown["last_used_from"]),
        (&second.clone().into(), &"2001:db8::7".into())
    );
    let secret = |place: usize| {
        let secret = &shown["secrets"][place];
        (secret["last_used_at"].as_str().unwrap(), secret["last_used_from"].as_str().unwrap())
    };
    assert_eq!(secret(0), (second.as_str(), "2001:db8::7"));
    assert_eq!(secret(1), (first.as_str(), "203.0.113.1"));

    instance.advance("2h");
    assert_eq!(from("203.0.113.1", &old.secret), "revoked_key");
    instance.write_counts().unwrap();
    assert_eq!(instance.shown(&new)["last_used_at"], second.as_str(), "a refusal is no use");
    assert_eq!(counts(&instance.usage_of(&new, "1d", By::Code), "code")["revoked_key"], 1);
}

#[test]
fn what_is_open_to_everybody_is_not_counted() {
    let instance = instance();
    let key = key(&instance, &["read:a"]);
    let client = instance.client();
    assert_eq!(ask(&client, &plain("/open")), "allowed");
    assert_eq!(ask(&client, &question(&key.secret, "/open")), "allowed");
    assert_eq!(instance.usage_of(&key, "1d", By::Code)["requests"], 0);
    let since = instance.app.clock.now().minus("1d".parse().unwrap());
    assert_eq!(instance.usage().strangers("counted", since).unwrap(), []);
}

#[test]
fn a_key_that_is_gone_is_not_counted_and_disturbs_no_other() {
    let instance = instance();
    let (gone, kept) = (key(&instance, &["read:a"]), key(&instance, &["read:a"]));
    let client = instance.client();
    ask(&client, &question(&gone.secret, "/a"));
    instance.write_counts().unwrap();
    ask(&client, &question(&gone.secret, "/a"));
    ask(&client, &question(&kept.secret, "/a"));
    instance.damage(&[
        format!("DELETE FROM secrets WHERE key = '{}'", gone.id),
        format!("DELETE FROM keys WHERE id = '{}'", gone.id),
    ]);
    instance.write_counts().unwrap();
    assert_eq!(instance.usage_of(&kept, "1d", By::Code)["requests"], 1);
}
