//! Codes and tokens stand in one answer each, and in no file and no log.

use std::fs;
use std::path::Path;

use super::{App, CALLBACK, FORM, VERIFIER, allow, asked, parameter, query, sent_to};
use crate::harness::instance::PASSWORD;
use crate::harness::process::{Home, until};
use crate::harness::{Address, Browser, Client, Request};

/// Holds that no file of a folder has `secret` in it.
fn searched(folder: &Path, secret: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            searched(&path, secret);
        } else if path.is_file() {
            let content = fs::read(&path).unwrap();
            let is_in = content.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!is_in, "{secret} stands in {}", path.display());
        }
    }
}

#[test]
fn nothing_that_opens_anything_is_kept_or_logged() {
    let home = Home::with_acme();
    home.add_person("olga@example.com", &["--operator"]);
    let mut command = home.command(&["serve"]);
    command.env("KEYSTILE_LOG__LEVEL", "trace");
    let server = home.serve_by(&mut command);
    let web = home.web();
    let client = Client::of(Address::Tcp(web));
    let post = |path: &str, kind: &str, body: &str| {
        let request = Request::new("POST", path).header("Host", web.to_string());
        client.send(&request.header("Content-Type", kind).body(body)).json()
    };
    let said = serde_json::json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let registered = post("/oauth/register", "application/json", &said.to_string());
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap().to_owned();
    let app = App {
        id: text(&registered, "client_id"),
        secret: Some(text(&registered, "client_secret")),
    };
    let browser = Browser::of(web);
    until("the throttle lets us in", || {
        (browser.sign_in("olga@example.com", PASSWORD).status == 303).then_some(())
    });
    let page = asked(&browser, &app, &[("resource", ""), ("scope", "read:users")]);
    let code = parameter(&sent_to(&allow(&browser, &page, &[])), "code").unwrap();
    let fields =
        [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    let first = post("/oauth/token", FORM, &query(&app.with(&fields)));
    let refresh = text(&first, "refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh)];
    let second = post("/oauth/token", FORM, &query(&app.with(&fields)));
    let request = page.strip_prefix("/oauth/consent/").unwrap().to_owned();
    for secret in [
        code,
        refresh,
        request,
        text(&first, "access_token"),
        text(&second, "access_token"),
        text(&second, "refresh_token"),
        app.secret.unwrap(),
        text(&registered, "registration_access_token"),
        VERIFIER.to_owned(),
    ] {
        searched(&home.path(""), &secret);
    }
    assert!(server.terminate().success());
}
