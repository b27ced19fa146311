//! The rate budget: how soon the next request may leave.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;

use crate::timer::elapsed;

/// How many requests one client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests per second in the long run.
    pub per_second: NonZeroU32,
    /// Requests that may leave at once after a quiet time.
    pub burst: NonZeroU32,
}

impl Default for RateLimit {
    fn default() -> Self {
        const PER_SECOND: NonZeroU32 = NonZeroU32::new(10).unwrap();
        const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
        Self {
            per_second: PER_SECOND,
            burst: BURST,
        }
    }
}

/// A token bucket, kept as the instant at which it would be full again.
///
/// One instant says as much as a counter and a refill time, and needs no fractions of tokens. Taking a token
/// always succeeds and tells how long to wait for it, so callers are served in the order in which they asked.
#[derive(Debug)]
pub(crate) struct Budget {
    /// The time one token takes to come back.
    interval: Duration,
    /// How far in the future `full_at` may lie before callers must wait.
    tolerance: Duration,
    full_at: Timestamp,
    asked_at: Timestamp,
}

impl Budget {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let interval = Duration::from_secs(1) / limit.per_second.get();
        Self {
            interval,
            tolerance: interval.saturating_mul(limit.burst.get() - 1),
            full_at: Timestamp::MIN,
            asked_at: Timestamp::MIN,
        }
    }

    /// Takes one token and returns how long to wait before using it.
    #[must_use = "the token may be used only after this wait"]
    pub(crate) fn take(&mut self, now: Timestamp) -> Duration {
        // A clock that was set back by an hour must not make us wait for an hour.
        let clock_went_back = now < self.asked_at;
        self.asked_at = now;
        if clock_went_back || self.full_at < now {
            self.full_at = now;
        }
        let wait = elapsed(now, self.full_at).saturating_sub(self.tolerance);
        self.full_at = self
            .full_at
            .checked_add(self.interval)
            .unwrap_or(Timestamp::MAX);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_772_366_400, 0);

    fn budget(per_second: u32, burst: u32) -> Budget {
        Budget::new(RateLimit {
            per_second: NonZeroU32::new(per_second).unwrap(),
            burst: NonZeroU32::new(burst).unwrap(),
        })
    }

    fn waits(budget: &mut Budget, now: Timestamp, count: usize) -> Vec<u128> {
        (0..count).map(|_| budget.take(now).as_millis()).collect()
    }

    #[test]
    fn the_first_token_is_free() {
        assert_eq!(budget(1, 1).take(NOON), Duration::ZERO);
    }

    #[test]
    fn a_burst_is_free_and_then_each_token_waits_its_turn() {
        let mut budget = budget(10, 3);
        assert_eq!(waits(&mut budget, NOON, 6), [0, 0, 0, 100, 200, 300]);
    }

    #[test]
    fn tokens_come_back_with_time_up_to_the_burst() {
        let mut budget = budget(10, 3);
        assert_eq!(waits(&mut budget, NOON, 3), [0, 0, 0]);
        let later = NOON + Duration::from_millis(250);
        assert_eq!(waits(&mut budget, later, 3), [0, 0, 50]);
        let much_later = NOON + Duration::from_secs(3600);
        assert_eq!(waits(&mut budget, much_later, 4), [0, 0, 0, 100]);
    }

    #[test]
    fn callers_who_wait_as_told_keep_the_rate() {
        let mut budget = budget(10, 20);
        let mut now = NOON;
        for _ in 0..120 {
            now += budget.take(now);
        }
        assert_eq!(elapsed(NOON, now), Duration::from_secs(10));
    }

    #[test]
    fn a_clock_set_back_starts_the_budget_afresh() {
        let mut budget = budget(10, 2);
        assert_eq!(waits(&mut budget, NOON, 3), [0, 0, 100]);
        let an_hour_ago = NOON - Duration::from_secs(3600);
        assert_eq!(waits(&mut budget, an_hour_ago, 3), [0, 0, 100]);
    }
}
