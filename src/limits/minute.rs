//! The sliding minute: a log of requests by whole seconds.
//!
//! An exact log keeps the instant of each request ([sliding window log]); this one keeps the second,
//! with how many requests it took, and only seconds that took any. A second is held until it has
//! left wholly: 61 seconds after it began. So a request is never forgotten before it is 60 seconds
//! old, whatever part of its second it came in, and always before it is 61: in no 60 seconds, wherever
//! they begin, pass more than the limit, and nobody waits a second longer than with the exact log.
//!
//! Memory: one second in place, 16 bytes; from the second one on, a list of at most 61 entries of 8
//! bytes each, given back when it is empty.
//!
//! [sliding window log]: https://blog.cloudflare.com/counting-things-a-lot-of-different-things/

use std::collections::VecDeque;

/// How long a second is held from its beginning.
const HELD_SECONDS: u32 = 61;

/// The requests of the last minute.
#[derive(Debug)]
pub(super) struct Minute(Log);

#[derive(Debug)]
enum Log {
    /// One second, or where its count is 0 none: most keys have no more.
    One(Tick),
    Many(Box<Ticks>),
}

/// A second of the clock, and what was counted in it.
#[derive(Clone, Copy, Debug, Default)]
struct Tick {
    second: u32,
    count: u32,
}

/// Several seconds. What nearly every request asks stands here, and side by side, and not in the list:
/// that would be two more lines of memory to fetch.
#[derive(Debug)]
#[repr(C)]
struct Ticks {
    used: u64,
    /// The oldest second that is held.
    oldest_second: u32,
    newest: Tick,
    /// Those before the newest in their order, the oldest first.
    before: VecDeque<Tick>,
}

impl Minute {
    pub(super) fn empty() -> Self {
        Self(Log::One(Tick::default()))
    }

    /// Forgets what has left by the second `now`. Where the clock was set back, what was counted
    /// "later" counts as of now: it is held long enough, and no longer than a minute.
    pub(super) fn turn_to(&mut self, now: u32) {
        match &mut self.0 {
            Log::One(tick) => {
                tick.second = tick.second.min(now);
                if tick.has_left(now) {
                    tick.count = 0;
                }
            }
            Log::Many(ticks) => ticks.turn_to(now),
        }
    }

    /// What is counted.
    pub(super) fn used(&self) -> u64 {
        match &self.0 {
            Log::One(tick) => tick.count.into(),
            Log::Many(ticks) => ticks.used,
        }
    }

    /// Seconds until the oldest counted second leaves; 0 where there is none.
    pub(super) fn reset_seconds(&self, now: u32) -> u32 {
        match &self.0 {
            _ if self.is_empty() => 0,
            Log::One(tick) => leaves_in(tick.second, now),
            Log::Many(ticks) => leaves_in(ticks.oldest_second, now),
        }
    }

    /// Seconds until `cost` more fit under `limit`, where nothing else comes; 0 where they do now.
    pub(super) fn wait_seconds(&self, cost: u32, limit: u32, now: u32) -> u32 {
        let mut over = (self.used() + u64::from(cost)).saturating_sub(limit.into());
        if over == 0 {
            return 0;
        }
        let Log::Many(ticks) = &self.0 else { return self.reset_seconds(now) };
        for tick in ticks.before.iter().chain([&ticks.newest]) {
            over = over.saturating_sub(tick.count.into());
            if over == 0 {
                return leaves_in(tick.second, now);
            }
        }
        HELD_SECONDS
    }

    /// Counts `cost` in the second `now`, to which it was turned.
    pub(super) fn add(&mut self, cost: u32, now: u32) {
        match &mut self.0 {
            Log::One(tick) if tick.count == 0 => *tick = Tick { second: now, count: cost },
            Log::One(tick) if tick.second == now => tick.count = tick.count.saturating_add(cost),
            Log::One(tick) => {
                let mut ticks = Ticks::of(*tick);
                ticks.add(cost, now);
                self.0 = Log::Many(Box::new(ticks));
            }
            Log::Many(ticks) => ticks.add(cost, now),
        }
    }

    /// The last second in which anything was counted, be it held or not; 0 where nothing ever was.
    pub(super) fn newest_second(&self) -> u32 {
        match &self.0 {
            Log::One(tick) => tick.second,
            Log::Many(ticks) => ticks.newest.second,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.used() == 0
    }

    /// Gives memory back that is not needed at the moment.
    pub(super) fn shrink(&mut self) {
        if let Log::Many(ticks) = &self.0
            && ticks.before.is_empty()
        {
            self.0 = Log::One(ticks.newest);
        }
    }
}

impl Tick {
    fn has_left(self, now: u32) -> bool {
        leaves_in(self.second, now) == 0
    }
}

/// Seconds until `second` is held no longer.
fn leaves_in(second: u32, now: u32) -> u32 {
    (second + HELD_SECONDS).saturating_sub(now)
}

impl Ticks {
    fn of(tick: Tick) -> Self {
        let before = VecDeque::new();
        Self { used: tick.count.into(), oldest_second: tick.second, newest: tick, before }
    }

    fn turn_to(&mut self, now: u32) {
        if self.newest.second <= now && leaves_in(self.oldest_second, now) > 0 {
            return;
        }
        while self.newest.second > now {
            let earlier = self.before.pop_back_if(|tick| tick.second > now);
            let later = earlier.map_or(0, |tick| tick.count);
            let second = if earlier.is_some() { self.newest.second } else { now };
            self.newest = Tick { second, count: self.newest.count.saturating_add(later) };
        }
        while let Some(gone) = self.before.pop_front_if(|tick| tick.has_left(now)) {
            self.used -= u64::from(gone.count);
        }
        if self.newest.has_left(now) {
            *self = Self::of(Tick { second: self.newest.second, count: 0 });
        }
        self.oldest_second = self.before.front().unwrap_or(&self.newest).second;
    }

    /// Counts `cost` in the second `now`, which is none before the newest.
    fn add(&mut self, cost: u32, now: u32) {
        if self.newest.second != now {
            if self.newest.count > 0 {
                self.before.push_back(self.newest);
            }
            self.newest = Tick { second: now, count: 0 };
            self.oldest_second = self.before.front().unwrap_or(&self.newest).second;
        }
        let count = self.newest.count.saturating_add(cost);
        self.used += u64::from(count - self.newest.count);
        self.newest.count = count;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An exact log: what passed, by its instant in milliseconds.
    type Exact = Vec<(u64, u32)>;

    fn counted(passed: &Exact, from: u64, to: u64) -> u64 {
        let within = passed.iter().filter(|(at, _)| (from..to).contains(at));
        within.map(|(_, cost)| u64::from(*cost)).sum()
    }

    fn second(millis: u64) -> u32 {
        u32::try_from(millis / 1_000).unwrap()
    }

    /// Pauses and costs, in bursts and with long silences.
    fn requests() -> impl Strategy<Value = Vec<(u64, u32)>> {
        let pause = prop_oneof![4 => 0..300_u64, 3 => 300..5_000_u64, 1 => 20_000..70_000_u64];
        proptest::collection::vec((pause, 1..4_u32), 1..200)
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_and_never_a_second_late(
            limit in 3..20_u32,
            requests in requests(),
        ) {
            let (mut minute, mut passed, mut now) = (Minute::empty(), Exact::new(), 1_000_000_u64);
            for (pause, cost) in requests {
                now += pause;
                minute.turn_to(second(now));
                let wait = minute.wait_seconds(cost, limit, second(now));
                if wait == 0 {
                    minute.add(cost, second(now));
                    passed.push((now, cost));
                    // The 60 seconds that end with this request are the fullest that it is in.
                    let in_minute = counted(&passed, now - 59_999, now + 1);
                    prop_assert!(in_minute <= limit.into(), "{in_minute} of {limit}");
                } else {
                    let held = counted(&passed, now - 60_999, now + 1);
                    prop_assert!(held + u64::from(cost) > limit.into(), "refused with room");
                    prop_assert!((1..=HELD_SECONDS).contains(&wait));
                }
            }
        }

        #[test]
        fn a_wait_is_long_enough_and_no_longer(limit in 3..20_u32, requests in requests()) {
            let (mut minute, mut now) = (Minute::empty(), 1_000_000_u64);
            for (pause, cost) in requests {
                now += pause;
                minute.turn_to(second(now));
                let wait = minute.wait_seconds(cost, limit, second(now));
                if wait > 0 {
                    now += u64::from(wait - 1) * 1_000;
                    minute.turn_to(second(now));
                    prop_assert_eq!(minute.wait_seconds(cost, limit, second(now)), 1);
                    now += 1_000;
                    minute.turn_to(second(now));
                    prop_assert_eq!(minute.wait_seconds(cost, limit, second(now)), 0);
                }
                minute.add(cost, second(now));
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_back_holds_what_was_counted_for_a_minute_at_most() {
        for seconds in [&[5_000_u32][..], &[4_990, 4_995, 5_000]] {
            let mut minute = Minute::empty();
            for second in seconds {
                minute.add(2, *second);
            }
            let used = 2 * seconds.len() as u64;
            minute.turn_to(1_000);
            assert_eq!((minute.used(), minute.reset_seconds(1_000)), (used, 61));
            minute.turn_to(1_060);
            assert_eq!(minute.used(), used);
            minute.turn_to(1_061);
            assert!(minute.is_empty());
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut minute = Minute::empty();
        for second in 0..61 {
            minute.add(1, second);
        }
        minute.turn_to(120);
        minute.shrink();
        assert!(matches!(minute.0, Log::One(Tick { second: 60, count: 1 })));
    }
}
