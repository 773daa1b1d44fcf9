//! What somebody is shown, and who may say yes.

use keystile::accounts::people::Role;
use keystile::oauth::clients::{Changes, Maker, Terms};

use super::{CALLBACK, Lab, Tokens, actor, allow, asked, authorize_url, parameter, sent_to};
use crate::harness::instance::WORKSPACE;

#[test]
fn somebody_sees_who_asks_for_what_and_where_the_answer_goes() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[("scope", "read:notes write:notes")]);
    let shown = browser.get(&page);
    let text = shown.text();
    for part in [
        "Let Sync use Notes?",
        "app.example",
        "https://app.example/cb?x=1",
        app.id.as_str(),
        "https://notes.example/mcp",
        "Read notes",
        "Write notes",
        "Allow",
        "Deny",
        "made by whoever runs this instance",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(!text.contains("Nobody here knows this app"));
    let policy = shown.header("content-security-policy").unwrap();
    assert!(!policy.contains("form-action") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    assert_eq!(shown.header("cross-origin-opener-policy"), Some("unsafe-none"));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
}

#[test]
fn an_app_that_describes_itself_is_shown_as_unknown_and_its_words_as_text() {
    let lab = Lab::new();
    let said = serde_json::json!({
        "client_name": "<img src=x onerror=alert(1)>\u{202e}gnp",
        "logo_uri": "https://evil.example/logo.png",
        "client_uri": "https://evil.example/\u{3c}",
        "redirect_uris": ["http://127.0.0.1:1/cb"],
        "token_endpoint_auth_method": "none",
    });
    let refused = lab.json("POST", "/oauth/register", None, &said);
    assert_eq!(refused.status, 400);
    let mut said = said;
    said["client_uri"] = "https://evil.example/".into();
    let id = lab.json("POST", "/oauth/register", None, &said).json()["client_id"].clone();
    let app = super::App { id: id.as_str().unwrap().to_owned(), secret: None };
    let browser = lab.ada();
    let page = asked(&browser, &app, &[("redirect_uri", "http://127.0.0.1:7/cb")]);
    let text = browser.get(&page).text();
    assert!(text.contains("Nobody here knows this app"));
    assert!(text.contains("a program on your computer"));
    assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;gnp"), "{text}");
    assert!(!text.contains("<img") && !text.contains('\u{202e}'));
    assert!(!text.contains("logo.png"), "nothing of it is fetched");
}

#[test]
fn no_is_told_to_the_app() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    browser.get(&page);
    let url = sent_to(&browser.post(&page, &[("decision", "deny")]));
    assert!(url.starts_with("https://app.example/cb?x=1&error=access_denied"), "{url}");
    assert_eq!(parameter(&url, "state").as_deref(), Some("st&te é"));
    assert_eq!(parameter(&url, "iss").as_deref(), Some(&*lab.issuer()));
    assert_eq!(browser.get(&page).status, 404, "it is decided");
}

#[test]
fn scopes_may_be_left_out_and_none_may_be_added() {
    let lab = Lab::new();
    let (app, browser) = (lab.secret_app(), lab.ada());
    let page = asked(&browser, &app, &[("scope", "read:notes write:notes")]);
    browser.get(&page);
    let base = [("decision", "allow"), ("workspace", WORKSPACE)];
    let none = browser.post(&page, &base);
    assert_eq!(none.status, 422, "nothing at all is no consent");
    let more: Vec<_> = base
        .iter()
        .copied()
        .chain([("scope", "read:notes"), ("scope", "read:tags"), ("scope", "admin:all")])
        .collect();
    let code = parameter(&sent_to(&browser.post(&page, &more)), "code").unwrap();
    assert_eq!(Tokens::of(&lab.redeem(&app, &code)).scope, "read:notes");
}

#[test]
fn a_form_says_yes_and_never_what_it_is_about() {
    // CVE-2021-27582, CVE-2026-7571, obsidian-mcp #4: the form's own words about client or redirect are not known.
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    browser.get(&page);
    for stranger in ["redirect_uri", "client_id", "state", "resource", "code_challenge"] {
        let fields = [
            ("decision", "allow"),
            ("workspace", WORKSPACE),
            ("scope", "read:notes"),
            (stranger, "https://evil.example/cb"),
        ];
        assert_eq!(browser.post(&page, &fields).status, 400, "{stranger}");
    }
    let fields = [("decision", "maybe")];
    assert_eq!(browser.post(&page, &fields).status, 400);
    assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
}

#[test]
fn oauth21_7_8_a_decision_is_its_own_sessions_alone() {
    // CVE-2022-39222, CVE-2023-0264, CVE-2026-27124.
    let lab = Lab::new();
    let (app, ada, olga) = (lab.public_app(), lab.ada(), lab.browser("olga@example.com"));
    let page = asked(&ada, &app, &[]);
    assert_eq!(ada.get(&page).status, 200);
    // Somebody else, and even the same person by another session.
    for other in [&olga, &lab.ada()] {
        assert_eq!(other.get(&page).status, 404);
        other.get("/console/account");
        let fields = [("decision", "allow"), ("workspace", WORKSPACE), ("scope", "read:notes")];
        assert_eq!(other.post(&page, &fields).status, 404);
    }
    // Without the form token, from another site, or by GET.
    let fields = [("decision", "allow"), ("workspace", WORKSPACE), ("scope", "read:notes")];
    assert_eq!(ada.post_as_it_is(&page, &fields).status, 400);
    let request = ada.form(&page, &fields).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(ada.send(&request).status, 403);
    assert_eq!(ada.get(&format!("{page}?decision=allow&workspace=acme")).status, 200);
    assert!(sent_to(&allow(&ada, &page, &[])).starts_with(CALLBACK));
    assert_eq!(ada.post(&page, &fields).status, 404, "once");
}

#[test]
fn a_request_waits_ten_minutes_and_ends_with_its_session() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let (one, other) = (asked(&browser, &app, &[]), asked(&browser, &app, &[]));
    assert_eq!(browser.get(&one).status, 200);
    browser.get("/console/account");
    browser.post("/console/sign-out", &[]);
    let again = lab.ada();
    assert_eq!(again.get(&one).status, 404);
    lab.instance.advance("10m");
    assert_eq!(lab.ada().get(&other).status, 404);
}

#[test]
fn a_viewer_lets_no_app_in_and_neither_does_a_member_of_another_workspace() {
    let lab = Lab::new();
    lab.instance.workspace("other", "free").unwrap();
    lab.instance.person("eve@example.com", Some((WORKSPACE, Role::Viewer))).unwrap();
    lab.instance.person("bob@example.com", Some(("other", Role::Owner))).unwrap();
    let app = lab.public_app();
    for email in ["eve@example.com", "bob@example.com"] {
        let browser = lab.browser(email);
        let page = asked(&browser, &app, &[]);
        let shown = browser.get(&page);
        assert_eq!(shown.text().contains("You cannot let it in"), email.starts_with("eve"));
        let fields = [("decision", "allow"), ("workspace", WORKSPACE), ("scope", "read:notes")];
        assert_eq!(browser.post(&page, &fields).status, 404, "{email}");
    }
    // An operator may, for any workspace that is there.
    let olga = lab.browser("olga@example.com");
    let page = asked(&olga, &app, &[]);
    olga.get(&page);
    let fields = [("decision", "allow"), ("workspace", "none"), ("scope", "read:notes")];
    assert_eq!(olga.post(&page, &fields).status, 404);
    assert!(sent_to(&allow(&olga, &page, &[])).starts_with(CALLBACK));
}

#[test]
fn a_token_is_bound_to_ids_of_the_workspace_where_the_product_asks_for_them() {
    let lab = Lab::new();
    lab.instance.own("store", "st_1");
    lab.instance.own("store", "st_2");
    let (app, browser) = (lab.secret_app(), lab.ada());
    let ask = [("resource", "https://shop.example")];
    let page = asked(&browser, &app, &ask);
    let shown = browser.get(&page).text();
    assert!(shown.contains("acme/store=st_1") && shown.contains("acme/store=st_2"), "{shown}");
    for ids in [
        vec![],
        vec![("restrict", "acme/store=st_1"), ("restrict", "acme/store=st_2")],
        vec![("restrict", "acme/store=st_3")],
        vec![("restrict", "other/store=st_1")],
        vec![("restrict", "acme/brand=b")],
        vec![("restrict", "st_1")],
    ] {
        assert_eq!(allow(&browser, &page, &ids).status, 422, "{ids:?}");
    }
    let answer = allow(&browser, &page, &[("restrict", "acme/store=st_2")]);
    assert!(parameter(&sent_to(&answer), "code").is_some());
}

#[test]
fn an_app_of_a_workspaces_admins_acts_for_no_other() {
    let lab = Lab::new();
    lab.instance.workspace("other", "free").unwrap();
    let app = lab.made_by(
        Maker::Admin,
        Terms {
            name: "Own".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            workspace: Some("other".to_owned()),
            ..Terms::default()
        },
    );
    let olga = lab.browser("olga@example.com");
    let page = asked(&olga, &app, &[]);
    let text = olga.get(&page).text();
    assert!(text.contains("Whoever runs this instance does not know this app"), "{text}");
    assert!(text.contains("value=\"other\"") && !text.contains("value=\"acme\""), "{text}");
    assert_eq!(allow(&olga, &page, &[]).status, 404, "acme is not the app's");
    assert_eq!(lab.rows("oauth_grants"), 0);
    let ada = lab.ada();
    let shown = ada.get(&asked(&ada, &app, &[])).text();
    assert!(shown.contains("You cannot let it in"), "{shown}");
    // Whoever made it is not whoever runs this instance: nobody is sent there unseen.
    let refused = olga.get(&authorize_url(&app, &[("response_type", "token")]));
    assert_eq!(refused.status, 400);
}

#[test]
fn whoever_has_several_workspaces_names_the_one() {
    let lab = Lab::new();
    let (app, olga) = (lab.public_app(), lab.browser("olga@example.com"));
    let only = olga.get(&asked(&olga, &app, &[])).text();
    assert!(only.contains("<option value=\"acme\" selected>"), "{only}");
    lab.instance.workspace("zebra", "free").unwrap();
    let page = asked(&olga, &app, &[]);
    let text = olga.get(&page).text();
    assert!(text.contains("<option value=\"\" selected>"), "{text}");
    assert!(!text.contains("<option value=\"acme\" selected>"), "{text}");
    let fields = [("decision", "allow"), ("workspace", ""), ("scope", "read:notes")];
    let answer = olga.post(&page, &fields);
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("choose the workspace"), "{}", answer.text());
    assert!(sent_to(&allow(&olga, &page, &[])).starts_with(CALLBACK));
}

#[test]
fn an_address_that_was_withdrawn_gets_no_code() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    browser.get(&page);
    let uris = Some(vec!["https://app.example/other".to_owned()]);
    let (id, changes) =
        (app.id.parse().unwrap(), Changes { redirect_uris: uris, ..Changes::default() });
    lab.with_clients(|clients| clients.update(&actor(), &id, changes)).unwrap();
    assert_eq!(allow(&browser, &page, &[]).status, 404);
    assert_eq!(lab.rows("oauth_codes"), 0);
}

#[test]
fn requests_that_nobody_looks_at_take_none_away_that_somebody_decides() {
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    let page = asked(&browser, &app, &[]);
    assert_eq!(browser.get(&page).status, 200);
    lab.instance.advance("1s");
    for _ in 0..60 {
        asked(&browser, &app, &[]);
    }
    assert_eq!(lab.rows("oauth_requests"), 50);
    assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
}

#[test]
fn consent_is_asked_for_each_time() {
    // CVE-2023-34246, GHSA-6x8h-498w-gv8c: nothing is remembered, for nobody.
    let lab = Lab::new();
    let (app, browser) = (lab.public_app(), lab.ada());
    for _ in 0..2 {
        let page = asked(&browser, &app, &[]);
        assert_eq!(browser.get(&page).status, 200);
        assert!(sent_to(&allow(&browser, &page, &[])).starts_with(CALLBACK));
    }
}

#[test]
fn a_scopes_description_and_an_apps_name_are_text() {
    // CVE-2016-4977, CVE-2018-1260.
    let lab = Lab::new();
    let app = lab.made(Terms {
        name: "${7*7} {{7*7}} <script>".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        ..Terms::default()
    });
    let browser = lab.ada();
    let text = browser.get(&asked(&browser, &app, &[])).text();
    assert!(text.contains("${7*7} {{7*7}} &lt;script&gt;"), "{text}");
}
