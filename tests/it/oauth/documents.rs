//! Clients that are known by the address of a document: Client ID Metadata Documents.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    App, Lab, Tokens, VERIFIER, allow, asked, assert_error, authorize_url, parameter, sent_to,
};
use crate::harness::{Answer, Request};

const BY_HTTP: &str = "insecure_client_id_metadata_loopback = true\nregistration_per_minute = 100";

const REDIRECT: &str = "http://127.0.0.1/cb";

/// Somebody's host: it answers every request with what it was told to.
struct Host {
    address: SocketAddr,
    said: Arc<Mutex<String>>,
    asked: Arc<AtomicU32>,
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (said, asked) = (Arc::<Mutex<String>>::default(), Arc::<AtomicU32>::default());
        let (to_say, counted) = (Arc::clone(&said), Arc::clone(&asked));
        // It ends with the tests' process.
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut lines = BufReader::new(&stream).lines();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let answer = to_say.lock().unwrap().clone();
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        let host = Self { address, said, asked };
        host.describe(&host.document());
        host
    }

    fn url(&self) -> String {
        format!("http://{}/client.json", self.address)
    }

    fn app(&self) -> App {
        App { id: self.url(), secret: None }
    }

    fn document(&self) -> Value {
        json!({
            "client_id": self.url(),
            "client_name": "Editor",
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
        })
    }

    fn describe(&self, document: &Value) {
        self.say("200 OK", "Content-Type: application/json", &document.to_string());
    }

    fn say(&self, status: &str, header: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\n");
        *self.said.lock().unwrap() = format!("{head}Connection: close\r\n\r\n{body}");
    }

    fn times_asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn lab() -> Lab {
    let lab = Lab::new();
    lab.set(BY_HTTP);
    lab
}

/// What whoever sits before the browser sees.
fn begin(lab: &Lab, app: &App) -> Answer {
    let browser = lab.ada();
    browser.get(&authorize_url(app, &[("redirect_uri", "http://127.0.0.1:33418/cb")]))
}

/// An app that describes itself, with the tokens that Ada has it given.
fn let_in(lab: &Lab, host: &Host) -> (App, Tokens) {
    let (app, browser) = (host.app(), lab.ada());
    let redirect = ("redirect_uri", "http://127.0.0.1:33418/cb");
    let page = asked(&browser, &app, &[redirect]);
    let shown = browser.get(&page).text();
    assert!(shown.contains("Editor") && shown.contains("127.0.0.1"), "{shown}");
    let sent = sent_to(&allow(&browser, &page, &[]));
    assert!(sent.starts_with("http://127.0.0.1:33418/cb?"), "{sent}");
    let tokens = Tokens::of(&lab.redeem(&app, &parameter(&sent, "code").unwrap()));
    (app, tokens)
}

#[test]
fn a_client_that_describes_itself_gets_tokens_like_any_other() {
    let (lab, host) = (lab(), Host::start());
    let (app, tokens) = let_in(&lab, &host);
    let asked = Request::new("GET", "/verify/notes")
        .header("Host", "localhost")
        .header("X-Original-URI", "/v1/notes")
        .header("X-Original-Method", "GET")
        .header("Authorization", format!("Bearer {}", tokens.access));
    let answer = lab.instance.client().send(&asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("x-keystile-client"), Some(app.id.as_str()));
    let subject = answer.header("x-keystile-subject").unwrap();
    assert!(subject.starts_with("user:user_"), "{subject}");
    assert_eq!(answer.header("x-keystile-owner"), subject.strip_prefix("user:"));
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200);
    assert_eq!(host.times_asked(), 1);
    let metadata = lab.get("/.well-known/oauth-authorization-server").json();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
}

#[test]
fn a_document_is_asked_for_again_when_it_is_old_and_what_cannot_be_used_is_never_kept() {
    let (lab, host) = (lab(), Host::start());
    for expected in [1, 1] {
        assert_eq!(begin(&lab, &host.app()).status, 303);
        assert_eq!(host.times_asked(), expected);
    }
    lab.instance.advance("5m");
    host.say("500 Internal Server Error", "Content-Type: application/json", "{}");
    for expected in [2, 3] {
        assert_eq!(begin(&lab, &host.app()).status, 400, "though it was good before");
        assert_eq!(host.times_asked(), expected);
    }
    let mut moved = host.document();
    moved["redirect_uris"] = json!(["http://127.0.0.1/elsewhere"]);
    host.describe(&moved);
    assert_eq!(begin(&lab, &host.app()).status, 400, "what was registered there is no more");
    host.describe(&host.document());
    lab.instance.advance("5m");
    assert_eq!(begin(&lab, &host.app()).status, 303);
}

#[test]
fn a_document_that_names_another_address_later_leads_no_code_there() {
    // patchwork-os #108: what was judged is what is redeemed.
    let (lab, host) = (lab(), Host::start());
    let (app, browser) = (host.app(), lab.ada());
    let first = ("redirect_uri", "http://127.0.0.1:33418/cb");
    let (kept, lost) = (asked(&browser, &app, &[first]), asked(&browser, &app, &[first]));
    let code = parameter(&sent_to(&allow(&browser, &kept, &[])), "code").unwrap();
    let mut moved = host.document();
    moved["redirect_uris"] = json!(["https://elsewhere.example/cb"]);
    host.describe(&moved);
    let second = ("redirect_uri", "https://elsewhere.example/cb");
    let fields = [("grant_type", "authorization_code"), ("code", &*code), second];
    let fields: Vec<_> = fields.into_iter().chain([("code_verifier", VERIFIER)]).collect();
    assert_error(&lab.form("/oauth/token", &app.with(&fields)), 400, "invalid_grant");
    assert_eq!(lab.redeem(&app, &code).status, 200);

    lab.instance.advance("5m");
    let newer = asked(&browser, &app, &[second]);
    assert_eq!(allow(&browser, &newer, &[]).status, 303);
    assert_eq!(browser.get(&lost).status, 200);
    let fields = [("decision", "allow"), ("workspace", "acme"), ("scope", "read:notes")];
    assert_eq!(browser.post(&lost, &fields).status, 404, "it has withdrawn that address");
}

#[test]
fn whatever_is_wrong_is_told_in_the_same_words() {
    let (lab, host, other) = (lab(), Host::start(), Host::start());
    let unknown = App { id: "client_00000000000000000000000000".to_owned(), secret: None };
    let words = begin(&lab, &unknown);
    assert_eq!(words.status, 400);
    let same = |what: &str| {
        let answer = begin(&lab, &host.app());
        // Only the request's id differs, and what was asked.
        let said = |answer: &Answer| {
            answer.text().split("<main").nth(1).unwrap().split("req").next().unwrap().to_owned()
        };
        assert_eq!((answer.status, said(&answer)), (400, said(&words)), "{what}");
    };
    let json = "Content-Type: application/json";
    let document = host.document().to_string();
    let redirect = format!("{json}\r\nLocation: {}", other.url());
    let long = format!("{document}{}", " ".repeat(6_000));
    for (status, header, body) in [
        ("404 Not Found", json, "{}"),
        ("201 Created", json, document.as_str()),
        ("302 Found", redirect.as_str(), document.as_str()),
        ("200 OK", "Content-Type: text/html", document.as_str()),
        ("200 OK", json, long.as_str()),
        ("200 OK", json, "not json"),
        ("200 OK", json, "[]"),
    ] {
        host.say(status, header, body);
        same(status);
    }
    assert_eq!(other.times_asked(), 0, "no redirect is followed");
    for (name, value) in [
        ("client_id", json!(other.url())),
        ("client_secret", json!("secret")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("grant_types", json!(["client_credentials"])),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!(["https://*.example/cb"])),
    ] {
        let mut document = host.document();
        document[name] = value;
        host.describe(&document);
        same(name);
    }
}

#[test]
fn nothing_is_asked_that_the_settings_or_the_spelling_forbid() {
    let (lab, host) = (lab(), Host::start());
    let port = host.address.port();
    for spelling in [
        format!("https://127.0.0.1:{port}/client.json"),
        format!("https://localhost:{port}/client.json"),
        format!("https://2130706433:{port}/client.json"),
        format!("https://[::ffff:127.0.0.1]:{port}/client.json"),
        format!("https://169.254.169.254:{port}/latest/meta-data"),
        format!("http://127.0.0.1:{port}/a/../client.json"),
        format!("http://127.0.0.1:{port}"),
        format!("http://user@127.0.0.1:{port}/client.json"),
        format!("http://127.0.0.1:{port}/client.json#x"),
    ] {
        assert_eq!(
            begin(&lab, &App { id: spelling.clone(), secret: None }).status,
            400,
            "{spelling}"
        );
    }
    assert_eq!(host.times_asked(), 0);
    assert_eq!(begin(&lab, &host.app()).status, 303);
    for off in ["client_id_metadata = false\ninsecure_client_id_metadata_loopback = true", ""] {
        let off = &format!("{off}\nregistration_per_minute = 100");
        lab.set(off);
        assert_eq!(begin(&lab, &host.app()).status, 400, "{off}");
    }
    assert_eq!(host.times_asked(), 1);
}

#[test]
fn where_documents_are_off_their_clients_get_no_more_tokens() {
    let (lab, host) = (lab(), Host::start());
    let (app, tokens) = let_in(&lab, &host);
    lab.set("client_id_metadata = false");
    assert_error(&lab.refresh(&app, &tokens.refresh), 401, "invalid_client");
    assert_error(&lab.redeem(&app, "ks_ac_x"), 401, "invalid_client");
    lab.set(BY_HTTP);
    assert_eq!(lab.refresh(&app, &tokens.refresh).status, 200, "nothing was used up");
}

#[test]
fn one_address_has_so_many_documents_fetched_in_a_minute() {
    let (lab, host) = (lab(), Host::start());
    lab.set("insecure_client_id_metadata_loopback = true\nregistration_per_minute = 3");
    host.say("404 Not Found", "Content-Type: application/json", "{}");
    let statuses: Vec<u16> = (0..5).map(|_| begin(&lab, &host.app()).status).collect();
    assert_eq!(statuses, [400, 400, 400, 429, 429]);
    assert_eq!(host.times_asked(), 3);
}
