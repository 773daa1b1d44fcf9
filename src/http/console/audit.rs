//! `/console/audit`: who did what, and the same as lines of JSON.

use std::collections::BTreeMap;

use actix_http::header;
use serde::Serialize;
use serde_json::json;

use crate::accounts::people::Email;
use crate::audit::{COUNTED_MAX, Entry, Log, Wanted};
use crate::error::{Error, Result};
use crate::http::console::paging::{self, Paging, ROWS};
use crate::http::console::views::audit::{self as view, AuditView};
use crate::http::ui::address::Address;
use crate::http::web::{Reply, Visit};
use crate::id::UserId;

/// Entries of one export: some 20 MB. `before` asks for what stands before the last of them, and `limit`
/// for fewer.
const EXPORTED_MAX: usize = 50_000;

const EXPORT: &str = "/console/audit/export";

/// What is asked for, as it was typed.
struct Asked([(&'static str, String); 4]);

impl Asked {
    fn of(visit: &Visit<'_>) -> Self {
        let names = ["actor", "action", "workspace", "subject"];
        Self(names.map(|name| {
            let typed = visit.query(name).unwrap_or_default();
            (name, typed.trim().to_owned())
        }))
    }

    fn address<'a>(&'a self, path: &'a str) -> Address<'a> {
        let fields = self.0.iter().map(|(name, value)| (*name, value.as_str()));
        Address { path, fields: fields.collect() }
    }

    /// The same as the log has it: people stand there by their ids.
    fn wanted(&self, visit: &Visit<'_>) -> Wanted {
        let [(_, actor), (_, action), (_, workspace), (_, subject)] = self.0.clone();
        let id_of = |typed: String| {
            let known = typed.parse::<Email>().ok().and_then(|it| visit.people().show(&it).ok());
            known.map_or(typed, |user| user.id.to_string())
        };
        let before = visit.query("before").and_then(|number| number.parse().ok());
        Wanted { actor: id_of(actor), action, subject: id_of(subject), workspace, before }
    }
}

/// Some of the log.
///
/// # Errors
/// As the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let (asked, log) = (Asked::of(visit), Log { store: &visit.app.store });
    let (wanted, address) = (asked.wanted(visit), asked.address("/console/audit"));
    let total = log.count(&wanted)?;
    let paging = Paging::of(&address, paging::number(visit), total);
    let entries = log.list(&wanted, paging.skipped(), ROWS)?;
    let names = names(visit, &entries);
    let name_of = |text: &str| names.get(text).map(String::as_str);
    let shown: Vec<view::Entry<'_>> = entries
        .iter()
        .map(|entry| view::Entry {
            at: entry.at,
            actor: name_of(&entry.actor).unwrap_or(&entry.actor),
            address: entry.address.as_deref().unwrap_or_default(),
            action: &entry.action,
            subject: name_of(&entry.subject).unwrap_or(&entry.subject),
            workspace: entry.workspace.as_deref().unwrap_or_default(),
            detail: &entry.detail,
        })
        .collect();
    let view = AuditView {
        address: &address,
        entries: &shown,
        export_href: &asked.address(EXPORT).with(&[]),
        pager: paging.pager(),
        is_cut: total == COUNTED_MAX,
        now: visit.now,
    };
    Ok(visit.page(view::TITLE, view::page(&view)))
}

/// The addresses of people who are named by their ids; whoever was removed stays an id.
fn names(visit: &Visit<'_>, entries: &[Entry]) -> BTreeMap<String, String> {
    let named = entries.iter().flat_map(|entry| [&entry.actor, &entry.subject]);
    let ids: std::collections::BTreeSet<UserId> = named.filter_map(|it| it.parse().ok()).collect();
    let name = |id: UserId| {
        let user = visit.people().known(id).ok()?;
        Some((id.to_string(), user.email.to_string()))
    };
    ids.into_iter().filter_map(name).collect()
}

/// The same as lines of JSON, the latest first, with the hashes that chain them. Where there is more than
/// one export takes, the last line and a `Link` say where it goes on.
///
/// # Errors
/// As the store's.
pub fn export(visit: &Visit<'_>) -> Result<Reply> {
    let (asked, log) = (Asked::of(visit), Log { store: &visit.app.store });
    let limit = visit.query("limit").and_then(|limit| limit.parse::<usize>().ok());
    let limit = limit.unwrap_or(EXPORTED_MAX).clamp(1, EXPORTED_MAX);
    let mut entries = log.list(&asked.wanted(visit), 0, limit + 1)?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let last = entries.last().filter(|_| has_more);
    let next = last.map(|last| {
        let (before, limit) = (last.number.to_string(), limit.to_string());
        asked.address(EXPORT).with(&[("before", &before), ("limit", &limit)])
    });
    let mut lines = String::new();
    for entry in &entries {
        push_line(&mut lines, entry)?;
    }
    let Some(next) = next else { return Ok(exported(lines)) };
    push_line(&mut lines, &json!({ "more": format!("{}{next}", visit.public.as_str()) }))?;
    Ok(exported(lines).with(header::LINK, format!("<{next}>; rel=\"next\"")))
}

fn push_line(lines: &mut String, value: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(value).map_err(|error| {
        Error::internal("an entry of the log cannot be written as JSON").because(error)
    })?;
    lines.push_str(&line);
    lines.push('\n');
    Ok(())
}

fn exported(lines: String) -> Reply {
    Reply::download("keystile-audit.jsonl", "application/x-ndjson", lines)
}
