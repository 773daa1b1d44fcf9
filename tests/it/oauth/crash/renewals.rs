//! Apps that renew their tokens while the server is killed.

use std::net::SocketAddr;
use std::thread;

use super::{SCOPE, home, kill, olga, redeemed, refreshed, registered};
use crate::harness::Browser;
use crate::oauth::{App, allow, asked, parameter, sent_to};

const CYCLES: usize = 4;
const APPS: usize = 4;

/// The refresh token of an app that somebody has let in.
fn let_in(web: SocketAddr, browser: &Browser, app: &App) -> String {
    let page = asked(browser, app, &SCOPE);
    let code = parameter(&sent_to(&allow(browser, &page, &[])), "code").unwrap();
    let answer = redeemed(web, app, &code).unwrap();
    answer.json()["refresh_token"].as_str().unwrap().to_owned()
}

/// Renews until the server goes away; answers the last token that was acknowledged.
fn renew(web: SocketAddr, app: &App, mut token: String) -> String {
    while let Some(answer) = refreshed(web, app, &token) {
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }
    token
}

#[test]
fn whoever_was_acknowledged_last_goes_on_after_a_crash() {
    let home = home();
    for cycle in 0..CYCLES {
        let server = home.serve();
        let web = home.web();
        let browser = olga(web);
        let apps: Vec<(App, String)> = (0..APPS)
            .map(|_| {
                let (app, _) = registered(web).unwrap();
                let token = let_in(web, &browser, &app);
                (app, token)
            })
            .collect();
        let renewing: Vec<_> = apps
            .into_iter()
            .map(|(app, token)| {
                thread::spawn(move || {
                    let last = renew(web, &app, token);
                    (app, last)
                })
            })
            .collect();
        kill(server, cycle * 7 + 3);
        let last: Vec<(App, String)> =
            renewing.into_iter().map(|one| one.join().unwrap()).collect();

        let server = home.serve();
        let web = home.web();
        for (app, token) in last {
            let answer = refreshed(web, &app, &token).unwrap();
            assert_eq!(answer.status, 200, "cycle {cycle}: {}", answer.text());
            let next = answer.json()["refresh_token"].as_str().unwrap().to_owned();
            assert_eq!(refreshed(web, &app, &next).unwrap().status, 200);
        }
        assert!(server.terminate().success());
    }
}
