//! What is counted, as the pages tell it.

use super::{KEYS, PRODUCTS, at_gate, create, first, made, signed_in, words, world};

const USAGE: &str = "/console/workspaces/acme/usage";

#[test]
fn the_numbers_are_those_that_were_sent() {
    let instance = world();
    instance.set_plan("acme", "free").unwrap();
    let browser = signed_in(&instance, "dev@example.com");
    assert!(words(&browser.get(USAGE).text()).contains("No requests in this time"));
    let (id, secret) = made(&create(&browser, &[]));
    let (other, quiet) = made(&create(&browser, &[("name", "Quiet")]));
    for _ in 0..7 {
        at_gate(&instance, &secret, PRODUCTS);
    }
    for _ in 0..3 {
        at_gate(&instance, &secret, "/v1/stores/st_1/orders");
    }
    for _ in 0..55 {
        at_gate(&instance, &secret, "/v1/me");
    }
    at_gate(&instance, &quiet, PRODUCTS);
    instance.write_counts().unwrap();

    // Free is 60 a minute: 7 and 53 passed, 2 came too many.
    let page = words(&browser.get(USAGE).text());
    for said in
        ["Allowed 61", "Refused 3", "Over the limit 2", "insufficient_scope 3", "rate_limited 2"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("read:products 8") && page.contains("plan Free"), "{page}");
    let quota = first("Web shop: requests today ([0-9,]+ of [0-9,]+)", &page);
    assert_eq!(quota, Some("60 of 1,000"), "{page}");

    let own = words(&browser.get(&format!("{USAGE}?since=1h&key={other}")).text());
    assert!(own.contains("Allowed 1 ") && own.contains("Refused 0"), "{own}");
    let detail = words(&browser.get(&format!("{KEYS}/{id}")).text());
    for said in ["insufficient_scope 3", "Give the key the scope", "Requests today 60 of 1,000"] {
        assert!(detail.contains(said), "{said}: {detail}");
    }

    let csv = browser.get(&format!("{USAGE}.csv?since=1h"));
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        csv.text(),
        "at,outcome,requests\n2026-03-01T12:00:00.000Z,allowed,61\n\
         2026-03-01T12:00:00.000Z,insufficient_scope,3\n2026-03-01T12:00:00.000Z,rate_limited,2\n"
    );
    for since in ["1h", "24h", "7d", "30d", "365d", "nonsense", ""] {
        let answer = browser.get(&format!("{USAGE}?since={since}"));
        assert_eq!(answer.status, 200, "{since}");
        assert!(words(&answer.text()).contains("Allowed 61"), "{since}");
        assert!(answer.body.len() < 100 * 1_024, "{since}: {} bytes", answer.body.len());
    }
}

#[test]
fn what_a_day_has_used_is_told_after_a_restart_too() {
    let instance = world();
    let browser = signed_in(&instance, "dev@example.com");
    let (id, secret) = made(&create(&browser, &[]));
    for _ in 0..5 {
        assert_eq!(at_gate(&instance, &secret, PRODUCTS), "200");
    }
    let instance = instance.restart();
    let browser = signed_in(&instance, "dev@example.com");
    let page = words(&browser.get(&format!("{KEYS}/{id}")).text());
    assert!(page.contains("Requests today 5"), "{page}");
}
