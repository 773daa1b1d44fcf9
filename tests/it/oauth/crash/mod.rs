//! A server that is killed at any moment leaves nothing half done: what was acknowledged is so, and
//! what was not is done as a whole or not at all.

mod lives;
mod renewals;
mod rotation;

use std::net::SocketAddr;

use super::{App, CALLBACK, FORM, VERIFIER, query};
use crate::harness::instance::PASSWORD;
use crate::harness::process::{Home, Server, until};
use crate::harness::{Address, Answer, Browser, Client, Request, eventually};

/// What every request for a token of these apps names.
const SCOPE: [(&str, &str); 2] = [("resource", ""), ("scope", "read:users")];

/// Answers that may be lost are given again for ten minutes, so that each can be asked for after the
/// crash.
const CONFIG: &str = "[listen]\nweb = \"127.0.0.1:0\"\ngate = \"127.0.0.1:0\"\n\
                      [oauth]\nrefresh_replay = \"10m\"\nregistration_per_minute = 1000\n";

/// An instance with somebody who may let apps in.
fn home() -> Home {
    let home = Home::with_acme();
    home.write("config.toml", CONFIG);
    home.add_person("olga@example.com", &["--operator"]);
    home
}

/// The browser of whoever lets apps in.
fn olga(web: SocketAddr) -> Browser {
    let browser = Browser::of(web);
    until("the throttle lets us in", || {
        (browser.sign_in("olga@example.com", PASSWORD).status == 303).then_some(())
    });
    browser
}

/// Kills a server somewhere within what it does: how far it gets differs from cycle to cycle.
fn kill(server: Server, looks: usize) {
    let _ = eventually(u32::try_from(looks).unwrap(), || None::<()>);
    server.kill9();
}

/// What a request of an app is answered, if the server is there to answer.
fn sent(web: SocketAddr, request: Request) -> Option<Answer> {
    Client::of(Address::Tcp(web)).try_send(&request.header("Host", web.to_string()))
}

fn posted(web: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let request = Request::new("POST", path).header("Content-Type", FORM);
    sent(web, request.body(&query(fields)))
}

fn redeemed(web: SocketAddr, app: &App, code: &str) -> Option<Answer> {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
    posted(web, "/oauth/token", &app.with(&fields))
}

fn refreshed(web: SocketAddr, app: &App, token: &str) -> Option<Answer> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    posted(web, "/oauth/token", &app.with(&fields))
}

/// An app that registers itself, and what it manages that with.
fn registered(web: SocketAddr) -> Option<(App, String)> {
    let said = serde_json::json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let request =
        Request::new("POST", "/oauth/register").header("Content-Type", "application/json");
    let answer = sent(web, request.body(&said.to_string()))?;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    let app = App { id: text("client_id"), secret: Some(text("client_secret")) };
    Some((app, text("registration_access_token")))
}
