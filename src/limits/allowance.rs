//! What one caller may use: a plan's numbers as they hold for it.

/// Parts of a whole in which a rate is reckoned.
const BILLION: u64 = 1_000_000_000;

/// The longest policy: two windows of ten digits each.
const POLICY_BYTES_MAX: usize = 64;

/// How many requests a bucket takes. An absent number means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// In any 60 seconds.
    pub per_minute: Option<u32>,
    /// In a calendar day, UTC.
    pub per_day: Option<u32>,
}

impl Allowance {
    /// The fraction `rate` (above 0 and at most 1) of it: rounded down, and at least 1. What is
    /// unlimited stays so.
    #[must_use]
    pub fn at_rate(self, rate: f64) -> Self {
        let share = |number: u32| share(number, rate);
        Self { per_minute: self.per_minute.map(share), per_day: self.per_day.map(share) }
    }

    /// How it is told to a caller: the `RateLimit-Policy` of the IETF's draft [RateLimit header
    /// fields]; `None` where nothing is limited.
    ///
    /// [RateLimit header fields]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    #[must_use]
    pub fn policy(&self) -> Option<String> {
        let mut policy = String::with_capacity(POLICY_BYTES_MAX);
        let mut digits = itoa::Buffer::new();
        for (name, limit, seconds) in
            [("minute", self.per_minute, "60"), ("day", self.per_day, "86400")]
        {
            let Some(limit) = limit else { continue };
            let before = if policy.is_empty() { "\"" } else { ", \"" };
            policy.extend([before, name, "\";q=", digits.format(limit), ";w=", seconds]);
        }
        Some(policy).filter(|policy| !policy.is_empty())
    }

    /// Whether a request that counts for `cost` can ever pass.
    #[must_use]
    pub fn can_take(&self, cost: u32) -> bool {
        [self.per_minute, self.per_day].into_iter().flatten().all(|limit| cost <= limit)
    }
}

fn share(number: u32, rate: f64) -> u32 {
    // In billionths, since as a binary fraction 0.29 of 100 is a little less than 29.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a billion")]
    let billionths = (rate.clamp(0.0, 1.0) * 1e9).round() as u64;
    let share = u64::from(number) * billionths / BILLION;
    u32::try_from(share).unwrap_or(number).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_rounded_down_and_at_least_one() {
        for (number, rate, expected) in [
            (60, 0.1, 6),
            (100, 0.29, 29),
            (59, 0.1, 5),
            (3, 0.1, 1),
            (1_000, 1.0, 1_000),
            (4_000_000_000, 0.7, 2_800_000_000),
            (4_000_000_000, 1e-12, 1),
        ] {
            let whole = Allowance { per_minute: Some(number), per_day: None };
            let share = whole.at_rate(rate);
            assert_eq!(share.per_minute, Some(expected), "{rate} of {number}");
            assert_eq!(share.per_day, None, "unlimited stays unlimited");
        }
    }

    #[test]
    fn a_policy_names_each_limited_window() {
        let both = Allowance { per_minute: Some(60), per_day: Some(1_000) };
        assert_eq!(both.policy().as_deref(), Some("\"minute\";q=60;w=60, \"day\";q=1000;w=86400"));
        let day = Allowance { per_minute: None, ..both };
        assert_eq!(day.policy().as_deref(), Some("\"day\";q=1000;w=86400"));
        assert_eq!(Allowance::default().policy(), None);
    }

    #[test]
    fn a_cost_above_either_limit_never_passes() {
        let allowance = Allowance { per_minute: Some(60), per_day: Some(10) };
        assert!(allowance.can_take(10) && !allowance.can_take(11));
        assert!(Allowance::default().can_take(u32::MAX));
    }
}
