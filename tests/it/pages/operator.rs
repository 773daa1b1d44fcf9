//! The operator's sample pages, and those of nobody yet.

use keystile::http::console::views::audit::{self, AuditView, Entry};
use keystile::http::console::views::error::{self, ErrorView, Trouble};
use keystile::http::console::views::first_steps::{FirstRequest, FirstSteps};
use keystile::http::console::views::overview::{self, Health, OverviewView, Unusual};
use keystile::http::console::views::people::detail as person;
use keystile::http::console::views::people::list::{self as people, PeopleView, Person};
use keystile::http::console::views::plans::{self, Closest, OwnNumbers, PlansView};
use keystile::http::console::views::products::tester::{Asked, Step, Verdict};
use keystile::http::console::views::products::{detail, list, proxy, tester};
use keystile::http::console::views::refusals::Refused;
use keystile::http::console::views::setup::{self, Form, SetupView};
use keystile::http::console::views::sign_in::{self, SignInView};
use keystile::http::ui::address::Address;
use keystile::http::ui::form::Errors;
use keystile::http::ui::parts::Pager;
use keystile::limits::Plans;
use keystile::registry::{self, PlanOverride};
use keystile::source::{At, Diagnostic};
use keystile::usage::Slow;
use maud::Markup;

use super::gallery::Drawn;
use super::sample::{LONG, TOKEN, ago, buckets, now, owned_keys, product};

pub(super) fn refused() -> [Refused<'static>; 3] {
    let refused = |code, count, minutes| Refused { code, count, last_at: Some(ago(minutes)) };
    [
        refused("rate_limited", 2_010, 1),
        refused("insufficient_scope", 904, 12),
        refused("revoked_key", 31, 900),
    ]
}

pub(super) fn pages() -> Vec<Drawn> {
    let mut all = doors();
    all.extend(overviews());
    all.extend(products());
    all.extend(tools());
    all.extend(lists());
    all
}

fn doors() -> Vec<Drawn> {
    let refused = SignInView {
        email: "ada@example.com",
        refusal: Some("That e-mail and password do not fit together"),
        next: "/console/account",
        ..SignInView::default()
    };
    let errors = [("password", "It has 5 characters: 12 are the least".to_owned())];
    let open = SetupView::Open(Form { token: "t", email: "ada@", errors: Errors(&errors) });
    let trouble = ErrorView {
        trouble: Trouble::Internal,
        message: "",
        request_id: "req_01KAPNJ2TB6S6XHVQ3T4E9V5Z7",
        onward: "/console",
    };
    vec![
        Drawn::for_nobody("sign-in", sign_in::TITLE, sign_in::page(&SignInView::default())),
        Drawn::for_nobody("sign-in-refused", sign_in::TITLE, sign_in::page(&refused)),
        Drawn::for_nobody("setup", setup::TITLE, setup::page(&open)),
        Drawn::for_nobody("setup-closed", setup::TITLE, setup::page(&SetupView::Closed)),
        Drawn::for_nobody("error", trouble.trouble.title(), error::page(&trouble)),
    ]
}

fn overviews() -> Vec<Drawn> {
    let minutes = buckets(60, 1, 2);
    let unusual = [
        Unusual {
            what: "Used from a new network: 198.51.100.0/24",
            subject: "Web shop",
            href: "/console/workspaces/acme/keys/key_1",
            at: ago(4),
        },
        Unusual {
            what: "12 times its usual requests",
            subject: LONG,
            href: "/console",
            at: ago(130),
        },
    ];
    let busy = OverviewView {
        last_minute: 3_104,
        minutes: &minutes,
        slowest: Some(Slow { at: ago(12), millis: 14 }),
        active_keys: 412,
        refused: &refused(),
        unusual: &unusual,
        looked_at: Some(ago(1)),
        health: Health {
            version: "0.1.0",
            started_at: ago(4_400),
            database_bytes: 13_400_000,
            products: 5,
            problems: 1,
            loaded_at: ago(3),
        },
        first_steps: None,
        now: now(),
    };
    let idle = buckets(0, 1, 2);
    let new = OverviewView {
        last_minute: 0,
        minutes: &idle,
        active_keys: 0,
        refused: &[],
        slowest: None,
        unusual: &[],
        looked_at: None,
        ..busy
    };
    let at = (overview::TITLE, "/console");
    let drawn = |(name, steps)| {
        let view = OverviewView { first_steps: Some(steps), ..new };
        Drawn::for_operator(name, at, overview::page(&view))
    };
    let busy = Drawn::for_operator("overview", at, overview::page(&busy));
    std::iter::once(busy).chain(beginnings().map(drawn)).collect()
}

/// The first steps: half of them, a stranger's refusal and one's own at the last, and all.
fn beginnings() -> [(&'static str, FirstSteps<'static>); 4] {
    let half = FirstSteps {
        workspace: Some("acme"),
        has_key: false,
        product: Some("whale"),
        request: FirstRequest::Awaited,
        form_token: TOKEN,
    };
    let at_last = |request| FirstSteps { has_key: true, request, ..half };
    let stranger = FirstRequest::Stranger {
        code: "missing_credential",
        at: ago(2),
        from: Some("2001:db8:1234:5678:90ab:cdef:1234:5678"),
    };
    let refused = FirstRequest::Refused { code: "insufficient_scope", at: ago(2) };
    let verified = FirstRequest::Verified { key: LONG, href: "/console", at: ago(1) };
    [
        ("overview-new", half),
        ("overview-stranger", at_last(stranger)),
        ("overview-refused", at_last(refused)),
        ("overview-verified", at_last(verified)),
    ]
}

/// What the loader says of a file with two mistakes.
fn problems() -> Vec<Diagnostic> {
    let text = std::fs::read_to_string("plugins/whale.toml").unwrap();
    let broken = text.replacen("= \"read:products\"", "= \"read:prodcuts\"", 1).replacen(
        "prefix = \"wk_live_\"",
        "prefix = \"wk_live\"",
        1,
    );
    registry::read("plugins/whale.toml", "whale", &broken).diagnostics
}

fn products() -> Vec<Drawn> {
    let (whale, marketplace) = (product("whale"), product("marketplace"));
    let problems = problems();
    let row = |product, is_stale| list::Row {
        product,
        since: ago(90),
        keys: 412,
        problems: u64::from(is_stale),
        is_stale,
    };
    let rows = [row(&*marketplace, false), row(&*whale, true)];
    let list = list::ListView { folder: "plugins", rows: &rows, problems: &[], now: now() };
    let none = list::ListView { rows: &[], problems: &problems, ..list };
    let whale_view = detail::DetailView {
        product: &whale,
        file: "plugins/whale.toml",
        since: ago(90),
        is_stale: true,
        problems: &problems,
        holders: &[3, 12, 0, 48],
        keys: &[40, 9],
        now: now(),
    };
    vec![
        Drawn::for_operator("products", ("Products", "/console/products"), list::page(&list)),
        Drawn::for_operator("products-none", ("Products", "/console/products"), list::page(&none)),
        Drawn::for_operator(
            "product",
            ("Whale", "/console/products/whale"),
            detail::page(&whale_view),
        ),
    ]
}

fn tools() -> Vec<Drawn> {
    let steps = [
        Step {
            name: "credential",
            compared: "one credential in x-api-key: 1 header line",
            is_passed: true,
        },
        Step { name: "route", compared: "GET /v1/stores/{store}/products", is_passed: true },
        Step {
            name: "scope",
            compared: "the route needs read:products; held: read:orders",
            is_passed: false,
        },
    ];
    let asked = Asked {
        method: "GET",
        url: "/v1/stores/st_1/products",
        ip: "203.0.113.7",
        key_id: "key_01KAPNJ2TB6S6XHVQ3T4E9V5Z7",
    };
    let verdict = Verdict {
        is_allowed: false,
        status: 403,
        code: "insufficient_scope",
        message: "This key has no scope read:products. Ask its owner for it.",
        steps: &steps,
    };
    let test = tester::TesterView {
        product: "whale",
        product_name: "Whale Gateway",
        form_token: TOKEN,
        asked,
        errors: Errors::default(),
        verdict: Some(verdict),
    };
    let nginx =
        "server {\n    listen 80;\n    location / {\n        auth_request /_keystile;\n    }\n}\n";
    let proxy_view = proxy::ProxyView {
        product: "whale",
        product_name: "Whale Gateway",
        listen: "127.0.0.1:8080",
        upstream: "10.0.0.7:9000",
        nginx: Ok(nginx),
    };
    vec![
        Drawn::for_operator(
            "tester",
            ("Test", "/console/products/whale/test"),
            tester::page(&test),
        ),
        Drawn::for_operator(
            "proxy",
            ("Proxy", "/console/products/whale/proxy"),
            proxy::page(&proxy_view),
        ),
    ]
}

pub(super) fn entries() -> Vec<Entry<'static>> {
    let entry = |minutes, action, detail| Entry {
        at: ago(minutes),
        actor: "ada@example.com",
        address: "203.0.113.7",
        action,
        subject: "key_01KAPNJ2TB6S6XHVQ3T4E9V5Z7",
        workspace: "acme",
        detail,
    };
    vec![
        entry(12, "key.revoke", "{\"reason\":\"Found in a public repository\"}"),
        entry(
            360,
            "key.rotate",
            "{\"last4\":\"pL0c\",\"previous_expires_at\":\"2026-11-23T08:58:02Z\"}",
        ),
        entry(200_000, "key.create", "{\"scopes\":[\"read:products\",\"read:orders\"]}"),
    ]
}

fn somebody(email: &'static str, is_operator: bool) -> Person<'static> {
    Person {
        id: "user_01KAPNJ2TB6S6XHVQ3T4E9V5Z7",
        email,
        is_operator,
        workspaces: &[("acme", "owner"), ("globex", "viewer")],
        sessions: 2,
        seen_at: Some(ago(3)),
        created_at: ago(90_000),
    }
}

fn people() -> Markup {
    let address = Address { path: "/console/people", fields: vec![] };
    let all = [somebody("ada@example.com", true), somebody(LONG, false)];
    people::page(&PeopleView {
        address: &address,
        people: &all,
        pager: Pager { shown: "1–2 of 2", previous: None, next: None },
        now: now(),
    })
}

fn one_person() -> Markup {
    let errors = [("", "ada@example.com is the last operator: add another one first".to_owned())];
    person::page(&person::DetailView {
        person: somebody(LONG, true),
        origin: "By an invitation of ada@example.com",
        keys: &owned_keys(),
        form_token: TOKEN,
        errors: Errors(&errors),
        now: now(),
    })
}

fn lists() -> Vec<Drawn> {
    let address = Address { path: "/console/audit", fields: vec![("actor", "ada")] };
    let entries = entries();
    let log = AuditView {
        address: &address,
        entries: &entries,
        is_cut: false,
        export_href: "/console/audit.jsonl",
        pager: Pager {
            shown: "1–50 of 9,120",
            previous: None,
            next: Some("/console/audit?page=2"),
        },
        now: now(),
    };
    let none = AuditView { entries: &[], ..log };
    let all = Plans::default();
    let closest = |slug, used, limit| Closest { slug, product: "Whale Gateway", used, limit };
    let closest = [closest("acme", 48_900, Some(50_000)), closest("globex", 9_000, None)];
    let row = |id| {
        let closest = closest.to_vec();
        plans::Row { id, plan: all.get(id).unwrap(), workspaces: 12, closest }
    };
    let own =
        PlanOverride { per_minute: Some(30), per_day: None, max_keys: Some(2), at: At::default() };
    let own_numbers = [OwnNumbers { product: "Whale Gateway", plan: "Free", own: &own }];
    let rows = [row("free"), row("pro"), row("enterprise")];
    let plans_view = PlansView { rows: &rows, own_numbers: &own_numbers, file: "config.toml" };
    vec![
        Drawn::for_operator("audit", (audit::TITLE, "/console/audit"), audit::page(&log)),
        Drawn::for_operator("audit-none", (audit::TITLE, "/console/audit"), audit::page(&none)),
        Drawn::for_operator("people", (people::TITLE, "/console/people"), people()),
        Drawn::for_operator("person", (LONG, "/console/people/user_1"), one_person()),
        Drawn::for_operator("plans", (plans::TITLE, "/console/plans"), plans::page(&plans_view)),
    ]
}
