//! A server that is killed at any moment leaves nothing half done.

use std::net::SocketAddr;
use std::thread;

use super::{App, CALLBACK, FORM, VERIFIER, allow, asked, parameter, query, sent_to};
use crate::harness::instance::PASSWORD;
use crate::harness::process::{Home, until};
use crate::harness::{Address, Answer, Browser, Client, Request, eventually};

const CYCLES: usize = 4;
const APPS: usize = 4;

/// Answers that may be lost are given again for ten minutes, so that each can be asked for after the
/// crash.
const CONFIG: &str = "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n\
                      [oauth]\nrefresh_replay = \"10m\"\nregistration_per_minute = 1000\n";

/// A request, and what it was answered if the server was there to answer.
fn posted(web: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let request = Request::new("POST", path).header("Host", web.to_string());
    let request = request.header("Content-Type", FORM).body(&query(fields));
    Client::of(Address::Tcp(web)).try_send(&request)
}

fn refreshed(web: SocketAddr, app: &App, token: &str) -> Option<Answer> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    posted(web, "/oauth/token", &app.with(&fields))
}

fn registered(web: SocketAddr) -> App {
    let said = serde_json::json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    });
    let request = Request::new("POST", "/oauth/register").header("Host", web.to_string());
    let request = request.header("Content-Type", "application/json").body(&said.to_string());
    let answer = Client::of(Address::Tcp(web)).send(&request).json();
    App { id: answer["client_id"].as_str().unwrap().to_owned(), secret: None }
}

/// The refresh token of an app that somebody has let in.
fn let_in(web: SocketAddr, browser: &Browser, app: &App) -> String {
    let page = asked(browser, app, &[("resource", ""), ("scope", "read:users")]);
    let code = parameter(&sent_to(&allow(browser, &page, &[])), "code").unwrap();
    let fields =
        [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    let answer = posted(web, "/oauth/token", &app.with(&fields)).unwrap();
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
    let home = Home::with_acme();
    home.write("config.toml", CONFIG);
    home.add_person("olga@example.com", &["--operator"]);
    for cycle in 0..CYCLES {
        let server = home.serve();
        let web = home.web();
        let browser = Browser::of(web);
        until("the throttle lets us in", || {
            (browser.sign_in("olga@example.com", PASSWORD).status == 303).then_some(())
        });
        let apps: Vec<(App, String)> = (0..APPS)
            .map(|_| {
                let app = registered(web);
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
        // Somewhere within what they do: how far they got differs from cycle to cycle.
        let _ = eventually(u32::try_from(cycle * 7 + 3).unwrap(), || None::<()>);
        server.kill9();
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
