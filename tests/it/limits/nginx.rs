//! Limits through a real nginx: a true 429, the headers on what passes, and its questions that come
//! twice.

use std::fs;

use keystile::http::control::By;

use super::{METER, World};
use crate::harness::{Answer, BackEnd, Client, Key, Nginx, Request};

struct Front {
    world: World,
    back_end: BackEnd,
    nginx: Nginx,
    client: Client,
    key: Key,
}

impl Front {
    fn start(edit: impl Fn(String) -> String) -> Self {
        let world = World::on("free");
        let back_end = BackEnd::start();
        let nginx = Nginx::start_edited(&world.instance, &back_end, &["meter"], edit);
        let (client, key) = (nginx.client(), world.key());
        Self { world, back_end, nginx, client, key }
    }

    fn get(&self, target: &str) -> Answer {
        self.client.send(&self.request(target))
    }

    fn request(&self, target: &str) -> Request {
        Request::new("GET", target)
            .header("Host", "meter.example")
            .header("Authorization", format!("Bearer {}", self.key.secret))
    }

    /// What a further request is told that it has left in the minute.
    fn left(&self) -> u32 {
        let answer = self.get("/one");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.header("x-ratelimit-remaining").unwrap().parse().unwrap()
    }
}

#[test]
fn request_61_gets_a_true_429_and_passes_when_it_is_told() {
    let front = Front::start(|printed| printed);
    for number in 1..=60_u32 {
        let answer = front.get("/one");
        assert_eq!(answer.status, 200);
        let left = (60 - number).to_string();
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(left.as_str()));
        let policy = "\"minute\";q=60;w=60, \"day\";q=1000;w=86400";
        assert_eq!(answer.header("ratelimit-policy"), Some(policy));
        // The back end's own header is the back end's.
        assert_eq!(answer.header("ratelimit"), Some("back-end"));
    }
    front.back_end.take();
    let refused = front.get("/one");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("61")));
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert_eq!(refused.header("ratelimit"), Some("\"minute\";r=0;t=61, \"day\";r=940;t=43200"));
    assert_eq!(refused.header("x-ratelimit-reset"), Some("61"));
    let error = &refused.json()["error"];
    assert_eq!((&error["code"], &error["retry_after"]), (&"rate_limited".into(), &61.into()));
    assert!(front.back_end.take().is_empty());
    front.world.instance.advance("61s");
    assert_eq!(front.get("/one").status, 200);
    assert!(front.nginx.access_log("meter").contains("\"code\":\"rate_limited\""));
}

#[test]
fn request_1001_of_a_day_gets_a_true_429_until_midnight_utc() {
    let front = Front::start(|printed| printed);
    for _ in 0..16 {
        front.world.passed(&front.key, "/one", 60);
        front.world.instance.advance("61s");
    }
    assert_eq!(front.world.passed(&front.key, "/one", 40), 40);
    let refused = front.get("/one");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"]["code"], "quota_exceeded");
    let wait = refused.header("retry-after").unwrap();
    front.world.instance.advance(&format!("{wait}s"));
    assert_eq!(front.get("/one").status, 200);
}

/// Pages from a folder of the test's, found by `index` and `try_files`: nginx goes to another
/// location within the same request, and asks again.
fn with_pages(folder: &std::path::Path) -> impl Fn(String) -> String {
    let root = folder.display().to_string();
    move |printed| {
        let location = "    location / {";
        assert!(printed.contains(location), "the printed file has a location for everything");
        let pages = format!(
            "    location /pages/ {{\n        root {root};\n        index index.html;\n        \
             try_files $uri $uri/ /pages/missing.html;\n    }}\n{location}"
        );
        printed.replacen(location, &pages, 1)
    }
}

fn pages() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    // nginx's workers are another user.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(folder.path().join("pages/folder")).unwrap();
    for (page, text) in [("folder/index.html", "index"), ("missing.html", "missing")] {
        fs::write(folder.path().join("pages").join(page), text).unwrap();
    }
    for open in ["pages", "pages/folder"] {
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path().join(open), mode).unwrap();
    }
    folder
}

#[test]
fn a_request_that_nginx_asks_about_twice_counts_once() {
    let pages = pages();
    let front = Front::start(with_pages(pages.path()));
    assert!(METER.contains("GET /pages/{*rest}"));
    for (target, text) in [("/pages/folder/", "index"), ("/pages/none", "missing")] {
        let before = front.left();
        let answer = front.get(target);
        assert_eq!((answer.status, answer.text().as_str()), (200, text), "{target}");
        assert_eq!(front.left(), before - 2, "{target}: itself, and the request that asks");
    }
}

#[test]
fn the_last_place_is_enough_for_a_request_that_nginx_asks_about_twice() {
    let pages = pages();
    let front = Front::start(with_pages(pages.path()));
    assert_eq!(front.world.passed(&front.key, "/one", 59), 59);
    assert_eq!(front.get("/pages/folder/").status, 200, "its second question is not a 61st");
    assert_eq!(front.get("/pages/folder/").status, 429);
}

#[test]
fn a_client_s_own_id_buys_nothing() {
    let front = Front::start(|printed| printed);
    let request = front.request("/one").header("X-Request-Id", "0123456789abcdef");
    let passed = (0..70).filter(|_| front.client.send(&request).status == 200).count();
    assert_eq!(passed, 60);
}

#[test]
fn an_id_is_remembered_where_nginx_asks_and_nowhere_else() {
    let world = World::on("free");
    let key = world.key();
    let asked = |request: Request| {
        let request = request.header("X-Request-Id", "0123456789abcdef");
        let answers: Vec<_> = (0..5).map(|_| world.gate.send(&request)).collect();
        let left = |answer: &Answer| answer.header("x-ratelimit-remaining").unwrap().to_owned();
        answers.iter().map(left).collect::<Vec<_>>()
    };
    let of_nginx = asked(super::question("meter", &key, "/one"));
    assert_eq!(of_nginx, ["59", "59", "59", "59", "58"], "three times more, then it is a new one");
    let bearer = format!("Bearer {}", key.secret);
    let of_caddy = asked(
        Request::new("GET", "/forward-auth/meter")
            .header("Host", "gate")
            .header("X-Forwarded-Method", "GET")
            .header("X-Forwarded-Uri", "/one")
            .header("Authorization", bearer),
    );
    assert_eq!(of_caddy, ["57", "56", "55", "54", "53"]);
    world.instance.advance("10s");
    let later = asked(super::question("meter", &key, "/one"));
    assert_eq!(later[0], "52", "ten seconds later it is another question");
}

#[test]
fn what_is_asked_again_is_counted_once_in_the_usage_too_whether_it_passes_or_not() {
    let world = World::on("free");
    let key = world.key();
    let ask_twice = |id: &str| {
        let request = super::question("meter", &key, "/one").header("X-Request-Id", id);
        [(); 2].map(|()| world.gate.send(&request).header("x-keystile-status").map(str::to_owned))
    };
    assert_eq!(ask_twice("passing-request"), [None, None]);
    assert_eq!(world.passed(&key, "/one", 60), 59);
    let limited = Some("429".to_owned());
    assert_eq!(ask_twice("refused-request"), [limited.clone(), limited]);
    let told = world.instance.usage_of(&key, "1d", By::Code);
    assert_eq!((&told["allowed"], &told["refused"]), (&60.into(), &2.into()), "{told}");
}
