//! A plugin file with a mistake, as the operator sees it.

use super::house::{House, OPERATOR};
use super::{sign_in, with_scripts_and_without};
use crate::harness::Chromium;

#[test]
fn a_broken_plugin_shows_its_line_and_that_the_older_version_is_in_force() {
    let house = House::furnished();
    let chromium = Chromium::start(house.instance.web);
    house.break_whale();
    let text = std::fs::read_to_string(house.instance.plugin_file("whale")).unwrap();
    let line = text.lines().position(|line| line.contains("read:oders")).unwrap() + 1;
    with_scripts_and_without(&chromium, |tab| {
        sign_in(tab, OPERATOR);
        tab.goto("/console/products");
        assert!(tab.text().contains("older version in force"), "{}", tab.text());
        tab.follow("Whale Gateway");
        let shown = tab.text_of(".diagnosis");
        assert!(shown.contains(&format!("whale.toml:{line}:")), "{shown}");
        assert!(shown.contains("read:oders") && shown.contains('^'), "{shown}");
        assert!(tab.text().contains("last good version is still in force"), "{}", tab.text());
    });
}
