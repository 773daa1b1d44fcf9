//! Apps from their registration to their end, while the server is killed.

use std::net::SocketAddr;
use std::thread;

use super::{SCOPE, home, kill, olga, posted, redeemed, refreshed, registered, sent};
use crate::harness::process::{Home, python};
use crate::harness::{Address, Answer, Browser, Client, Request};
use crate::oauth::{App, Tokens, allow, assert_error, authorize_url, parameter, sent_to, yes};

const CYCLES: usize = 10;
const APPS: usize = 3;

/// Prints what is half done in a database: each line is a rule, and how many rows break it.
const HALF_DONE: &str = "
import sqlite3, sys
RULES = {
    'who registered can manage that': '''
        FROM oauth_clients c WHERE origin = 'registered' AND NOT EXISTS (
            SELECT 1 FROM oauth_registration_tokens t WHERE t.client = c.id)''',
    'a client has the secret that it was told': '''
        FROM oauth_clients c WHERE auth_method <> 'none' AND 1 <> (
            SELECT count(*) FROM oauth_client_secrets s WHERE s.client = c.id)''',
    'whoever has answered is not asked any more': '''
        FROM oauth_requests r JOIN oauth_grants g ON g.client = r.client''',
    'a consent has its code': '''
        FROM oauth_grants g WHERE holder IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM oauth_codes c WHERE c.grant_id = g.id)''',
    'a consent stands in the log': '''
        FROM oauth_grants g WHERE holder IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM audit WHERE subject = g.id AND action = 'grant.add')''',
    'a code has given its tokens, or none': '''
        FROM oauth_codes c WHERE (redeemed_at IS NOT NULL) <> (1 = (
            SELECT count(*) FROM oauth_refresh_tokens r
            WHERE r.grant_id = c.grant_id AND used_at IS NULL))
        OR (redeemed_at IS NOT NULL) <> EXISTS (
            SELECT 1 FROM oauth_access_tokens a WHERE a.grant_id = c.grant_id)''',
}
db = sqlite3.connect(f'file:{sys.argv[1]}?mode=rw', uri=True)
for rule, rows in RULES.items():
    if number := db.execute('SELECT count(*) ' + rows).fetchone()[0]:
        print(rule, number)
for row in [*db.execute('PRAGMA foreign_key_check'), *db.execute('PRAGMA integrity_check')]:
    if row != ('ok',):
        print(row)
";

/// What an app was told last.
enum Told {
    Registered,
    Asked { page: String },
    Allowed { code: String },
    Given(Tokens),
    Revoked(Tokens),
    Removed(Tokens),
}

/// An app, what it manages its registration with, and how far it has come.
struct Life {
    app: App,
    management: String,
    told: Told,
}

/// Where an instance is after a crash.
struct Restarted<'a> {
    web: SocketAddr,
    gate: SocketAddr,
    browser: &'a Browser,
}

/// One life after the other, until the server goes away.
fn live(web: SocketAddr, browser: &Browser) -> Vec<Life> {
    let mut lives = Vec::new();
    while let Some((app, management)) = registered(web) {
        let mut life = Life { app, management, told: Told::Registered };
        let is_over = life.go_on(web, browser, lives.len()).is_some();
        lives.push(life);
        if !is_over {
            break;
        }
    }
    lives
}

impl Life {
    /// Goes on to its end, one way or the other; `None` where the server goes away before.
    fn go_on(&mut self, web: SocketAddr, browser: &Browser, number: usize) -> Option<()> {
        let url = authorize_url(&self.app, &SCOPE);
        let page = sent_to(&browser.try_send(&browser.request("GET", &url))?);
        self.told = Told::Asked { page: page.clone() };
        let shown = browser.try_send(&browser.request("GET", &page))?;
        let code = code(&browser.try_send(&yes(browser, &page, &shown, &[]))?);
        self.told = Told::Allowed { code: code.clone() };
        let tokens = Tokens::of(&redeemed(web, &self.app, &code)?);
        self.told = Told::Given(tokens.clone());
        if number.is_multiple_of(2) {
            let answer =
                posted(web, "/oauth/revoke", &self.app.with(&[("token", &tokens.refresh)]))?;
            assert_eq!(answer.status, 200, "{}", answer.text());
            self.told = Told::Revoked(tokens);
        } else {
            assert_eq!(self.managed("DELETE", web)?.status, 204);
            self.told = Told::Removed(tokens);
        }
        Some(())
    }

    fn managed(&self, method: &str, web: SocketAddr) -> Option<Answer> {
        let bearer = format!("Bearer {}", self.management);
        let path = format!("/oauth/register/{}", self.app.id);
        sent(web, Request::new(method, path).header("Authorization", bearer))
    }

    /// Holds that what it was told is so, and that it can go on from there, unless the next step was
    /// taken as a whole.
    fn judge(&self, now: &Restarted<'_>) {
        match &self.told {
            Told::Registered => assert_eq!(self.managed("GET", now.web).unwrap().status, 200),
            Told::Asked { page } => {
                if now.browser.get(page).status != 404 {
                    let code = code(&allow(now.browser, page, &[]));
                    Tokens::of(&redeemed(now.web, &self.app, &code).unwrap());
                }
            }
            Told::Allowed { code } => {
                let answer = redeemed(now.web, &self.app, code).unwrap();
                if answer.status != 200 {
                    assert_error(&answer, 400, "invalid_grant");
                }
            }
            Told::Given(tokens) => {
                let (passes, refreshed) = self.uses(tokens, now);
                assert_eq!(passes, refreshed.status == 200, "{}", refreshed.text());
            }
            Told::Revoked(tokens) => {
                let (passes, refreshed) = self.uses(tokens, now);
                assert!(!passes);
                assert_error(&refreshed, 400, "invalid_grant");
            }
            Told::Removed(tokens) => {
                let (passes, refreshed) = self.uses(tokens, now);
                assert!(!passes);
                assert_error(&refreshed, 401, "invalid_client");
            }
        }
    }

    /// Whether the access token passes, and what the refresh token is answered.
    fn uses(&self, tokens: &Tokens, now: &Restarted<'_>) -> (bool, Answer) {
        let bearer = format!("Bearer {}", tokens.access);
        let request = Request::new("GET", "/verify/example").header("Host", "gate");
        let request = request.header("X-Original-Method", "GET").header("Authorization", bearer);
        let request = request.header("X-Original-URI", "/v1/users/me");
        let request = request.header("X-Original-Proto", "https");
        let verdict = Client::of(Address::Tcp(now.gate)).send(&request);
        let code = verdict.header("x-keystile-code");
        assert!(verdict.status == 200 || code == Some("invalid_token"), "{verdict:?}");
        (verdict.status == 200, refreshed(now.web, &self.app, &tokens.refresh).unwrap())
    }
}

fn code(answer: &Answer) -> String {
    parameter(&sent_to(answer), "code").expect("they said yes")
}

fn half_done(home: &Home) -> String {
    python(HALF_DONE, &[&home.data().join("keystile.db")])
}

#[test]
fn an_app_that_was_told_something_finds_it_so_after_a_crash_and_nothing_is_half_done() {
    let home = home();
    for cycle in 0..CYCLES {
        let server = home.serve();
        let web = home.web();
        let browsers: Vec<Browser> = (0..APPS).map(|_| olga(web)).collect();
        let living: Vec<_> = browsers
            .into_iter()
            .map(|browser| {
                thread::spawn(move || {
                    let lives = live(web, &browser);
                    (browser, lives)
                })
            })
            .collect();
        kill(server, cycle * 2 + 2);
        let lived: Vec<(Browser, Vec<Life>)> =
            living.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(half_done(&home), "", "cycle {cycle}");

        let server = home.serve();
        for (before, lives) in lived {
            let browser = Browser::of(home.web());
            *browser.cookies.borrow_mut() = before.cookies.take();
            let now = Restarted { web: home.web(), gate: server.gate, browser: &browser };
            for life in lives {
                life.judge(&now);
            }
        }
        assert_eq!(half_done(&home), "", "cycle {cycle}, after it went on");
        assert!(server.terminate().success());
    }
}
