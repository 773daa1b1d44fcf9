//! What is kept is bounded: at each bound the answer is the right one, and nothing is half done. The
//! rows that fill a table are written in one statement; nobody reads them but to count.

use keystile::error::{Error, ErrorKind};
use keystile::oauth::clients::{Maker, Terms};
use serde_json::json;

use super::{CALLBACK, Lab, Tokens, actor, allow, asked, assert_error, sent_to, service_terms};
use crate::harness::instance::WORKSPACE;

impl Lab {
    /// Writes rows, past all rules; answers how many.
    pub(super) fn fill(&self, statement: &str) -> usize {
        let statement = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) {statement}"
        );
        let filled =
            self.instance.app.store.write(move |tx| Ok::<_, Error>(tx.execute(&statement, &[])?));
        filled.unwrap()
    }

    /// Clients like the one that is there.
    pub(super) fn fill_clients(&self, number: usize) {
        let columns = "origin, name, auth_method, redirect_uris, grant_types, scopes, product, \
                       workspace, is_oauth20, about, created_at, created_by, last_token_at, seal";
        let filled = self.fill(&format!(
            "INSERT INTO oauth_clients (id, {columns})
             SELECT 'client_' || i, {columns} FROM oauth_clients, n LIMIT {number}"
        ));
        assert_eq!(filled, number);
    }

    /// Requests of other places, each its own, that were made a second ago.
    fn fill_requests(&self, number: usize, session: &str) {
        self.instance.advance("1s");
        let filled = self.fill(&format!(
            "INSERT INTO oauth_requests (digest, client, product, resources, scopes, redirect_uri,
                is_redirect_sent, place, session, created_at, expires_at, seal)
             SELECT randomblob(32), client, product, resources, scopes, redirect_uri,
                is_redirect_sent, randomblob(16), {session}, created_at + 500, expires_at, seal
             FROM oauth_requests, n LIMIT {number}"
        ));
        assert_eq!(filled, number);
    }

    /// How many rows each of these tables has.
    fn counted<const N: usize>(&self, tables: [&str; N]) -> [i64; N] {
        tables.map(|table| self.rows(table))
    }
}

#[test]
fn beyond_ten_thousand_requests_the_oldest_that_nobody_has_before_them_go() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let (shown, unseen) = (asked(&browser, &app, &[]), asked(&browser, &app, &[]));
    assert_eq!(browser.get(&shown).status, 200);
    lab.fill_requests(9_998, "NULL");
    assert_eq!(lab.rows("oauth_requests"), 10_000);
    let newest = asked(&browser, &app, &[]);
    assert_eq!(lab.rows("oauth_requests"), 9_901, "some room is made at a time");
    assert_eq!(browser.get(&unseen).status, 404, "it was the oldest");
    for page in [shown, newest] {
        assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
    }
}

#[test]
fn where_somebody_has_all_ten_thousand_requests_before_them_there_is_room_for_another() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    assert_eq!(browser.get(&page).status, 200);
    lab.fill_requests(9_999, "session");
    let newest = asked(&browser, &app, &[]);
    assert!(lab.rows("oauth_requests") <= 10_000);
    assert!(sent_to(&allow(&browser, &newest, &[])).starts_with(CALLBACK));
}

#[test]
fn beyond_ten_thousand_clients_that_nobody_vouches_for_none_registers() {
    let lab = Lab::new();
    let said = json!({ "redirect_uris": [CALLBACK] });
    assert_eq!(lab.register(&said).status, 201);
    lab.fill_clients(9_999);
    let tables = ["oauth_clients", "oauth_client_secrets", "oauth_registration_tokens"];
    let before = lab.counted(tables);
    assert_error(&lab.register(&said), 503, "temporarily_unavailable");
    assert_eq!(lab.counted(tables), before);
    assert_eq!(lab.tokens(&lab.public_app()).scope, "read:notes", "others go on");

    lab.instance.advance("61m");
    assert_eq!(lab.register(&said).status, 201, "one that nobody used in an hour makes room");
    assert_eq!(lab.rows("oauth_clients"), 10_001, "one is an operator's");
}

#[test]
fn whoever_has_let_a_thousand_apps_in_lets_none_in_before_they_end_one() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    lab.tokens(&app);
    lab.fill_clients(999);
    let filled = lab.fill(
        "INSERT INTO oauth_grants (id, client, workspace, product, resources, holder, scopes,
            restrictions, created_at, ends_at, last_token_at, seal)
         SELECT 'grant_' || i, 'client_' || i, workspace, product, resources, holder, scopes,
            restrictions, created_at, ends_at, last_token_at, seal
         FROM oauth_grants, n LIMIT 999",
    );
    assert_eq!(filled, 999);
    let tables = ["oauth_grants", "oauth_codes", "oauth_requests"];
    let page = asked(&browser, &app, &[]);
    let before = lab.counted(tables);
    let answer = allow(&browser, &page, &[]);
    assert_eq!((answer.status, answer.header("location")), (409, None));
    assert!(answer.text().contains("end some first"), "{}", answer.text());
    assert_eq!(lab.counted(tables), before);

    lab.damage("DELETE FROM oauth_grants WHERE id = 'grant_1'");
    let answer = allow(&browser, &page, &[]);
    assert!(sent_to(&answer).starts_with(CALLBACK), "the request has waited");
}

#[test]
fn a_grant_that_has_worn_out_twenty_thousand_refresh_tokens_ends() {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    let fill = |number: usize| {
        let filled = lab.fill(&format!(
            "INSERT INTO oauth_refresh_tokens (digest, grant_id, created_at, expires_at, used_at, seal)
             SELECT randomblob(32), grant_id, created_at, expires_at, created_at, seal
             FROM (SELECT * FROM oauth_refresh_tokens WHERE used_at IS NULL), n LIMIT {number}"
        ));
        assert_eq!(filled, number);
    };
    fill(19_998);
    let last = Tokens::of(&lab.refresh(&app, &tokens.refresh));
    assert_eq!((lab.rows("oauth_refresh_tokens"), lab.at_gate(&last.access)), (20_000, 200));
    let other = lab.tokens(&app);
    assert_error(&lab.refresh(&app, &last.refresh), 400, "invalid_grant");
    assert_eq!(lab.at_gate(&last.access), 401);
    let tables = ["oauth_grants", "oauth_refresh_tokens", "oauth_access_tokens"];
    assert_eq!(lab.counted(tables), [1, 1, 1], "all of it, and of no other");
    assert_eq!(lab.refresh(&app, &other.refresh).status, 200);
    let worn_out = lab.logged("grant.worn_out");
    assert_eq!(worn_out.len(), 1, "the workspace sees why");
}

#[test]
fn a_hundred_tokens_to_register_with_are_enough() {
    let lab = Lab::new();
    lab.set("registration = \"token\"");
    for _ in 0..100 {
        lab.initial_token().unwrap();
    }
    assert!(lab.initial_token().unwrap_err().to_string().contains("too many such tokens"));
    lab.instance.advance("31d");
    lab.instance.sweep();
    lab.initial_token().unwrap();
}

#[test]
fn a_workspace_has_a_hundred_clients() {
    let lab = Lab::new();
    lab.service(&[]);
    lab.fill_clients(99);
    let another = |slug: &str| {
        let terms = Terms { workspace: Some(slug.to_owned()), ..service_terms(&[]) };
        lab.with_clients(|clients| clients.add(&actor(), Maker::Admin, terms))
    };
    let refused = another(WORKSPACE).map(drop).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert_eq!(lab.rows("oauth_clients"), 100);
    lab.instance.workspace("other", "pro").unwrap();
    another("other").map(drop).unwrap();
}
