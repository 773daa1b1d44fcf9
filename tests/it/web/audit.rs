//! The audit log: filtered, paged, exported.

use serde_json::Value;

use super::{signed_in, with_ada};

#[test]
fn the_log_is_filtered_by_each_of_its_fields() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    ada.get("/workspaces/new");
    let fields = [("name", "Globex"), ("slug", "globex"), ("plan", "pro")];
    ada.post("/workspaces/new", &fields);
    for query in [
        "actor=ada%40example.com&action=workspace",
        "action=workspace.add&workspace=globex",
        "subject=globex",
        "workspace=globex",
    ] {
        let page = ada.get(&format!("/audit?{query}")).text();
        assert!(page.contains("<code>workspace.add</code>"), "{query}: {page}");
        assert!(page.contains("1–1 of 1"), "{query}: {page}");
    }
    for query in
        ["actor=eve%40example.com", "action=workspace.ad", "workspace=globe", "subject=%27"]
    {
        let page = ada.get(&format!("/audit?{query}")).text();
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
    let first = ada.get("/audit?action=workspace.add").text();
    assert!(first.contains("1–50 of 61") && first.contains("action=workspace.add&amp;page=2"));
    let second = ada.get("/audit?action=workspace.add&page=2").text();
    assert!(second.contains("51–61 of 61"), "{second}");
}

#[test]
fn the_export_is_the_chained_log_as_lines_of_json() {
    let instance = with_ada();
    let ada = signed_in(&instance, "ada@example.com");
    let answer = ada.get("/audit/export");
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    let text = answer.text();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert!(lines.len() >= 3, "{text}");
    for pair in lines.windows(2) {
        assert_eq!(pair[0]["previous"], pair[1]["hash"], "the latest first, each after the other");
    }
    let number = lines[0]["number"].as_i64().unwrap();
    let older = ada.get(&format!("/audit/export?before={number}")).text();
    assert_eq!(older.lines().count(), lines.len() - 1);
    let chosen = ada.get("/audit/export?action=user.add").text();
    assert_eq!(chosen.lines().count(), 1, "{chosen}");
}
