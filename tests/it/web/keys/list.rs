//! The list of keys: searched, filtered, sorted, a page at a time.

use regex::Regex;

use super::{KEYS, PRODUCTS, at_gate, create, made, signed_in, words, world};
use crate::harness::Browser;

/// The names that the list shows, in its order.
fn names(browser: &Browser, query: &str) -> Vec<String> {
    let answer = browser.get(&format!("{KEYS}?{query}"));
    assert_eq!(answer.status, 200, "{query}");
    let link =
        Regex::new(r#"<a href="/console/workspaces/acme/keys/key_[0-9a-z]{26}">([^<]*)</a>"#);
    link.unwrap().captures_iter(&answer.text()).map(|found| found[1].to_owned()).collect()
}

#[test]
fn keys_are_found_by_what_is_known_of_them() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    assert!(words(&browser.get(KEYS).text()).contains("No keys yet"));
    let (alpha, secret) = made(&create(&browser, &[("name", "alpha 100%"), ("expires", "never")]));
    instance.advance("1m");
    made(&create(&browser, &[("name", "Beta"), ("expires", "3d"), ("owner", "eye@example.com")]));
    instance.advance("1m");
    let (gamma, _) = made(&create(&browser, &[("name", "gamma"), ("type", "test")]));
    browser.get(&format!("{KEYS}/{gamma}"));
    browser.post(&format!("{KEYS}/{gamma}/revoke"), &[("confirm", "gamma"), ("reason", "")]);
    at_gate(&instance, &secret, PRODUCTS);
    instance.write_counts().unwrap();

    let last4 = &secret[secret.len() - 4..];
    for (query, expected) in [
        ("", &["gamma", "Beta", "alpha 100%"][..]),
        ("q=BET", &["Beta"]),
        ("q=100%25", &["alpha 100%"]),
        ("q=%25", &["alpha 100%"]),
        ("q=_", &[]),
        ("q=eye%40", &["Beta"]),
        (&format!("q={alpha}"), &["alpha 100%"]),
        (&format!("q={last4}"), &["alpha 100%"]),
        ("type=test", &["gamma"]),
        ("product=whale&type=live", &["Beta", "alpha 100%"]),
        ("product=nothing", &[]),
        ("state=active", &["Beta", "alpha 100%"]),
        ("state=expiring", &["Beta"]),
        ("state=revoked", &["gamma"]),
        ("state=rotating", &[]),
        ("state=expired", &[]),
        ("state=nonsense", &["gamma", "Beta", "alpha 100%"]),
        ("sort=name", &["alpha 100%", "Beta", "gamma"]),
        ("sort=name&order=desc", &["gamma", "Beta", "alpha 100%"]),
        ("sort=used&order=desc", &["alpha 100%", "gamma", "Beta"]),
        ("sort=used", &["gamma", "Beta", "alpha 100%"]),
        ("product=whale&sort=used&order=desc", &["alpha 100%", "gamma", "Beta"]),
        ("q=a&state=active&type=live&sort=used", &["Beta", "alpha 100%"]),
        ("sort=expires", &["Beta", "gamma", "alpha 100%"]),
        ("page=9", &["gamma", "Beta", "alpha 100%"]),
        ("q=%27%3B+DROP+TABLE+keys", &[]),
    ] {
        assert_eq!(names(&browser, query), expected, "{query}");
    }
    assert!(words(&browser.get(&format!("{KEYS}?q=_")).text()).contains("No key fits"));
}

#[test]
fn a_long_list_has_pages() {
    let instance = world();
    for _ in 0..120 {
        instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make();
    }
    let browser = signed_in(&instance, "eye@example.com");
    let pages = ["", "page=2", "page=3"].map(|query| names(&browser, query).len());
    assert_eq!(pages, [50, 50, 20]);
    let page = browser.get(&format!("{KEYS}?sort=name&page=2")).text();
    assert!(words(&page).contains("51–100 of 120") && words(&page).contains("120 keys of acme"));
    assert!(page.contains("sort=name&amp;page=3"), "what was asked for stays");
}
