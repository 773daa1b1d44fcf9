//! The audit log: filtered, paged, exported.

use serde_json::Value;

use super::{signed_in, with_ada};
use crate::harness::instance::PASSWORD;

#[test]
fn the_log_is_filtered_by_each_of_its_fields() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get("/console/workspaces/new");
    let fields = [("name", "Globex"), ("slug", "globex"), ("plan", "pro")];
    ada.post("/console/workspaces/new", &fields);
    for query in [
        "actor=ada%40example.com&action=workspace",
        "action=workspace.add&workspace=globex",
        "subject=globex",
        "workspace=globex",
    ] {
        let page = ada.get(&format!("/console/audit?{query}")).text();
        assert!(page.contains("<code>workspace.add</code>"), "{query}: {page}");
        assert!(page.contains("1–1 of 1"), "{query}: {page}");
    }
    for query in
        ["actor=eve%40example.com", "action=workspace.ad", "workspace=globe", "subject=%27"]
    {
        let page = ada.get(&format!("/console/audit?{query}")).text();
        assert!(page.contains("Nothing fits"), "{query}: {page}");
    }
}

#[test]
fn the_log_is_shown_a_page_at_a_time() {
    let instance = with_ada();
    for number in 0..60 {
        instance.workspace(&format!("w{number}"), "free").unwrap();
    }
    let ada = signed_in(&instance, "ada@example.com");
    let first = ada.get("/console/audit?action=workspace.add").text();
    assert!(first.contains("1–50 of 61") && first.contains("action=workspace.add&amp;page=2"));
    let second = ada.get("/console/audit?action=workspace.add&page=2").text();
    assert!(second.contains("51–61 of 61"), "{second}");
}

#[test]
fn the_export_is_the_chained_log_as_lines_of_json() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    let answer = ada.get("/console/audit/export");
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    let text = answer.text();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert!(lines.len() >= 3, "{text}");
    for pair in lines.windows(2) {
        assert_eq!(pair[0]["previous"], pair[1]["hash"], "the latest first, each after the other");
    }
    let number = lines[0]["number"].as_i64().unwrap();
    let older = ada.get(&format!("/console/audit/export?before={number}")).text();
    assert_eq!(older.lines().count(), lines.len() - 1);
    let chosen = ada.get("/console/audit/export?action=user.add").text();
    assert_eq!(chosen.lines().count(), 1, "{chosen}");
}

#[test]
fn an_export_that_is_cut_says_where_it_goes_on() {
    let instance = with_ada();
    for number in 0..5 {
        instance.workspace(&format!("w{number}"), "free").unwrap();
    }
    let ada = signed_in(&instance, "ada@example.com");
    let mut path = "/console/audit/export?action=workspace.add&limit=4".to_owned();
    let mut found = Vec::new();
    for expected in [Some(4), None] {
        let answer = ada.get(&path);
        let text = answer.text();
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        if let Some(expected) = expected {
            let next = answer.header("link").unwrap();
            let next = next.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
            let said = lines.pop().unwrap()["more"].as_str().unwrap().to_owned();
            assert_eq!(said, format!("http://{}{next}", ada.host));
            assert_eq!(lines.len(), expected);
            path = next;
        } else {
            assert_eq!((lines.len(), answer.header("link")), (2, None), "it is whole: {text}");
            assert!(lines.iter().all(|line| line["more"].is_null()));
        }
        found.extend(lines.into_iter().map(|line| line["subject"].as_str().unwrap().to_owned()));
    }
    assert_eq!(found, ["w4", "w3", "w2", "w1", "w0", "acme"]);
    for limit in ["0", "nonsense", "-1"] {
        assert_eq!(ada.get(&format!("/console/audit/export?limit={limit}")).status, 200);
    }
}

#[test]
fn each_change_tells_where_it_was_made_from() {
    let instance = with_ada();
    let ada = instance.browser().at("192.0.2.7");
    assert_eq!(ada.sign_in("ada@example.com", PASSWORD).status, 303);
    ada.get("/console/workspaces/new");
    ada.post("/console/workspaces/new", &[("name", "Globex"), ("slug", "globex"), ("plan", "pro")]);
    ada.get("/console/workspaces/globex");
    let invited = ada.post(
        "/console/workspaces/globex/invitations",
        &[("email", "bob@example.com"), ("role", "viewer")],
    );
    let page = invited.text();
    let link = page.split("/console/invitations/").nth(1).expect("the link is shown");
    let link = format!("/console/invitations/{}", link.split(['"', '<', '&']).next().unwrap());
    let bob = instance.browser().at("2001:db8::9");
    assert_eq!(bob.post_as_it_is(&link, &[("password", "quiet lantern harbour")]).status, 303);
    bob.get("/console/account");
    bob.post("/console/account/sessions/end-others", &[]);
    instance.set_plan("globex", "free").unwrap();

    let text = ada.get("/console/audit/export").text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let from: Vec<_> = lines
        .map(|line| {
            let address = line["address"].as_str().unwrap_or("none").to_owned();
            (line["action"].as_str().unwrap().to_owned(), address)
        })
        .collect();
    for (action, address) in [
        ("session.begin", "192.0.2.7"),
        ("workspace.add", "192.0.2.7"),
        ("invitation.make", "192.0.2.7"),
        ("user.add", "2001:db8::9"),
        ("session.begin", "2001:db8::9"),
        ("session.end_all", "2001:db8::9"),
        ("workspace.set_plan", "none"),
    ] {
        assert!(from.contains(&(action.to_owned(), address.to_owned())), "{action}: {from:?}");
    }
    let page = ada.get("/console/audit").text();
    assert!(page.contains("192.0.2.7") && page.contains("2001:db8::9"), "{page}");
}
