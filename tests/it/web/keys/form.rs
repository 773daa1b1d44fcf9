//! The form of a key: what it offers, what it says is wrong, and what it changes.

use super::{KEYS, NEW, PRODUCTS, at_gate, create, filled, first, made, signed_in, words, world};
use crate::harness::{Answer, Browser};

#[test]
fn a_product_and_a_type_are_chosen_first() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let page = browser.get(NEW).text();
    assert!(page.contains("product=whale&amp;type=live") && page.contains("Whale Gateway"));
    for query in ["product=nothing&type=live", "product=whale&type=nothing", "product=whale"] {
        assert_eq!(browser.get(&format!("{NEW}?{query}")).status, 404, "{query}");
    }
    let form = browser.get(&format!("{NEW}?product=whale&type=live")).text();
    assert!(form.contains("value=\"dev@example.com\""), "the owner is whoever makes it");
    assert!(form.contains("value=\"st_1\"") && !form.contains("st_9"), "the workspace's own ids");
}

#[test]
fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    for (field, value, said) in [
        ("name", "", "1 to 100 characters"),
        ("name", "a\u{7}b", "1 to 100 characters"),
        ("scope", "", "Tick at least one scope"),
        ("restrict.store", "", "Choose one"),
        ("expires", "90 days", "is no time"),
        ("allow_ip", "203.0.113.0/24 nowhere", "`nowhere`"),
        ("owner", "nobody", "not"),
    ] {
        let answer = create(&browser, &[(field, value)]);
        let page = answer.text();
        assert_eq!(answer.status, 422, "{field}={value}: {page}");
        let beside = format!("id=\"field-{field}-error\"");
        let error = page.split(&beside).nth(1).unwrap_or_else(|| panic!("{field}: {page}"));
        let error = error.split("</p>").next().unwrap();
        assert!(error.contains(said), "{field}={value}: {error}");
        let kept = if field == "name" { "value=\"90d\"" } else { "value=\"Web shop\"" };
        assert!(page.contains(kept), "{field}: what was typed is kept");
    }
    for (field, value, said) in [
        ("scope", "read:nothing", "no scope"),
        ("restrict.store", "st_9", "does not own"),
        ("owner", "other@example.com", "no member"),
        ("expires", "2020-01-01", "is over"),
    ] {
        let answer = create(&browser, &[(field, value)]);
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(words(&answer.text()).contains(said), "{field}={value}: {}", answer.text());
    }
    let unknown = browser.post(NEW, &filled(&[("colour", "red")]));
    assert_eq!(unknown.status, 400, "a field that no such form has");
    assert!(words(&browser.get(KEYS).text()).contains("No keys yet"), "nothing was made");
}

#[test]
fn a_preview_tells_the_routes_and_makes_nothing() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let preview = |scope: &str| create(&browser, &[("scope", scope), ("preview", "yes")]);
    let routes = |answer: &Answer| {
        assert_eq!(answer.status, 200);
        let page = words(&answer.text());
        first("([0-9]+) of [0-9]+ routes", &page).unwrap().parse::<u32>().unwrap()
    };
    let (one, all) = (preview("read:products"), preview("*"));
    assert!(routes(&one) < routes(&preview("read:*")) && routes(&preview("read:*")) < routes(&all));
    assert!(one.text().contains("/v1/stores/{store}/products/{product}"));
    assert!(!one.text().contains("<code>/v1/stores/{store}/orders</code>"));
    assert!(one.text().contains("value=\"read:products\" checked"), "what was ticked stays");
    assert!(all.text().contains("Wildcard"));
    assert!(words(&browser.get(KEYS).text()).contains("No keys yet"));
}

#[test]
fn a_plan_without_room_is_told_on_the_form() {
    let instance = world();
    instance.set_plan("acme", "free").unwrap();
    let browser = signed_in(&instance, "dev@example.com");
    for _ in 0..3 {
        made(&create(&browser, &[]));
    }
    let answer = create(&browser, &[]);
    assert_eq!(answer.status, 409);
    let page = answer.text();
    assert!(words(&page).contains("3 of the 3 keys"), "{page}");
    assert!(page.contains("value=\"Web shop\""));
}

fn edit(browser: &Browser, id: &str, changes: &[(&str, &str)]) -> Answer {
    let page = format!("{KEYS}/{id}/edit");
    assert_eq!(browser.get(&page).status, 200);
    browser.post(&page, &filled(changes))
}

#[test]
fn a_key_is_changed_and_its_next_request_knows() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, secret) = made(&create(&browser, &[]));
    let changed = edit(&browser, &id, &[("scope", "read:orders"), ("name", "Orders")]);
    let done = format!("{KEYS}/{id}?done=changed");
    assert_eq!((changed.status, changed.header("location")), (303, Some(done.as_str())));
    assert_eq!(at_gate(&instance, &secret, PRODUCTS), "insufficient_scope");
    assert_eq!(at_gate(&instance, &secret, "/v1/stores/st_1/orders"), "200");
    let page = words(&browser.get(&done).text());
    assert!(page.contains("Orders") && page.contains("The key is changed"), "{page}");
    assert_eq!(edit(&browser, &id, &[("expires", "soon")]).status, 422);
    assert_eq!(edit(&browser, &id, &[("allow_ip", "192.0.2.0/24")]).status, 303);
    assert_eq!(at_gate(&instance, &secret, "/v1/stores/st_1/orders"), "ip_not_allowed");
}

#[test]
fn a_key_expires_on_the_day_that_was_typed() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, secret) = made(&create(&browser, &[("expires", "2026-03-03")]));
    assert!(browser.get(&format!("{KEYS}/{id}/edit")).text().contains("value=\"2026-03-03\""));
    assert_eq!(edit(&browser, &id, &[("expires", "2026-03-03")]).status, 303);
    instance.advance("35h");
    assert_eq!(at_gate(&instance, &secret, PRODUCTS), "200");
    instance.advance("1h");
    assert_eq!(at_gate(&instance, &secret, PRODUCTS), "expired_key");
}

#[test]
fn another_key_is_made_like_one_that_is_there() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, _) = made(&create(&browser, &[("allow_ip", "192.0.2.0/24")]));
    let page = browser.get(&format!("{NEW}?like={id}")).text();
    for kept in [
        "value=\"Web shop\"",
        "value=\"read:products\" checked",
        "value=\"st_1\" checked",
        "192.0.2.0/24",
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    assert_eq!(browser.get(&format!("{NEW}?like=key_00000000000000000000000000")).status, 404);
}
