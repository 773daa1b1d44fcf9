//! What the pages count is what was sent.

use keystile::accounts::people::Role;

use super::house::{MEMBER, ask};
use super::{sign_in, with_scripts_and_without};
use crate::harness::instance::{Plugins, WORKSPACE};
use crate::harness::{BackEnd, Chromium, Instance, Nginx};

/// The rows of a table that its caption names, as their cells' words.
const FIGURES: &str = ".figures";

#[test]
fn the_numbers_equal_what_was_sent_through_nginx() {
    let instance = Instance::start(&Plugins::shipped());
    instance.person(MEMBER, Some((WORKSPACE, Role::Viewer))).unwrap();
    instance.own("store", "st_1");
    let key = instance.key("whale", "live", &["read:products"]).bound_to("store", "st_1").make();
    let nginx = Nginx::start(&instance, &BackEnd::start(), &["whale"]);
    let sent = |path, times| (0..times).map(|_| ask(&nginx, &key.secret, path)).max();
    assert_eq!(sent("/v1/stores/st_1/products", 37), Some(200));
    assert_eq!(sent("/v1/stores/st_1/orders", 11), Some(403));
    assert_eq!(sent("/v1/stores/st_2/products", 5), Some(403));
    instance.write_counts().unwrap();
    let chromium = Chromium::start(instance.web);
    with_scripts_and_without(&chromium, |tab| {
        sign_in(tab, MEMBER);
        tab.goto("/console/workspaces/acme/usage?since=24h");
        let figures = tab.text_of(FIGURES);
        let words: Vec<_> = figures.split_whitespace().collect();
        assert!(words.windows(2).any(|pair| pair == ["Allowed", "37"]), "{figures}");
        assert!(words.windows(2).any(|pair| pair == ["Refused", "16"]), "{figures}");
        let page = tab.text();
        let refusals = |code: &str| {
            let line = page.lines().find(|line| line.starts_with(code)).expect(code);
            line.split('\t').nth(1).map(str::to_owned)
        };
        assert_eq!(refusals("insufficient_scope").as_deref(), Some("11"), "{page}");
        assert_eq!(refusals("resource_mismatch").as_deref(), Some("5"), "{page}");
        tab.goto(&format!("/console/workspaces/acme/keys/{}", key.id));
        assert!(tab.text().contains("insufficient_scope\t11\t"), "{}", tab.text());
    });
}
