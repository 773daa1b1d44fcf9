//! A key's whole life: made, used, rotated, ended, revoked, undone.

use std::fs;
use std::path::Path;

use super::{KEYS, PRODUCTS, at_gate, create, first, made, signed_in, words, world};

#[test]
fn a_key_lives_from_its_making_to_the_undoing_of_its_end() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, old) = made(&create(&browser, &[]));
    let page = format!("{KEYS}/{id}");
    assert_eq!(at_gate(&instance, &old, PRODUCTS), "200");
    assert_eq!(at_gate(&instance, &old, "/v1/stores/st_1/orders"), "insufficient_scope");
    assert_eq!(at_gate(&instance, &old, "/v1/stores/st_9/products"), "resource_mismatch");

    assert_eq!(browser.get(&page).status, 200);
    let rotated = browser.post(&format!("{page}/rotate"), &[("overlap", "24h")]);
    let (_, new) = made(&rotated);
    assert!(words(&rotated.text()).contains("The former secret ends in 1 d"));
    assert_eq!([&old, &new].map(|it| at_gate(&instance, it, PRODUCTS)), ["200", "200"]);
    instance.write_counts().unwrap();
    let shown = words(&browser.get(&page).text());
    assert!(shown.contains("Rotating") && shown.contains("Still in use"), "{shown}");
    let finished = browser.post(&format!("{page}/finish"), &[]);
    let done = format!("{page}?done=finished");
    assert_eq!((finished.status, finished.header("location")), (303, Some(done.as_str())));
    assert!(words(&browser.get(&done).text()).contains("The old secret is ended"));
    let both = || [&old, &new].map(|it| at_gate(&instance, it, PRODUCTS));
    assert_eq!(both(), ["revoked_key", "200"]);
    assert_eq!(browser.post(&format!("{page}/finish"), &[]).status, 409, "there is none left");

    let wrong = browser.post(&format!("{page}/revoke"), &[("confirm", "Web"), ("reason", "")]);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text()).contains("That is not the key's name"));
    assert_eq!(both(), ["revoked_key", "200"]);
    let sent = [("confirm", "Web shop"), ("reason", "Found in a public place")];
    assert_eq!(browser.post(&format!("{page}/revoke"), &sent).status, 303);
    assert_eq!(both(), ["revoked_key", "revoked_key"]);
    let shown = words(&browser.get(&page).text());
    assert!(shown.contains("This key is revoked") && shown.contains("By dev@example.com"));
    assert!(shown.contains("Reason: Found in a public place") && shown.contains("Possible until"));

    assert_eq!(browser.post(&format!("{page}/restore"), &[]).status, 303);
    assert_eq!(both(), ["revoked_key", "200"]);
    let shown = browser.get(&page).text();
    for action in ["create", "rotate", "rotate.finish", "revoke", "restore"] {
        assert!(shown.contains(&format!("<code>key.{action}</code>")), "{action} is in the trail");
    }
}

#[test]
fn a_revocation_is_undone_only_while_the_product_allows_it() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, secret) = made(&create(&browser, &[]));
    let page = format!("{KEYS}/{id}");
    browser.get(&page);
    browser.post(&format!("{page}/revoke"), &[("confirm", "Web shop"), ("reason", "")]);
    instance.advance("61m");
    let browser = signed_in(&instance, "dev@example.com");
    assert!(words(&browser.get(&page).text()).contains("can no longer be undone"));
    assert_eq!(browser.post(&format!("{page}/restore"), &[]).status, 409);
    assert_eq!(at_gate(&instance, &secret, PRODUCTS), "revoked_key");
}

#[test]
fn a_secret_is_in_one_answer_alone() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let answer = create(&browser, &[]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (id, secret) = made(&answer);
    let (other, another) = made(&create(&browser, &[]));
    assert_ne!((&id, &secret), (&other, &another), "a form that is sent again makes its own key");
    let page = format!("{KEYS}/{id}");
    for path in [KEYS, &page, &format!("{page}/edit"), &format!("{KEYS}?q={}", &secret[28..])] {
        assert!(!browser.get(path).text().contains(&secret[8..]), "{path}");
    }
    at_gate(&instance, &secret, PRODUCTS);
    instance.write_counts().unwrap();
    searched(instance.folder(), &secret[8..]);
}

/// Holds that `secret` is in no file below `folder`.
fn searched(folder: &Path, secret: &str) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            searched(&entry.path(), secret);
        } else {
            let text = fs::read(entry.path()).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            assert!(!text.contains(secret), "{} holds a secret", entry.path().display());
        }
    }
}

#[test]
fn the_first_request_is_the_products_own_and_passes() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let answer = create(&browser, &[("scope", "read:orders")]);
    let (_, secret) = made(&answer);
    let page = answer.text();
    let url = first("curl '([^']+)'", &page).expect("a line of curl");
    let target = url.strip_prefix("https://gateway.whale.example").expect("the product's host");
    assert!(page.contains(&format!("x-api-key: {secret}")), "the product's header");
    assert_eq!(at_gate(&instance, &secret, target), "200", "{target}");
}
