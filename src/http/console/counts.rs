//! Counts over time, as charts and pages show them.

use crate::clock::{Span, Timestamp};
use crate::http::ui::chart::Bucket;
use crate::usage::{ALLOWED, Grain, OutcomeCount, TimedCount};

/// Refusals that say that a limit is reached.
const OVER_THE_LIMIT: [&str; 2] = ["rate_limited", "quota_exceeded"];

/// A stretch of time up to now, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its name in addresses.
    pub(super) name: &'static str,
    /// How far it reaches back.
    span: Span,
    /// How finely its counts are read: not coarser than its steps.
    pub(super) grain: Grain,
    /// How long one bar of the chart is.
    step: Span,
}

const fn stretch(name: &'static str, span: Span, grain: Grain, step: Span) -> Stretch {
    Stretch { name, span, grain, step }
}

impl Stretch {
    /// Those that can be chosen; each has 60 steps at most.
    pub(super) const ALL: [Self; 5] = [
        stretch("1h", Span::seconds(3_600), Grain::Minute, Span::seconds(60)),
        stretch("24h", Span::days(1), Grain::Hour, Span::seconds(3_600)),
        stretch("7d", Span::days(7), Grain::Hour, Span::seconds(6 * 3_600)),
        stretch("30d", Span::days(30), Grain::Day, Span::days(1)),
        stretch("365d", Span::days(365), Grain::Day, Span::days(7)),
    ];

    /// An hour, in minutes.
    pub(super) const HOUR: Self = Self::ALL[0];

    /// A day, in hours.
    pub(super) const DAY: Self = Self::ALL[1];

    /// The one of that name; a day for any other.
    pub(super) fn of_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.name == name).unwrap_or(Self::DAY)
    }

    /// Where it begins: with the step that the instant lies in so long ago.
    pub(super) fn begins(&self, now: Timestamp) -> Timestamp {
        now.minus(self.span).floor(self.step)
    }

    /// One bucket for each step up to now, those without requests too; `sorted` says which of
    /// `series` numbers a request adds to.
    pub(super) fn buckets(
        &self,
        counts: &[TimedCount],
        series: usize,
        sorted: fn(&str) -> usize,
        now: Timestamp,
    ) -> Vec<Bucket> {
        let begins = self.begins(now);
        let step = self.step.as_millis();
        let place = |at: Timestamp| {
            usize::try_from((at.as_millis() - begins.as_millis()).div_euclid(step)).ok()
        };
        let number = place(now).map_or(0, |last| last + 1);
        let mut buckets: Vec<Bucket> =
            std::iter::successors(Some(begins), |at| Some(at.plus(self.step)))
                .take(number)
                .map(|at| Bucket { at, values: vec![0; series] })
                .collect();
        for count in counts {
            let found = place(count.at).and_then(|place| buckets.get_mut(place));
            if let Some(value) = found.and_then(|it| it.values.get_mut(sorted(&count.outcome))) {
                *value += requests(count.requests);
            }
        }
        buckets
    }
}

/// 0 for what passed, 1 for what did not.
pub(super) fn by_verdict(outcome: &str) -> usize {
    usize::from(outcome != ALLOWED)
}

/// 0 for what passed, 1 for what was refused, 2 for what was over a limit.
pub(super) fn by_limit(outcome: &str) -> usize {
    if OVER_THE_LIMIT.contains(&outcome) { 2 } else { by_verdict(outcome) }
}

/// The refusals among outcomes.
pub(super) fn refusals(outcomes: &[OutcomeCount]) -> impl Iterator<Item = &OutcomeCount> {
    outcomes.iter().filter(|it| it.code != ALLOWED)
}

/// A number of requests, which is never less than none.
pub(super) fn requests(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_a_bucket_for_each_step_and_loses_no_request() {
        let now: Timestamp = "2026-03-01T12:34:56Z".parse().unwrap();
        for stretch in Stretch::ALL {
            let counts: Vec<TimedCount> = [stretch.begins(now), now]
                .map(|at| TimedCount { at, outcome: "rate_limited".into(), requests: 3 })
                .to_vec();
            let buckets = stretch.buckets(&counts, 3, by_limit, now);
            assert!((24..=62).contains(&buckets.len()), "{} has {}", stretch.name, buckets.len());
            let ends = [buckets.first(), buckets.last()].map(|it| it.unwrap().values.clone());
            assert_eq!(ends, [vec![0, 0, 3], vec![0, 0, 3]], "{}", stretch.name);
        }
    }
}
