//! Connected apps: who sees them, and who ends them.

use keystile::accounts::people::Role;

use super::{Lab, Tokens, assert_error};
use crate::harness::instance::WORKSPACE;
use crate::harness::{Browser, Request};

const APPS: &str = "/console/workspaces/acme/apps";

/// Those of every workspace.
const ALL: &str = "/console/apps";

/// A lab with an app that Ada has let in.
fn let_in() -> (Lab, super::App, Tokens) {
    let lab = Lab::new();
    let app = lab.secret_app();
    let tokens = lab.tokens(&app);
    (lab, app, tokens)
}

/// The gate's answer to a request with an access token.
fn at_gate(lab: &Lab, access: &str) -> u16 {
    let request = Request::new("GET", "/verify/notes").header("Host", "gate");
    let lines = [
        ("X-Original-URI", "/v1/notes"),
        ("X-Original-Method", "GET"),
        ("X-Original-Host", "notes.example"),
        ("X-Original-Proto", "http"),
        ("X-Real-IP", "203.0.113.9"),
    ];
    let request = lines.iter().fold(request, |request, (name, value)| request.header(name, value));
    let bearer = format!("Bearer {access}");
    lab.instance.client().send(&request.header("Authorization", bearer)).status
}

/// The ids of what can be ended from a page.
fn to_end(browser: &Browser, page: &str) -> Vec<String> {
    let text = browser.get(page).text();
    let behind = text.split("name=\"grant\" value=\"").skip(1);
    behind.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn an_app_is_listed_with_what_it_may_do_and_ended_by_whoever_let_it_in() {
    let (lab, app, tokens) = let_in();
    let ada = lab.ada();
    for page in [APPS, "/console/account"] {
        let text = ada.get(page).text();
        for said in ["Ledger", &app.id, "read:notes", "Notes", "ada@example.com"] {
            assert!(text.contains(said), "{page}: {said}: {text}");
        }
    }
    assert!(lab.is_active(&app, &tokens.access));
    assert!(ada.get(APPS).text().contains("Never"), "no request has come yet");
    assert_eq!(at_gate(&lab, &tokens.access), 200);
    lab.instance.write_counts().unwrap();
    let used = ada.get(APPS).text();
    assert!(!used.contains("Never") && used.contains("from 203.0.113.9"), "{used}");
    let [grant] = to_end(&ada, "/console/account").try_into().unwrap();
    assert_eq!(ada.post("/console/account/apps/end", &[("grant", &grant)]).status, 303);
    assert!(!lab.is_active(&app, &tokens.access), "at once");
    assert_error(&lab.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert!(ada.get(APPS).text().contains("No app is connected"));
    assert_eq!(ada.post("/console/account/apps/end", &[("grant", &grant)]).status, 404);
}

#[test]
fn admins_and_operators_end_what_others_let_in_and_nobody_else_does() {
    let (lab, app, tokens) = let_in();
    let instance = &lab.instance;
    instance.workspace("other", "free").unwrap();
    for (email, workspace, role) in [
        ("amy@example.com", WORKSPACE, Role::Admin),
        ("dev@example.com", WORKSPACE, Role::Developer),
        ("vic@example.com", WORKSPACE, Role::Viewer),
        ("eve@example.com", "other", Role::Owner),
    ] {
        instance.person(email, Some((workspace, role))).unwrap();
    }
    let [grant] = to_end(&lab.ada(), APPS).try_into().unwrap();
    let end = |email: &str, page: &str| {
        let browser = lab.browser(email);
        browser.get("/console/account");
        browser.post(&format!("{page}/end"), &[("grant", &grant)]).status
    };
    assert_eq!(to_end(&lab.browser("dev@example.com"), APPS), [] as [String; 0]);
    assert_eq!(end("dev@example.com", APPS), 409, "they did not let it in");
    assert_eq!(end("vic@example.com", APPS), 403);
    assert_eq!(end("eve@example.com", APPS), 404);
    assert_eq!(end("eve@example.com", "/console/workspaces/other/apps"), 404, "it is another's");
    assert_eq!(end("eve@example.com", "/console/account/apps"), 404);
    assert_eq!(end("amy@example.com", "/console/apps"), 404, "that is for operators");
    assert!(lab.is_active(&app, &tokens.access));
    assert_eq!(end("amy@example.com", APPS), 303);
    assert!(!lab.is_active(&app, &tokens.access));

    let tokens = lab.tokens(&app);
    let olga = lab.browser("olga@example.com");
    let [grant] = to_end(&olga, "/console/apps").try_into().unwrap();
    assert_eq!(olga.post("/console/apps/end", &[("grant", &grant)]).status, 303);
    assert!(!lab.is_active(&app, &tokens.access));
    let log = olga.get("/console/audit?action=grant.end").text();
    assert!(log.contains("1–2 of 2"), "{log}");
}

#[test]
fn the_page_of_a_client_tells_whom_it_acts_for() {
    let (lab, app, _) = let_in();
    let olga = lab.browser("olga@example.com");
    let page = format!("/console/clients/show?client={}", app.id);
    let text = olga.get(&page).text();
    assert!(text.contains("Connected apps") && text.contains("ada@example.com"), "{text}");
    let [grant] = to_end(&olga, &page).try_into().unwrap();
    assert_eq!(olga.post("/console/apps/end", &[("grant", &grant)]).status, 303);
    assert!(!olga.get(&page).text().contains("ada@example.com</td>"));
}

#[test]
fn a_service_is_told_apart_and_its_tokens_end_too() {
    let lab = Lab::new();
    let app = lab.service(&["read:notes"]);
    let fields = [("grant_type", "client_credentials")];
    let token = Tokens::of(&lab.form("/oauth/token", &app.with(&fields)));
    let olga = lab.browser("olga@example.com");
    let text = olga.get(APPS).text();
    assert!(text.contains("Nightly") && text.contains("Itself: a service"), "{text}");
    let [grant] = to_end(&olga, APPS).try_into().unwrap();
    assert_eq!(olga.post(&format!("{APPS}/end"), &[("grant", &grant)]).status, 303);
    assert!(!lab.is_active(&app, &token.access));
}

#[test]
fn a_long_list_of_apps_has_pages() {
    let lab = Lab::new();
    for _ in 0..51 {
        lab.tokens(&lab.secret_app());
    }
    let (ada, olga) = (lab.ada(), lab.browser("olga@example.com"));
    let pages = [(&ada, APPS, "page"), (&ada, "/console/account", "apps"), (&olga, ALL, "page")];
    for (browser, first, field) in pages {
        let second = format!("{first}?{field}=2");
        let text = browser.get(first).text();
        assert!(text.contains("1–50 of 51") && text.contains(&second), "{first}: {text}");
        assert_eq!(to_end(browser, first).len(), 50, "{first}");
        assert!(browser.get(&second).text().contains("51–51 of 51"), "{second}");
        assert_eq!(to_end(browser, &second).len(), 1, "{second}");
    }
    let [grant] = to_end(&ada, &format!("{APPS}?page=2")).try_into().unwrap();
    assert_eq!(ada.post(&format!("{APPS}/end"), &[("grant", &grant)]).status, 303);
    assert_eq!(to_end(&ada, &format!("{APPS}?page=2")).len(), 50, "the last page is the first");
}
