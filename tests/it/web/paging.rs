//! Long lists: fifty rows a page, with the way to the others.

use keystile::accounts::people::Role;

use super::{signed_in, with_products};
use crate::harness::instance::WORKSPACE;
use crate::harness::{Browser, Instance};

const ROWS: usize = 120;

const PAGE: &str = "/console/workspaces/acme";

/// Follows a list whose pages are told apart by the field `name` of the address: its pages in words,
/// and for each the rows of which `row` says the beginning.
fn pages(browser: &Browser, path: &str, name: &str, row: &str) -> Vec<(usize, usize)> {
    let page = |number: usize| {
        let sign = if path.contains('?') { '&' } else { '?' };
        let text = browser.get(&format!("{path}{sign}{name}={number}")).text();
        let next = format!("{name}={}", number + 1);
        assert_eq!(text.contains(&next), number < 3, "{path}, page {number}: {text}");
        let shown = ["1–50 of 120", "51–100 of 120", "101–120 of 120"][number - 1];
        assert!(text.contains(shown), "{path}, page {number}: {text}");
        (number, text.matches(row).count())
    };
    (1..=3).map(page).collect()
}

fn crowded() -> Instance {
    let instance = with_products();
    for number in 0..ROWS {
        let email = format!("member{number:03}@example.com");
        instance.person(&email, Some((WORKSPACE, Role::Viewer))).unwrap();
        instance.workspace(&format!("w{number:03}"), "free").unwrap();
        instance.own("store", &format!("st_{number:03}"));
    }
    instance
}

#[test]
fn every_long_list_is_shown_fifty_rows_a_page() {
    let instance = crowded();
    let ada = signed_in(&instance, "ada@example.com");
    let whole = vec![(1, 50), (2, 50), (3, 20)];
    assert_eq!(pages(&ada, "/console/people?q=MEMBER", "page", ">member"), whole);
    assert_eq!(pages(&ada, "/console/workspaces?q=W", "page", "/console/workspaces/w"), whole);
    assert_eq!(pages(&ada, PAGE, "members", "Change or remove"), whole);
    assert_eq!(pages(&ada, PAGE, "ids", "<code>st_"), whole);
    for number in 0..ROWS {
        ada.get(PAGE);
        let email = format!("i{number:03}@example.com");
        let fields = [("email", email.as_str()), ("role", "viewer")];
        assert_eq!(ada.post(&format!("{PAGE}/invitations"), &fields).status, 200);
    }
    assert_eq!(pages(&ada, PAGE, "invitations", "<td><details class=\"ask\">"), whole);
    let second = ada.get(&format!("{PAGE}?members=2&ids=3")).text();
    assert!(second.contains("members=2&amp;ids=2"), "each list keeps the others' place: {second}");
}
