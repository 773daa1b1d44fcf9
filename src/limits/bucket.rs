//! A bucket: what one key, or one workspace under one product, has used.

use std::cmp::Ordering;

use sha2::{Digest as _, Sha256};

use super::Allowance;
use super::minute::Minute;
use super::standing::{Outcome, Standing, Used, Window};
use crate::clock::Timestamp;
use crate::id::KeyId;

/// Seconds of a day of UTC.
pub(super) const DAY_SECONDS: u32 = 86_400;

/// After how long a bucket is given back: whoever asks every few minutes is not read from the database
/// each time.
pub(super) const IDLE_SECONDS: u32 = 600;

/// Whose use is counted together. The database orders them as this does, by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BucketId([u8; 16]);

impl Ord for BucketId {
    fn cmp(&self, other: &Self) -> Ordering {
        // As one number, which costs less than byte by byte.
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

impl PartialOrd for BucketId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl BucketId {
    /// One key's own.
    #[must_use]
    pub fn of_key(key: KeyId) -> Self {
        Self(key.to_bytes())
    }

    /// The one that all keys and tokens of a workspace share under one product: the first 16 bytes
    /// of a SHA-256, which no key's id is.
    #[must_use]
    pub fn of_workspace(workspace: &str, product: &str) -> Self {
        // A slug has no slash.
        let digest = Sha256::digest(format!("workspace {workspace}/{product}"));
        Self(std::array::from_fn(|place| digest[place]))
    }

    /// The one of an app in a workspace under one product, or with `None` the one that all apps share
    /// there which nobody but themselves has brought in: many of those are not many quotas.
    #[must_use]
    pub fn of_app(client: Option<&str>, workspace: &str, product: &str) -> Self {
        let client = client.unwrap_or_default();
        let digest = Sha256::digest(format!("app {workspace}/{product}/{client}"));
        Self(std::array::from_fn(|place| digest[place]))
    }

    /// The one that the database has by these bytes.
    pub(super) fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// As the database has it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Bits that are evenly spread: a key's last are random, and so is a digest.
    pub(super) fn hash(&self) -> u64 {
        let last = self.0.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        // The first of them are the same for every key (RFC 9562 §5.7), so they are mixed.
        last.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// What the database has of a bucket's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedDay {
    /// Days since 1970-01-01 UTC.
    pub day: u16,
    /// What was counted in it.
    pub spent: u32,
}

impl SavedDay {
    /// What is read where nothing can be believed: whatever day it is, it is spent.
    pub(super) const SPENT: Self = Self { day: u16::MAX, spent: u32::MAX };
}

/// What was used lately; 40 bytes while it is one second's.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) id: BucketId,
    minute: Minute,
    day: u16,
    spent: u32,
    /// Whether the database lacks something of the day.
    pub(super) is_unsaved: bool,
}

impl Bucket {
    /// One that begins with what the database has.
    pub(super) fn new(id: BucketId, saved: SavedDay) -> Self {
        let SavedDay { day, spent } = saved;
        Self { id, minute: Minute::empty(), day, spent, is_unsaved: false }
    }

    /// Says what becomes of a request that counts for `cost`, and nothing is counted.
    pub(super) fn look(&mut self, allowance: &Allowance, cost: u32, now: Timestamp) -> Outcome {
        self.turn_to(now);
        let second = second(now);
        if !allowance.can_take(cost) {
            return Outcome::RateLimited { retry_after: None };
        }
        let minute_wait =
            allowance.per_minute.map_or(0, |limit| self.minute.wait_seconds(cost, limit, second));
        let spent = u64::from(self.spent) + u64::from(cost);
        if allowance.per_day.is_some_and(|limit| spent > limit.into()) {
            // At midnight the minute must have room as well.
            return Outcome::QuotaExceeded { retry_after: to_midnight(second).max(minute_wait) };
        }
        match minute_wait {
            0 => Outcome::Within,
            wait => Outcome::RateLimited { retry_after: Some(wait) },
        }
    }

    /// The same, and what passes is counted.
    pub(super) fn draw(&mut self, allowance: &Allowance, cost: u32, now: Timestamp) -> Outcome {
        let outcome = self.look(allowance, cost, now);
        if outcome == Outcome::Within {
            self.minute.add(cost, second(now));
            self.spent = self.spent.saturating_add(cost);
        }
        outcome
    }

    /// What was spent of the day that `now` lies in.
    pub(super) fn spent_today(&mut self, now: Timestamp) -> u32 {
        self.turn_to(now);
        self.spent
    }

    /// What was used of both windows by `now`.
    pub(super) fn used(&mut self, now: Timestamp) -> Used {
        self.turn_to(now);
        Used { in_minute: self.minute.used(), today: self.spent.into() }
    }

    /// How the windows stand now, to which it was turned.
    pub(super) fn standing(&self, allowance: &Allowance, now: Timestamp) -> Standing {
        let second = second(now);
        let minute =
            |limit| Window::of(limit, self.minute.used(), self.minute.reset_seconds(second));
        let day = |limit| Window::of(limit, self.spent.into(), to_midnight(second));
        Standing { minute: allowance.per_minute.map(minute), day: allowance.per_day.map(day) }
    }

    /// What the database is to have of it.
    pub(super) fn to_save(&self) -> SavedDay {
        SavedDay { day: self.day, spent: self.spent }
    }

    /// Whether nothing passed for a while, and the database knows all that is worth knowing of it.
    pub(super) fn is_idle(&mut self, now: Timestamp) -> bool {
        self.turn_to(now);
        self.minute.shrink();
        let idle_seconds = second(now).saturating_sub(self.minute.newest_second());
        self.minute.is_empty() && idle_seconds >= IDLE_SECONDS && !self.is_unsaved
    }

    /// A new day begins with nothing spent. Where the clock was set back to an earlier one, what was
    /// spent stays, until a midnight comes.
    fn turn_to(&mut self, now: Timestamp) {
        self.minute.turn_to(second(now));
        let today = day(now);
        if self.day < today {
            self.spent = 0;
        }
        self.day = today;
    }
}

/// Whole seconds since 1970-01-01 UTC, until 2106.
fn second(now: Timestamp) -> u32 {
    u32::try_from(now.as_millis().div_euclid(1_000).max(0)).unwrap_or(u32::MAX - DAY_SECONDS)
}

/// The day of an instant: whole days since 1970-01-01 UTC, until 2106.
pub(super) fn day(now: Timestamp) -> u16 {
    u16::try_from(second(now) / DAY_SECONDS).unwrap_or(u16::MAX)
}

/// Seconds until the next midnight UTC, from 1 to 86,400.
fn to_midnight(second: u32) -> u32 {
    DAY_SECONDS - second % DAY_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;

    const ALLOWANCE: Allowance = Allowance { per_minute: Some(2), per_day: Some(3) };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn bucket() -> Bucket {
        Bucket::new(BucketId::of_workspace("acme", "whale"), SavedDay::default())
    }

    #[test]
    fn a_bucket_of_one_second_is_small() {
        assert_eq!(size_of::<Bucket>(), 40);
    }

    #[test]
    fn the_minute_refuses_before_the_day_is_spent_and_the_day_after() {
        let (mut bucket, noon) = (bucket(), at("2026-03-01T12:00:00.5Z"));
        let mut draw = |now| bucket.draw(&ALLOWANCE, 1, now);
        assert_eq!([draw(noon), draw(noon)], [Outcome::Within; 2]);
        assert_eq!(draw(noon), Outcome::RateLimited { retry_after: Some(61) });
        let later = noon.plus(Span::seconds(61));
        assert_eq!(draw(later), Outcome::Within);
        let retry_after = 12 * 3_600 - 61;
        assert_eq!(draw(later), Outcome::QuotaExceeded { retry_after });
        assert_eq!(draw(at("2026-03-02T00:00:00Z")), Outcome::Within);
    }

    #[test]
    fn a_quota_that_ends_within_a_full_minute_waits_for_the_minute_too() {
        let (mut bucket, late) = (bucket(), at("2026-03-01T23:59:50Z"));
        let allowance = Allowance { per_minute: Some(2), per_day: Some(2) };
        bucket.draw(&allowance, 2, late);
        let refused = bucket.draw(&allowance, 1, late);
        assert_eq!(refused, Outcome::QuotaExceeded { retry_after: 61 });
        let then = late.plus(Span::seconds(61));
        assert_eq!(bucket.draw(&allowance, 1, then), Outcome::Within);
    }

    #[test]
    fn a_cost_above_a_limit_never_passes_and_is_not_counted() {
        let mut bucket = bucket();
        let refused = bucket.draw(&ALLOWANCE, 3, at("2026-03-01T12:00:00Z"));
        assert_eq!(refused, Outcome::RateLimited { retry_after: None });
        assert_eq!(bucket.to_save().spent, 0);
    }

    #[test]
    fn a_clock_that_was_set_back_gives_nothing_back() {
        let mut bucket = bucket();
        bucket.draw(&ALLOWANCE, 2, at("2026-03-02T00:30:00Z"));
        let before = at("2026-03-01T23:40:00Z");
        let refused = bucket.draw(&ALLOWANCE, 1, before);
        assert_eq!(refused, Outcome::RateLimited { retry_after: Some(61) });
        bucket.draw(&ALLOWANCE, 1, before.plus(Span::seconds(61)));
        assert_eq!(bucket.to_save().spent, 3);
        bucket.draw(&ALLOWANCE, 1, at("2026-03-02T00:00:00Z"));
        assert_eq!(bucket.to_save().spent, 1, "a midnight has come");
    }

    #[test]
    fn a_window_without_a_limit_says_nothing_and_is_counted() {
        let (mut bucket, now) = (bucket(), at("2026-03-01T12:00:00Z"));
        for _ in 0..5 {
            assert_eq!(bucket.draw(&Allowance::default(), 1, now), Outcome::Within);
        }
        assert_eq!(bucket.standing(&Allowance::default(), now), Standing::default());
        let standing = bucket.standing(&ALLOWANCE, now);
        assert_eq!(standing.minute.map(|it| (it.remaining, it.reset_seconds)), Some((0, 61)));
        assert_eq!(standing.day.map(|it| (it.remaining, it.reset_seconds)), Some((0, 43_200)));
    }
}
