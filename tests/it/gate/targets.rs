//! Raw targets, byte by byte: `targets.txt` says what becomes of each in every dialect and through
//! nginx and Caddy. What is denied never reaches the back end; what passes reaches it as it was judged.

use super::asked::{Asked, Way};
use crate::harness::{Answer, BackEnd, Caddy, Client, Instance, Key, Nginx, Plugins, Site};

const TABLE: &str = include_str!("targets.txt");

/// So few rows would be a table that was cut off.
const ROWS_MIN: usize = 120;

const WIDE: &str = r#"
name = "Wide"
hosts = ["wide.example"]
credentials = ["x-api-key"]

[keys.live]
prefix = "wi_live_"

[resources.thing]
per_key = "one"
from = ["path:thing", "query:thing_id"]

[params]
rest = ".+"

[scopes]
"read" = "Read"
"rule" = "Rule"

[routes]
"GET /" = "read"
"GET /open/{*rest}" = "read"
"GET /things/{thing}" = "read"
"GET /admin/panel" = "rule"
"GET /caf\u00e9" = "read"
"GET /free" = "public"
"#;

/// One line of the table.
struct Row<'t> {
    /// What each dialect with headers says, what Envoy's, and what a client of nginx, and of Caddy,
    /// is told.
    expected: [&'t str; 4],
    written: &'t str,
    target: Vec<u8>,
}

impl<'t> Row<'t> {
    fn of(line: &'t str) -> Self {
        let mut words = line.split_ascii_whitespace();
        let expected = [(); 4].map(|()| words.next().unwrap_or_else(|| panic!("{line}")));
        let written = words.next().unwrap_or_default();
        assert!(words.next().is_none(), "a blank is written \\x20: {line}");
        Self { expected, written, target: bytes_of(written) }
    }
}

/// `\xHH` is a byte, `\\` a backslash, `{a*300}` three hundred times `a`.
pub(super) fn bytes_of(written: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), written);
    while let Some(first) = rest.chars().next() {
        let tail = &rest[first.len_utf8()..];
        if let Some(hex) = rest.strip_prefix("\\x") {
            bytes.push(u8::from_str_radix(&hex[..2], 16).unwrap());
            rest = &hex[2..];
        } else if let Some(behind) = rest.strip_prefix("\\\\") {
            bytes.push(b'\\');
            rest = behind;
        } else if let Some((inside, behind)) =
            rest.strip_prefix('{').and_then(|tail| tail.split_once('}'))
            && let Some((text, times)) = inside.split_once('*')
        {
            bytes.extend(text.repeat(times.parse().unwrap()).as_bytes());
            rest = behind;
        } else {
            bytes.extend(first.to_string().as_bytes());
            rest = tail;
        }
    }
    bytes
}

const SITE: Site<'_> = Site {
    product: "wide",
    host: "wide.example",
    credentials: &["X-Api-Key"],
    resources: &["X-Keystile-Thing"],
    is_oauth: false,
};

struct World {
    gate: Client,
    nginx: Client,
    caddy: Client,
    back_end: BackEnd,
    key: Key,
    // They end before the server that they ask.
    _proxies: (Nginx, Caddy),
    _instance: Instance,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::default().and("wide", WIDE));
        let back_end = BackEnd::start();
        let proxies = (
            Nginx::start(&instance, &back_end, &["wide"]),
            Caddy::start(&instance, &back_end, &SITE),
        );
        let key = instance.key("wide", "live", &["read"]).bound_to("thing", "th_1").make();
        let (nginx, caddy) = (proxies.0.client(), proxies.1.client());
        let gate = instance.client();
        Self { gate, nginx, caddy, back_end, key, _proxies: proxies, _instance: instance }
    }

    fn asked(&self, row: &Row<'_>) -> Asked {
        Asked::of("wide", "wide.example", "GET", &row.target).header("X-Api-Key", &self.key.secret)
    }

    fn directly(&self, row: &Row<'_>, way: Way) -> String {
        let answer = self.gate.send(&self.asked(row).put(way));
        match (answer.status, answer.header("x-keystile-code")) {
            (200, None) => "pass".to_owned(),
            (200, Some(_)) => panic!("{} passes and is denied: {answer:?}", row.written),
            (_, Some(code)) => code.to_owned(),
            (_, None) => super::refused(row.written, &answer),
        }
    }

    /// What a client of a proxy is told. What passes is what Keystile has judged: it passes when it
    /// is asked about as the back end got it.
    fn through(&self, proxy: &Client, row: &Row<'_>) -> (String, Option<Vec<u8>>) {
        self.back_end.take();
        let answer = proxy.send(&self.asked(row).itself());
        let received = self.back_end.take();
        let Some(first) = received.first() else {
            return (Self::denied(row, &answer), None);
        };
        assert_eq!((answer.status, received.len()), (200, 1), "{}: {answer:?}", row.written);
        let reached = Row { target: first.target.clone().into_bytes(), ..*row };
        assert_eq!(
            self.directly(&reached, Way::Verify),
            "pass",
            "{} became {first:?}",
            row.written
        );
        ("pass".to_owned(), Some(reached.target))
    }

    fn through_nginx(&self, row: &Row<'_>) -> String {
        let (told, reached) = self.through(&self.nginx, row);
        // Of an absolute target nginx shows Keystile the path, and the back end the same.
        let judged = row.target.strip_prefix(b"http://wide.example").unwrap_or(&row.target);
        assert!(reached.is_none_or(|it| it == judged), "{}: as it was judged", row.written);
        told
    }

    fn denied(row: &Row<'_>, answer: &Answer) -> String {
        // Caddy's own answer for a host that it has no site for.
        if answer.status == 200 && answer.body.is_empty() {
            return "unserved".to_owned();
        }
        if answer.header("content-type") != Some("application/json") {
            return super::refused(row.written, answer);
        }
        let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
        let status = match code.as_str() {
            "ambiguous_path" => 400,
            "unavailable" => 503,
            _ => 403,
        };
        assert_eq!(answer.status, status, "{}: {answer:?}", row.written);
        code
    }
}

fn rows() -> Vec<Row<'static>> {
    let rows: Vec<_> = super::rows_of(TABLE).map(Row::of).collect();
    assert!(rows.len() >= ROWS_MIN, "{} rows", rows.len());
    rows
}

#[test]
fn each_target_is_judged_on_its_raw_bytes() {
    let world = World::start();
    let mut failures = Vec::new();
    for row in rows() {
        let (nginx, forwarded) =
            (world.directly(&row, Way::Verify), world.directly(&row, Way::ForwardAuth));
        assert_eq!(nginx, forwarded, "{}: the two families differ", row.written);
        let told = [
            nginx,
            world.directly(&row, Way::ExtAuthz),
            world.through_nginx(&row),
            world.through(&world.caddy, &row).0,
        ];
        if told != row.expected {
            failures.push(format!("{} {}", told.join(" "), row.written));
        }
    }
    assert!(failures.is_empty(), "the table would have to say:\n{}", failures.join("\n"));
}
