//! Counts grow coarser with their age, and no sum changes by it.

use std::fs;

use keystile::http::control::By;
use serde_json::Value;

use super::{ask, counts, instance, key, plain, question};
use crate::harness::{Instance, Key, eventually};

/// One request passes and one is refused, every `apart`, `times` times; all is written down.
fn send(instance: &Instance, key: &Key, apart: &str, times: usize) {
    let client = instance.client();
    for _ in 0..times {
        assert_eq!(ask(&client, &question(&key.secret, "/a")), "allowed");
        assert_eq!(ask(&client, &question(&key.secret, "/b")), "insufficient_scope");
        assert_eq!(ask(&client, &plain("/a")), "missing_credential");
        instance.advance(apart);
    }
    instance.write_counts().unwrap();
}

fn rows(told: &Value) -> usize {
    told["rows"].as_array().unwrap().len()
}

#[test]
fn minutes_become_hours_and_hours_become_days() {
    let instance = instance();
    let key = key(&instance, &["read:a"]);
    send(&instance, &key, "20m", 6);
    let of = |since: &str, by| instance.usage_of(&key, since, by);
    assert_eq!((rows(&of("1d", By::Minute)), rows(&of("1d", By::Hour))), (6, 2));

    instance.advance("49h");
    instance.sweep();
    let minutes = of("4d", By::Minute);
    assert_eq!(rows(&minutes), 0, "they are told apart by the hour");
    assert!(minutes["note"].as_str().unwrap().contains("--by hour"), "{minutes}");
    let hours = of("4d", By::Hour);
    assert_eq!((rows(&hours), &hours["requests"]), (2, &12.into()));
    assert_eq!(hours["note"], Value::Null);
    assert_eq!(hours["rows"][0]["outcomes"]["insufficient_scope"], 3);

    send(&instance, &key, "1m", 1);
    instance.advance("61d");
    instance.sweep();
    let days = of("90d", By::Day);
    assert_eq!((rows(&days), &days["requests"], &days["allowed"]), (2, &14.into(), &7.into()));
    assert!(of("90d", By::Hour)["note"].as_str().unwrap().contains("--by day"));
    let codes = counts(&of("90d", By::Code), "code");
    assert_eq!((codes["allowed"], codes["insufficient_scope"]), (7, 7));
    let since = instance.app.clock.now().minus("90d".parse().unwrap());
    let strangers = instance.usage().strangers("counted", since).unwrap();
    assert_eq!((strangers.len(), strangers[0].requests), (1, 7));
    assert_eq!(instance.usage().addresses("counted", since).unwrap(), [], "kept as long as hours");

    instance.advance("731d");
    instance.sweep();
    let all = of("3650d", By::Day);
    assert_eq!((rows(&all), &all["requests"]), (0, &0.into()));
    assert!(all["note"].as_str().unwrap().contains("`days`"), "{all}");
    assert_eq!(counts(&of("3650d", By::Scope), "scope").len(), 0);
    assert_eq!(instance.shown(&key)["last_used_at"], Value::Null);
}

#[test]
fn a_span_counts_what_is_partly_swept_once() {
    let instance = instance();
    let key = key(&instance, &["read:a"]);
    send(&instance, &key, "7m", 60);
    instance.advance("42h");
    instance.sweep();
    let hours = instance.usage_of(&key, "50h", By::Hour);
    assert_eq!(hours["requests"], 120, "{hours}");
    let each = hours["rows"].as_array().unwrap().iter().map(|it| it["requests"].as_i64().unwrap());
    assert_eq!(each.sum::<i64>(), 120);
    assert_eq!(instance.usage_of(&key, "50h", By::Minute)["rows"].as_array().unwrap().len(), 51);
}

#[test]
fn retention_is_live_on_a_reload() {
    let instance = instance();
    let key = key(&instance, &["read:a"]);
    send(&instance, &key, "10m", 3);
    instance.advance("3h");
    let file = instance.folder().join("config.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n[usage]\nminutes = \"1h\"\n")).unwrap();
    let hour = "1h".parse().unwrap();
    let is_live = || (instance.app.live.get().retention.minutes == hour).then_some(());
    eventually(200, is_live).expect("the file is read again");
    instance.sweep();
    assert_eq!(rows(&instance.usage_of(&key, "1d", By::Hour)), 1);
    assert_eq!(rows(&instance.usage_of(&key, "1d", By::Minute)), 0);
}
