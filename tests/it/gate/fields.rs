//! Headers in every combination that has ever fooled somebody: `fields.txt` says what becomes of each
//! in every dialect and through nginx and Caddy. What is denied never reaches the back end; what
//! passes reaches it with who asks, as Keystile says it, and without the key.

use super::asked::{Asked, Way};
use super::targets::bytes_of;
use crate::harness::back_end::Received;
use crate::harness::{BackEnd, Caddy, Client, Instance, Key, Nginx, Plugins, Request, Site};

const TABLE: &str = include_str!("fields.txt");

/// So few rows would be a table that was cut off.
const ROWS_MIN: usize = 100;

const MANY: &str = r#"
name = "Many"
hosts = ["many.example"]
credentials = ["authorization", "x-api-key"]

[keys.live]
prefix = "ma_live_"

[resources.thing]
per_key = "one"
from = ["header:X-Thing"]

[scopes]
"read" = "Read"

[routes]
"GET /things" = "read"
"GET /free" = "public"
"OPTIONS /things" = "public"
"#;

const SITE: Site<'_> = Site {
    product: "many",
    host: "many.example",
    credentials: &["Authorization", "X-Api-Key"],
    resources: &["X-Keystile-Thing"],
    is_oauth: false,
};

/// What every back end is told of a request that passed.
const IDENTITY: [&str; 10] = [
    "x-keystile-client",
    "x-keystile-environment",
    "x-keystile-key",
    "x-keystile-owner",
    "x-keystile-plan",
    "x-keystile-product",
    "x-keystile-scopes",
    "x-keystile-subject",
    "x-keystile-thing",
    "x-keystile-workspace",
];

/// One line of the table.
struct Row<'t> {
    expected: [&'t str; 5],
    written: &'t str,
    /// What is taken out of a question.
    without: Vec<&'t str>,
    added: Vec<(&'t str, &'t str)>,
}

impl<'t> Row<'t> {
    fn of(line: &'t str) -> Self {
        let mut rest = line;
        let expected = [(); 5].map(|()| {
            let (word, behind) = rest.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            rest = behind.trim_start();
            word
        });
        let lines = || rest.split(" | ");
        let without = lines().filter_map(|it| it.strip_prefix('-')).collect();
        let added = lines().filter(|it| !it.starts_with('-')).map(|line| {
            // The colon that ends a name stands before a blank or the end.
            line.split_once(": ").unwrap_or_else(|| (line.trim_end_matches(':'), ""))
        });
        Self { expected, written: rest, without, added: added.collect() }
    }
}

struct World {
    gate: Client,
    proxies: [Client; 2],
    back_end: BackEnd,
    key: Key,
    other: Key,
    // They end before the server that they ask.
    _running: (Nginx, Caddy),
    _instance: Instance,
}

impl World {
    fn start() -> Self {
        let instance = Instance::start(&Plugins::default().and("many", MANY));
        let back_end = BackEnd::start();
        let nginx = Nginx::start(&instance, &back_end, &["many"]);
        let caddy = Caddy::start(&instance, &back_end, &SITE);
        let key = |thing| instance.key("many", "live", &["read"]).bound_to("thing", thing).make();
        let (key, other) = (key("th_1"), key("th_2"));
        let (gate, proxies) = (instance.client(), [nginx.client(), caddy.client()]);
        Self { gate, proxies, back_end, key, other, _running: (nginx, caddy), _instance: instance }
    }

    fn asked(&self, row: &Row<'_>) -> Asked {
        let asked = Asked::of("many", "many.example", "GET", "/things");
        row.added.iter().fold(asked, |asked, (name, value)| {
            let value = value.replace("KEY", &self.key.secret).replace("OTHER", &self.other.secret);
            asked.header(name, bytes_of(&value))
        })
    }

    fn directly(&self, row: &Row<'_>, way: Way) -> String {
        // A line that the row adds in place of one that it takes out stays.
        let own = Asked::of("many", "many.example", "GET", "/things").put(way).headers.len();
        let mut request: Request = self.asked(row).put(way);
        let mut place = 0;
        request.headers.retain(|(name, _)| {
            place += 1;
            place > own || !row.without.iter().any(|it| it.eq_ignore_ascii_case(name))
        });
        let answer = self.gate.send(&request);
        match (answer.status, answer.header("x-keystile-code")) {
            (200, None) => "pass".to_owned(),
            (200, Some(_)) => panic!("{} passes and is denied: {answer:?}", row.written),
            (_, Some(code)) => code.to_owned(),
            (_, None) => super::refused(row.written, &answer),
        }
    }

    fn through(&self, proxy: &Client, row: &Row<'_>) -> String {
        self.back_end.take();
        let answer = proxy.send(&self.asked(row).itself());
        let received = self.back_end.take();
        let Some(first) = received.first() else {
            assert_ne!(answer.status, 200, "{}: {answer:?}", row.written);
            if answer.header("content-type") != Some("application/json") {
                return super::refused(row.written, &answer);
            }
            return answer.json()["error"]["code"].as_str().unwrap().to_owned();
        };
        assert_eq!((answer.status, received.len()), (200, 1), "{}: {answer:?}", row.written);
        self.assert_told_by_us(row, first);
        "pass".to_owned()
    }

    /// The back end knows who asks, and has nothing of the caller's that could be read as that.
    fn assert_told_by_us(&self, row: &Row<'_>, received: &Received) {
        let plain = |name: &str| name.replace(['_', '.'], "-");
        let said: Vec<_> =
            received.headers.iter().filter(|it| plain(&it.0).starts_with("x-keystile")).collect();
        let mut names: Vec<_> = said.iter().map(|it| it.0.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, IDENTITY, "{}", row.written);
        let (id, secret) = (self.key.id.to_string(), self.key.secret.as_str());
        for (name, value) in [
            ("x-keystile-subject", format!("key:{id}").as_str()),
            ("x-keystile-key", &id),
            ("x-keystile-thing", "th_1"),
            ("x-keystile-scopes", "read"),
            ("x-keystile-owner", "-"),
            ("x-real-ip", "127.0.0.1"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "http"),
        ] {
            assert_eq!(received.header(name), Some(value), "{}: {name}", row.written);
        }
        for (name, value) in &received.headers {
            assert!(!value.contains(secret), "{}: a key in {name}", row.written);
            let is_private = name.starts_with("x-original-");
            assert!(!is_private, "{}: {name} reached the back end", row.written);
        }
        assert_eq!(received.target, "/things", "{}", row.written);
    }
}

fn rows() -> Vec<Row<'static>> {
    let rows: Vec<_> = super::rows_of(TABLE).map(Row::of).collect();
    assert!(rows.len() >= ROWS_MIN, "{} rows", rows.len());
    rows
}

#[test]
fn each_header_is_believed_from_whom_it_is_due() {
    let world = World::start();
    let mut failures = Vec::new();
    for row in rows() {
        let ask = |column: usize| match column {
            _ if row.expected[column] == "." => ".".to_owned(),
            0 => world.directly(&row, Way::Verify),
            1 => world.directly(&row, Way::ForwardAuth),
            2 => world.directly(&row, Way::ExtAuthz),
            proxy => world.through(&world.proxies[proxy - 3], &row),
        };
        let told = [0, 1, 2, 3, 4].map(ask);
        if told != row.expected {
            failures.push(format!("{}  {}", told.join(" "), row.written));
        }
    }
    assert!(failures.is_empty(), "the table would have to say:\n{}", failures.join("\n"));
}
