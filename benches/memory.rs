//! What a million keys with one request each in the last minute cost: `memory keystile` or
//! `memory governor`. Prints the growth of the process's resident memory in MiB: with all of them in
//! use and, of our own, once they are idle and given back.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{Quota, RateLimiter};
use keystile::clock::{Clock, Span, Timestamp};
use keystile::id::KeyId;
use keystile::limits::{Allowance, Ask, BucketId, Journal, Limiter, Place, SavedDay};
use keystile::schema::MIGRATIONS;
use keystile::store::{Lock, Locked, Store};

const KEYS: usize = 1_000_000;

/// Requests between two turns of writing behind, as they come in a second or so.
const REQUESTS_A_TURN: usize = 20_000;

const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("it is not 0");

const NOW: Timestamp = Timestamp::from_millis(1_795_312_000_000);

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("governor") => governor(),
        Some("keystile") => keystile(),
        // `cargo bench` runs every bench with an argument of its own.
        _ => Ok(()),
    }
}

/// Our limiter: a minute and a day for each key.
fn keystile() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let Locked::Ours(lock) = Lock::take(folder.path())? else { return Err("it is taken".into()) };
    let store = Arc::new(Store::open(lock, MIGRATIONS, &Clock::standing_at(NOW))?);
    let before = resident_mib()?;
    let limiter = Arc::new(Limiter::new(Arc::default()));
    let mut journal = Journal::new(Arc::clone(&limiter), store);
    let allowance = Allowance { per_minute: Some(PER_MINUTE.get()), per_day: Some(1_000) };
    for number in 0..KEYS {
        let bucket = BucketId::of_key(KeyId::new(NOW));
        limiter.admit(&bucket, SavedDay::default(), limiter.generation());
        let ask = Ask { bucket, place: &Place::unknown(), allowance, cost: 1, repeat: None };
        limiter.draw(&ask, NOW).ok_or("an admitted bucket is known")?;
        if number % REQUESTS_A_TURN == 0 {
            journal.save(NOW)?;
        }
    }
    let in_use = resident_mib()? - before;
    journal.save(NOW)?;
    journal.sweep(NOW.plus(Span::seconds(600)))?;
    println!("{in_use:.0} {:.0}", resident_mib()? - before);
    Ok(())
}

/// The `governor` crate's keyed limiter, one for the minute and one for the day.
fn governor() -> Result<(), Box<dyn Error>> {
    let before = resident_mib()?;
    let day = Quota::with_period(std::time::Duration::from_millis(86_400))
        .ok_or("a quota has a period")?
        .allow_burst(NonZeroU32::new(1_000).ok_or("not 0")?);
    let (minute, day) =
        (RateLimiter::dashmap(Quota::per_minute(PER_MINUTE)), RateLimiter::dashmap(day));
    for _ in 0..KEYS {
        let key = KeyId::new(NOW).to_bytes();
        let _ = (minute.check_key(&key), day.check_key(&key));
    }
    println!("{:.0}", resident_mib()? - before);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "pages of memory are few")]
fn resident_mib() -> Result<f64, Box<dyn Error>> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let resident: u64 = pages.split(' ').nth(1).ok_or("statm has columns")?.parse()?;
    Ok((resident * 4_096) as f64 / f64::from(1 << 20))
}
