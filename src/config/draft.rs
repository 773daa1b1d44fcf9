//! Settings as one source writes them: a file, or one environment variable.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::listen::Listen;
use super::log_format::LogFormat;
use super::oauth::OAuthDraft;
use crate::clock::Span;
use crate::limits::NUMBER_MAX;
use crate::registry::{is_loopback_host, normalised_host};
use crate::source::{Diagnostic, Document, Table, Value, Written};

/// Keys that may be kept warm: ten million take some gigabytes.
const CACHED_KEYS_MAX: u64 = 10_000_000;

/// Plans of one instance.
const PLANS_MAX: usize = 100;

const LEVELS: [(&str, tracing::Level); 5] = [
    ("error", tracing::Level::ERROR),
    ("warn", tracing::Level::WARN),
    ("info", tracing::Level::INFO),
    ("debug", tracing::Level::DEBUG),
    ("trace", tracing::Level::TRACE),
];

const FORMATS: [(&str, LogFormat); 3] =
    [("auto", LogFormat::Auto), ("human", LogFormat::Human), ("json", LogFormat::Json)];

/// What one source sets; what it leaves out is `None`.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) public_url: Option<String>,
    pub(super) data: Option<String>,
    pub(super) plugins: Option<String>,
    pub(super) web: Option<Placed>,
    pub(super) gate: Option<Placed>,
    pub(super) gate_peers: Option<Vec<IpNet>>,
    pub(super) web_peers: Option<Vec<IpNet>>,
    pub(super) group: Option<String>,
    pub(super) cached_keys: Option<usize>,
    pub(super) level: Option<tracing::Level>,
    pub(super) format: Option<LogFormat>,
    pub(super) plans: Option<BTreeMap<String, PlanDraft>>,
    pub(super) usage: UsageDraft,
    pub(super) oauth: OAuthDraft,
}

/// Where a listener stands, and where that is written.
pub(super) struct Placed {
    pub(super) listen: Listen,
    pub(super) place: Diagnostic,
}

/// What one source sets of how long counts are kept, and where the last of it is written.
#[derive(Default)]
pub(super) struct UsageDraft {
    pub(super) minutes: Option<Span>,
    pub(super) hours: Option<Span>,
    pub(super) days: Option<Span>,
    pub(super) place: Option<Diagnostic>,
}

/// What one source sets of a plan.
#[derive(Default)]
pub(super) struct PlanDraft {
    pub(super) name: Option<String>,
    pub(super) per_minute: Option<u32>,
    pub(super) per_day: Option<u32>,
    pub(super) max_keys: Option<u32>,
}

/// Reads TOML that is called `source` in its problems.
pub(super) fn read(source: &str, text: &str) -> (Draft, Vec<Diagnostic>) {
    let document = Document::parse(source, text);
    let draft = draft(&document);
    (draft, document.into_diagnostics())
}

/// Reads one environment variable, `KEYSTILE_GATE__CACHED_KEYS` for `cached_keys` of `[gate]`: as
/// TOML where its value is that, else as a text, or a list of texts with commas between them.
pub(super) fn read_variable(name: &str, value: &str) -> (Draft, Vec<Diagnostic>) {
    let path = name.trim_start_matches("KEYSTILE_").to_lowercase().replace("__", ".");
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let is_list = matches!(path.as_str(), "gate.peers" | "web.peers");
    let literal = if is_list && !value.starts_with('[') {
        let list = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        format!("[{}]", list.map(quoted).collect::<Vec<_>>().join(", "))
    } else if toml::from_str::<toml::Table>(&format!("x = {value}")).is_ok() {
        value.to_owned()
    } else {
        quoted(value)
    };
    let (draft, problems) = read(name, &format!("{path} = {literal}"));
    (draft, problems.into_iter().map(|it| Diagnostic::of_file(name, it.message)).collect())
}

fn draft(document: &Document<'_>) -> Draft {
    let mut draft = Draft::default();
    let mut root = document.root();
    draft.public_url = root.field("public_url").and_then(|value| public_url(document, &value));
    draft.data = path(&mut root, "data");
    draft.plugins = path(&mut root, "plugins");
    if let Some(mut listeners) = root.table("listen") {
        draft.web = listeners.field("web").and_then(|value| web(document, &value));
        draft.gate = listeners.field("gate").and_then(|value| listen(document, &value));
        listeners.close();
    }
    if let Some(mut gate) = root.table("gate") {
        draft.gate_peers = peers(document, &mut gate);
        draft.group = gate.string("group").map(|group| group.value.to_owned());
        let cached = gate.whole("cached_keys", 1..=CACHED_KEYS_MAX);
        draft.cached_keys = cached.and_then(|cached| usize::try_from(cached.value).ok());
        gate.close();
    }
    if let Some(mut web) = root.table("web") {
        draft.web_peers = peers(document, &mut web);
        web.close();
    }
    if let Some(mut log) = root.table("log") {
        draft.level = log.choice("level", &LEVELS).map(|level| level.value);
        draft.format = log.choice("format", &FORMATS).map(|format| format.value);
        log.close();
    }
    if let Some(usage) = root.table("usage") {
        draft.usage = self::usage(document, usage);
    }
    if let Some(oauth) = root.table("oauth") {
        draft.oauth = OAuthDraft::read(document, oauth);
    }
    draft.plans = root.table("plans").map(|plans| self::plans(document, &plans));
    root.close();
    draft
}

fn usage(document: &Document<'_>, mut table: Table<'_>) -> UsageDraft {
    let mut place = None;
    let mut span = |name| {
        let written = table.string(name)?;
        place = Some(document.place(written.at));
        let span = written.value.parse::<Span>();
        span.map_err(|reason| document.error(written.at, reason.to_string())).ok()
    };
    let (minutes, hours, days) = (span("minutes"), span("hours"), span("days"));
    table.close();
    UsageDraft { minutes, hours, days, place }
}

fn path(root: &mut Table<'_>, name: &'static str) -> Option<String> {
    let written = root.string(name)?;
    if written.value.is_empty() {
        root.document().error(written.at, format!("`{name}` is empty: name a folder"));
        return None;
    }
    Some(written.value.to_owned())
}

fn listen(document: &Document<'_>, value: &Value<'_>) -> Option<Placed> {
    let written = value.string()?;
    let listen = written.value.parse();
    let listen = listen.map_err(|reason: String| document.error(written.at, reason)).ok()?;
    Some(Placed { listen, place: document.place(written.at) })
}

fn web(document: &Document<'_>, value: &Value<'_>) -> Option<Placed> {
    let placed = listen(document, value)?;
    if matches!(placed.listen, Listen::Unix(_)) {
        document.error(value.at(), "`web` is an address and port: only `gate` can be a socket");
        return None;
    }
    Some(placed)
}

fn public_url(document: &Document<'_>, value: &Value<'_>) -> Option<String> {
    let written = value.string()?;
    match check_public_url(written.value) {
        Ok(()) => Some(written.value.to_owned()),
        Err(reason) => {
            document.error(written.at, reason);
            None
        }
    }
}

/// Holds that a text is `https://HOST[:PORT]`, or `http://` on loopback, with nothing behind it:
/// links and the OAuth issuer are built from it.
fn check_public_url(url: &str) -> Result<(), &'static str> {
    let is_host = |host: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(is_plain)
    };
    if let Some(host) = url.strip_prefix("https://") {
        return if is_host(host) { Ok(()) } else { Err("write https:// and a host, no path") };
    }
    let Some(host) = url.strip_prefix("http://").filter(|host| is_host(host)) else {
        return Err("`public_url` is https:// and a host, or http:// on loopback, with no path");
    };
    if normalised_host(host).is_some_and(|host| is_loopback_host(&host)) {
        Ok(())
    } else {
        Err("http:// is for loopback alone: people's passwords pass here, so write https://")
    }
}

/// Who may ask a listener besides this machine.
fn peers(document: &Document<'_>, listener: &mut Table<'_>) -> Option<Vec<IpNet>> {
    listener.strings("peers").map(|peers| ranges(document, peers.value))
}

fn ranges(document: &Document<'_>, written: Vec<Written<&str>>) -> Vec<IpNet> {
    let mut ranges = Vec::new();
    for Written { value, at } in written {
        let address = value.parse::<std::net::IpAddr>().map(IpNet::from);
        match value.parse::<IpNet>().or(address) {
            Ok(range) => ranges.push(range),
            Err(_) => document.error(at, "not a range of addresses, such as \"10.0.0.0/8\""),
        }
    }
    ranges
}

fn plans(document: &Document<'_>, table: &Table<'_>) -> BTreeMap<String, PlanDraft> {
    let entries = table.entries();
    if entries.is_empty() {
        document
            .error(table.at(), "there must be a plan: leave `[plans]` out for the built-in ones");
    }
    if entries.len() > PLANS_MAX {
        document.error(table.at(), "more than 100 plans");
    }
    let mut plans = BTreeMap::new();
    for entry in entries {
        if !is_plan_id(entry.name.value) {
            document.error(entry.name.at, "a plan's id is [a-z][a-z0-9_-]{0,31}");
        }
        let Some(mut fields) = entry.value.table() else { continue };
        let mut number = |name| {
            let written = fields.whole(name, 1..=u64::from(NUMBER_MAX));
            written.and_then(|written| u32::try_from(written.value).ok())
        };
        let (per_minute, per_day, max_keys) =
            (number("per_minute"), number("per_day"), number("max_keys"));
        let name = fields.string("name").map(|name| name.value.to_owned());
        fields.close();
        let draft = PlanDraft { name, per_minute, per_day, max_keys };
        plans.insert(entry.name.value.to_owned(), draft);
    }
    plans
}

fn is_plan_id(id: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    id.len() <= 32
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(is_plain)
}
