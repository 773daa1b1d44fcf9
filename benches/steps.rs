//! What each step of a decision costs by itself: `cargo bench --bench steps`. The gate as a whole is
//! measured by `benches/run`.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::fmt::Write as _;
use std::sync::Arc;

use divan::{Bencher, black_box};
use keystile::clock::{Clock, Timestamp};
use keystile::id::KeyId;
use keystile::limits::{Allowance, Ask, BucketId, Limiter, Place, Repeat, SavedDay};
use keystile::registry::{self, Product, normalised_host};
use keystile::secret::{Secret, SecretDigest, prefix_of};
use keystile::usage::{LastUse, Ledger, Tally};
use keystile::verify::{Asked, Headers, Path, Request};

const NOW: Timestamp = Timestamp::from_millis(1_795_312_000_000);

const TARGET: &[u8] = b"/v1/things5/th_5/items?page=2";

/// What nginx sends, without the credential.
const LINES: [(&str, &[u8]); 9] = [
    ("host", b"gate"),
    ("x-original-uri", TARGET),
    ("x-original-method", b"GET"),
    ("x-original-host", b"api.bench.example"),
    ("x-original-proto", b"http"),
    ("x-real-ip", b"203.0.113.9"),
    ("x-request-id", b"0123456789abcdef0123456789abcdef"),
    ("user-agent", b"curl/7.88.1"),
    ("accept", b"*/*"),
];

fn main() {
    divan::main();
}

#[divan::bench]
fn clock_now(bencher: Bencher) {
    let clock = Clock::system();
    bencher.bench_local(|| clock.now());
}

#[divan::bench]
fn contract_headers(bencher: Bencher) {
    let asked = Asked::by_nginx(Some("bench"), Headers::over(&LINES));
    bencher.bench_local(|| assert!(Request::read(black_box(&asked)).is_ok()));
}

#[divan::bench]
fn host(bencher: Bencher) {
    bencher.bench_local(|| assert!(normalised_host(black_box("api.bench.example")).is_some()));
}

#[divan::bench]
fn path(bencher: Bencher) {
    bencher.bench_local(|| assert!(Path::read(black_box(TARGET)).is_ok()));
}

#[divan::bench(args = [10, 100, 10_000])]
fn route(bencher: Bencher, routes: usize) {
    let product = product(routes);
    let segments = ["v1", "things5", "th_5", "items"];
    bencher.bench_local(|| assert!(product.routes.find("GET", black_box(&segments)).is_some()));
}

#[divan::bench]
fn checksum_of_a_secret(bencher: Bencher) {
    let secret = Secret::mint("be_live_").unwrap();
    bencher.bench_local(|| assert!(prefix_of(black_box(secret.expose().as_bytes())).is_some()));
}

#[divan::bench]
fn digest_of_a_secret(bencher: Bencher) {
    let secret = Secret::mint("be_live_").unwrap();
    bencher.bench_local(|| SecretDigest::of(black_box(secret.expose().as_bytes())));
}

#[divan::bench(args = [1, 10_000, 1_000_000])]
fn limiter(bencher: Bencher, keys: usize) {
    let (limiter, buckets) = limiter_of(keys);
    let mut next = buckets.iter().cycle();
    bencher.bench_local(|| draw(&limiter, next.next().unwrap(), None));
}

#[divan::bench]
fn limiter_with_a_request_id(bencher: Bencher) {
    let (limiter, buckets) = limiter_of(10_000);
    let (key, mut next) = (KeyId::new(NOW), buckets.iter().cycle());
    let (mut number, mut request_id) = (0_u64, String::new());
    let mut ask = || {
        number += 1;
        request_id.clear();
        write!(request_id, "{number:032}").unwrap();
        let repeat = Repeat {
            request_id: &request_id,
            caller: key.to_bytes(),
            method: "GET",
            target: TARGET,
        };
        draw(&limiter, next.next().unwrap(), Some(repeat));
    };
    // What is remembered of questions takes its memory as it is used.
    (0..100_000).for_each(|_| ask());
    bencher.bench_local(ask);
}

#[divan::bench]
fn count_a_request(bencher: Bencher) {
    let (ledger, scope) = (Ledger::default(), Arc::from("read:things"));
    let tally = Arc::new(Tally::new(KeyId::new(NOW), SecretDigest::of(b"secret")));
    let last_use = LastUse { at: NOW, from: "203.0.113.9".parse().ok() };
    bencher.bench_local(|| {
        ledger.allowed(&tally, std::iter::once(&scope), last_use.at, last_use.from);
    });
}

fn limiter_of(keys: usize) -> (Limiter, Vec<(BucketId, Place)>) {
    let limiter = Limiter::new(Arc::default());
    let bucket = |_| (BucketId::of_key(KeyId::new(NOW)), Place::unknown());
    let buckets: Vec<_> = (0..keys).map(bucket).collect();
    for (bucket, _) in &buckets {
        limiter.admit(bucket, SavedDay::default(), limiter.generation());
    }
    (limiter, buckets)
}

fn draw(limiter: &Limiter, (bucket, place): &(BucketId, Place), repeat: Option<Repeat<'_>>) {
    let allowance = Allowance { per_minute: Some(u32::MAX), per_day: Some(u32::MAX) };
    let ask = Ask { bucket: *bucket, place, allowance, cost: 1, repeat };
    let drawn = limiter.draw(&ask, NOW);
    assert!(black_box(drawn).is_some());
}

fn product(routes: usize) -> Product {
    let mut text =
        "name = \"Bench\"\n[keys.live]\nprefix = \"be_live_\"\n[scopes]\nread = \"Read\"\n\
                    [routes]\n"
            .to_owned();
    for number in 0..routes {
        writeln!(text, "\"GET /v1/things{number}/{{thing}}/items\" = \"read\"").unwrap();
    }
    registry::read("bench.toml", "bench", &text).product.unwrap()
}
