//! OAuth clients: made, shown, changed and ended, by operators and by a workspace's admins.

use keystile::accounts::people::Role;
use regex::Regex;

use super::{signed_in, with_ada_and};
use crate::harness::instance::{Plugins, WORKSPACE};
use crate::harness::{Answer, Browser, Instance};

/// A product that apps may use.
const NOTES: &str = r#"
name = "Notes"
hosts = ["notes.example"]

[keys.live]
prefix = "nk_"

[scopes]
"read:notes" = "Read notes"
"write:notes" = "Write notes"

[routes]
"GET /v1/notes" = "read:notes"

[oauth]
"#;

const CALLBACK: &str = "https://app.example/cb";

fn with_notes() -> Instance {
    with_ada_and(&Plugins::default().and("notes", NOTES))
}

/// Sends the form of a new client.
fn create(browser: &Browser, base: &str, fields: &[(&str, &str)]) -> Answer {
    browser.get(&format!("{base}/new"));
    let usual = [("name", "Sync"), ("kind", "confidential"), ("redirect_uris", CALLBACK)];
    let kept = usual.into_iter().filter(|(name, _)| !fields.iter().any(|(it, _)| it == name));
    browser.post(&format!("{base}/new"), &kept.chain(fields.iter().copied()).collect::<Vec<_>>())
}

fn found(pattern: &str, page: &str) -> String {
    let found = Regex::new(pattern).unwrap().find(page);
    found.unwrap_or_else(|| panic!("no {pattern}: {page}")).as_str().to_owned()
}

fn id_in(page: &str) -> String {
    found("client_[0-9a-z]{26}", page)
}

fn secret_in(page: &str) -> String {
    found("ks_cs_[0-9A-Za-z]{32}", page)
}

fn show(browser: &Browser, base: &str, id: &str) -> Answer {
    browser.get(&format!("{base}/show?client={id}"))
}

#[test]
fn a_client_is_made_with_a_secret_that_is_shown_once() {
    let instance = with_notes();
    let ada = signed_in(&instance, "ada@example.com");
    assert!(ada.get("/console/clients").text().contains("No clients yet"));
    let answer =
        create(&ada, "/console/clients", &[("product", "notes"), ("scopes", "read:notes")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (id, secret) = (id_in(&answer.text()), secret_in(&answer.text()));
    let page = show(&ada, "/console/clients", &id).text();
    for said in ["Sync", "App with a secret", "By an operator", CALLBACK, "read:notes", "Notes"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains(&format!("ks_cs_…{}", &secret[secret.len() - 4..])), "{page}");
    for path in [
        "/console/clients".to_owned(),
        format!("/console/clients/show?client={id}"),
        "/console/audit".to_owned(),
    ] {
        assert!(!ada.get(&path).text().contains(&secret), "{path}");
    }
    assert!(ada.get("/console/clients").text().contains(&id));
}

#[test]
fn a_public_app_has_no_secret_and_a_service_no_redirect() {
    let instance = with_notes();
    let ada = signed_in(&instance, "ada@example.com");
    let public = create(&ada, "/console/clients", &[("kind", "public")]);
    assert_eq!(public.status, 303, "{}", public.text());
    let page = ada.get(public.header("location").unwrap()).text();
    assert!(page.contains("Public app") && !page.contains("Make another secret"), "{page}");
    let service = [("kind", "service"), ("redirect_uris", ""), ("workspace", WORKSPACE)];
    let page = create(&ada, "/console/clients", &service).text();
    let page = show(&ada, "/console/clients", &id_in(&page)).text();
    assert!(page.contains("Service") && page.contains("client_credentials"), "{page}");
    let older = create(&ada, "/console/clients", &[("oauth20", "yes")]).text();
    assert!(show(&ada, "/console/clients", &id_in(&older)).text().contains("OAuth 2.0"));
}

#[test]
fn what_does_not_fit_is_told_and_what_was_typed_stays() {
    let instance = with_notes();
    let ada = signed_in(&instance, "ada@example.com");
    for (fields, said) in [
        (&[("name", "")][..], "name"),
        (&[("redirect_uris", "")], "redirect URI"),
        (&[("redirect_uris", "http://app.example/cb")], "http://app.example/cb"),
        (&[("redirect_uris", "javascript:alert(1)")], "javascript:alert(1)"),
        (&[("scopes", "read:everything")], "read:everything"),
        (&[("product", "nothing")], "nothing"),
        (&[("kind", "service"), ("redirect_uris", "")], "workspace"),
        (&[("kind", "service"), ("redirect_uris", ""), ("workspace", "nowhere")], "nowhere"),
        (&[("kind", "public"), ("oauth20", "yes")], "OAuth 2.0"),
    ] {
        let answer = create(&ada, "/console/clients", fields);
        let page = answer.text();
        assert_eq!(answer.status, 422, "{fields:?}: {page}");
        assert!(page.contains("Nothing was changed") && page.contains(said), "{fields:?}: {page}");
    }
    let page = create(&ada, "/console/clients", &[("scopes", "nonsense")]).text();
    assert!(page.contains(CALLBACK) && page.contains("nonsense"), "{page}");
    assert_eq!(create(&ada, "/console/clients", &[("kind", "boss")]).status, 400);
    assert!(ada.get("/console/clients").text().contains("No clients yet"));
}

#[test]
fn a_client_is_changed_given_another_secret_and_ended() {
    let instance = with_notes();
    let ada = signed_in(&instance, "ada@example.com");
    let page = create(&ada, "/console/clients", &[]).text();
    let (id, secret) = (id_in(&page), secret_in(&page));
    let act = |act: &str, fields: &[(&str, &str)]| {
        show(&ada, "/console/clients", &id);
        let fields: Vec<_> =
            [("client", id.as_str())].into_iter().chain(fields.iter().copied()).collect();
        ada.post(&format!("/console/clients/{act}"), &fields)
    };
    let edited = [
        ("name", "Ledger"),
        ("redirect_uris", "https://b.example/cb\nhttps://c.example/"),
        ("scopes", ""),
    ];
    let answer = act("edit", &edited);
    let page = ada.get(answer.header("location").unwrap()).text();
    assert!(
        page.contains("The client is changed") && page.contains("https://c.example/"),
        "{page}"
    );
    let wrong = act("edit", &[("name", "Ledger"), ("redirect_uris", "nonsense"), ("scopes", "")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("nonsense"), "it keeps what was typed");

    let rotated = act("rotate", &[("overlap", "1h")]).text();
    assert_ne!(secret_in(&rotated), secret);
    let page = show(&ada, "/console/clients", &id).text();
    assert_eq!(page.matches("ks_cs_…").count(), 2, "{page}");
    assert_eq!(act("rotate", &[("overlap", "soon")]).status, 400);

    assert_eq!(act("revoke", &[("confirm", "Sync")]).status, 422, "it is called otherwise now");
    assert_eq!(act("revoke", &[("confirm", "Ledger")]).status, 303);
    assert_eq!(show(&ada, "/console/clients", &id).status, 404);
    let log = ada.get("/console/audit?action=client").text();
    for action in ["client.add", "client.update", "client.rotate", "client.remove"] {
        assert!(log.contains(action), "{action}: {log}");
    }
}

#[test]
fn admins_have_the_clients_of_their_workspace_alone() {
    let instance = with_notes();
    instance.workspace("other", "free").unwrap();
    instance.person("amy@example.com", Some((WORKSPACE, Role::Admin))).unwrap();
    instance.person("eve@example.com", Some(("other", Role::Owner))).unwrap();
    instance.person("dev@example.com", Some((WORKSPACE, Role::Developer))).unwrap();
    let of = |email: &str| signed_in(&instance, email);
    let (ada, amy, eve, dev) = (
        of("ada@example.com"),
        of("amy@example.com"),
        of("eve@example.com"),
        of("dev@example.com"),
    );
    let (base, other) = ("/console/workspaces/acme/clients", "/console/workspaces/other/clients");
    let instances = id_in(&create(&ada, "/console/clients", &[]).text());
    let id = id_in(&create(&amy, base, &[]).text());
    let page = show(&amy, base, &id).text();
    assert!(page.contains("By the workspace") && page.contains(WORKSPACE), "{page}");
    assert!(!amy.get(base).text().contains(&instances), "an operator's is not theirs");
    assert_eq!(show(&amy, base, &instances).status, 404);
    assert_eq!(show(&eve, other, &id).status, 404, "nor is another workspace's");
    assert_eq!(show(&eve, base, &id).status, 404);
    assert_eq!(dev.get(base).status, 403);
    assert_eq!(amy.get("/console/clients").status, 404);
    for act in ["edit", "rotate", "revoke"] {
        eve.get(other);
        let fields = [("client", id.as_str())];
        assert_eq!(eve.post(&format!("{other}/{act}"), &fields).status, 404, "{act}");
    }
    let asks_for_more =
        create(&amy, base, &[("workspace", "other"), ("kind", "service"), ("redirect_uris", "")]);
    let own = id_in(&asks_for_more.text());
    assert!(
        show(&ada, "/console/clients", &own).text().contains(WORKSPACE),
        "it is their own workspace's"
    );
    assert_eq!(create(&amy, base, &[("oauth20", "yes")]).status, 422, "operators alone");
    assert!(show(&ada, "/console/clients", &id).text().contains("By the workspace"));
}

#[test]
fn a_client_that_made_itself_known_is_marked_and_can_be_ended_alone() {
    let instance = with_notes();
    let ada = signed_in(&instance, "ada@example.com");
    let body = r#"{"client_name":"Stranger <b>","redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"none"}"#;
    let request = ada.request("POST", "/oauth/register").header("Content-Type", "application/json");
    let answer = ada.send(&request.body(body));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json()["client_id"].as_str().unwrap().to_owned();
    assert!(ada.get("/console/clients").text().contains("Registered itself"));
    let page = show(&ada, "/console/clients", &id).text();
    assert!(page.contains("Nobody here has made this client"), "{page}");
    assert!(page.contains("Stranger &lt;b&gt;") && !page.contains("Save changes"), "{page}");
    let fields =
        [("client", id.as_str()), ("name", "Ours"), ("redirect_uris", CALLBACK), ("scopes", "")];
    assert_eq!(ada.post("/console/clients/edit", &fields).status, 409);
    let fields = [("client", id.as_str()), ("confirm", "Stranger <b>")];
    assert_eq!(ada.post("/console/clients/revoke", &fields).status, 303);
    assert_eq!(show(&ada, "/console/clients", &id).status, 404);
}
