//! Products as operators see them: what is in force, what is wrong, what would be decided.

use std::fs;

use super::{signed_in, with_counted, with_products};
use crate::harness::eventually;
use crate::usage::key;

#[test]
fn products_are_listed_and_shown_as_loaded() {
    let instance = with_products();
    let bound = |scope: &str| instance.key("whale", "live", &[scope]).bound_to("store", "st_1");
    bound("read:products").make();
    bound("read:products").make();
    bound("read:orders").expires("1h").make();
    let ada = signed_in(&instance, "ada@example.com");
    let list = ada.get("/console/products").text();
    assert!(
        list.contains("/console/products/whale") && list.contains("/console/products/example"),
        "{list}"
    );
    let page = ada.get("/console/products/whale").text();
    let holders = |page: &str, scope: &str| {
        let row = page.split(&format!("<code>{scope}</code>")).nth(1).unwrap();
        let row = row.split("</tr>").next().unwrap();
        row.rsplit("<td class=\"number\">").next().unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(holders(&page, "read:products"), "2");
    assert_eq!(holders(&page, "read:orders"), "1");
    assert!(page.contains("wk_live_") && page.contains("Good"), "{page}");
    instance.advance("2h");
    let ada = signed_in(&instance, "ada@example.com");
    assert_eq!(
        holders(&ada.get("/console/products/whale").text(), "read:orders"),
        "0",
        "it has expired"
    );
    assert_eq!(ada.get("/console/products/nonsense").status, 404);
}

#[test]
fn a_broken_file_shows_its_line_while_its_last_good_version_is_in_force() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let file = instance.plugin_file("counted");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("\"GET /a\" = \"read:a\"", "\"GET /a\" = \"read:aa\"")).unwrap();
    let page = eventually(250, || {
        let page = ada.get("/console/products/counted").text();
        page.contains("its last good version is still in force").then_some(page)
    });
    let page = page.expect("the problem is shown");
    let line = 1 + good.lines().position(|line| line.starts_with("\"GET /a\"")).unwrap();
    assert!(page.contains(&format!("counted.toml:{line}:")), "{page}");
    assert!(page.contains("<mark>") && page.contains('^'), "{page}");
    for path in ["/console/products", "/console", "/console/people"] {
        assert!(ada.get(path).text().contains("A plugin file has a problem"), "{path}");
    }
    fs::write(&file, good).unwrap();
    let mended = eventually(250, || {
        let page = ada.get("/console/products").text();
        (!page.contains("A plugin file has a problem")).then_some(())
    });
    mended.expect("the file is mended");
}

#[test]
fn a_file_that_was_never_good_shows_its_problem_in_the_list() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    fs::write(instance.plugin_file("broken"), "name = 3\n").unwrap();
    let page = eventually(250, || {
        let page = ada.get("/console/products").text();
        page.contains("broken.toml:1:").then_some(page)
    });
    assert!(page.is_some());
    assert_eq!(ada.get("/console/products/broken").status, 404);
}

#[test]
fn the_proxy_page_has_the_configuration_that_the_command_prints() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let page = ada.get("/console/products/counted/proxy").text();
    assert!(page.contains("auth_request") && page.contains("/verify/counted"), "{page}");
    assert!(page.contains("data-copy=\"nginx\""));
    assert_eq!(ada.get("/console/products/nonsense/proxy").status, 404);
}

#[test]
fn the_proxy_page_warns_of_addresses_that_a_link_has_brought() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let page = |query: &str| ada.get(&format!("/console/products/counted/proxy{query}")).text();
    let warning = "came with the link to this page";
    assert!(!page("").contains(warning));
    for query in ["?upstream=198.51.100.9:80", "?listen=0.0.0.0:80"] {
        assert!(page(query).contains(warning), "{query}");
    }
}

#[test]
fn the_proxy_page_takes_the_addresses_that_somebody_has() {
    let instance = with_counted();
    let ada = signed_in(&instance, "ada@example.com");
    let asked = |query: &str| ada.get(&format!("/console/products/counted/proxy?{query}")).text();
    let page = asked("listen=127.0.0.1%3A8181&upstream=10.0.0.7%3A9100");
    assert!(page.contains("listen 127.0.0.1:8181") && page.contains("10.0.0.7:9100"), "{page}");
    assert!(page.contains("--listen 127.0.0.1:8181 --upstream 10.0.0.7:9100 &gt;"), "{page}");
    let usual = asked("listen=&upstream=");
    assert!(usual.contains("keystile nginx counted &gt;"), "{usual}");
    for bad in ["127.0.0.1:8181; deny all", "$(id)", "a b", "\"", "%0A"] {
        let query: String = form_urlencoded::byte_serialize(bad.as_bytes()).collect();
        let page = asked(&format!("upstream={query}"));
        assert!(page.contains("There is no configuration yet"), "{bad}: {page}");
        assert!(!page.contains("--upstream"), "{bad}: {page}");
    }
}

#[test]
fn the_tester_decides_step_by_step_and_never_shows_a_secret() {
    let instance = with_counted();
    let key = key(&instance, &["read:a"]);
    let ada = signed_in(&instance, "ada@example.com");
    let id = key.id.to_string();
    let decide = |url: &str, key_id: &str, secret: &str, ip: &str| {
        ada.get("/console/products/counted/test");
        let answer = ada.post(
            "/console/products/counted/test",
            &[("method", "GET"), ("url", url), ("key_id", key_id), ("key", secret), ("ip", ip)],
        );
        let page = answer.text();
        assert!(!page.contains(&key.secret), "a secret is never shown again");
        (answer.status, page)
    };
    let (status, page) = decide("/a", "", &key.secret, "");
    assert!(status == 200 && page.contains("Allow"), "{page}");
    let (status, page) = decide("/b", &id, "", "192.0.2.7");
    assert!(status == 200 && page.contains("insufficient_scope"), "{page}");
    assert!(page.contains("value=\"/b\"") && page.contains(&id) && page.contains("192.0.2.7"));
    let (_, page) = decide("/a", "", "", "");
    assert!(page.contains("missing_credential"), "{page}");
    for (url, key_id, secret, ip, field) in [
        ("nonsense", "", "", "", "url"),
        ("/a", "nonsense", "", "", "key_id"),
        ("/a", "key_01kapnj2tb6s6xhvq3t4e9v5z7", "", "", "key_id"),
        ("/a", &id, key.secret.as_str(), "", "key"),
        ("/a", "", "", "nonsense", "ip"),
    ] {
        let (status, page) = decide(url, key_id, secret, ip);
        assert_eq!(status, 422, "{field}");
        assert!(page.contains(&format!("field-{field}-error")), "{field}: {page}");
    }
    assert_eq!(ada.get("/console/products/nonsense/test").status, 404);
}
