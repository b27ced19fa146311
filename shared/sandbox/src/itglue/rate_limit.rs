//! How many requests are let through in a while.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A limit on requests, by the account's clock, which stands still until somebody moves it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RateLimit {
    /// So many requests are let through,
    pub requests: u32,
    /// in so many seconds.
    pub seconds: u32,
    /// A 429 says with `Retry-After` when to come back. The vendor promises nothing of the kind.
    #[serde(default)]
    pub says_when: bool,
    /// When the present window began.
    #[serde(default)]
    since: Timestamp,
    /// How many requests there were in it.
    #[serde(default)]
    used: u32,
}

impl RateLimit {
    /// So many requests in so many seconds.
    pub fn new(requests: u32, seconds: u32) -> RateLimit {
        RateLimit {
            requests,
            seconds,
            says_when: false,
            since: Timestamp::default(),
            used: 0,
        }
    }

    /// Counts a request; without room for it, answers with the seconds until there is.
    pub(crate) fn take(&mut self, now: Timestamp) -> Option<u32> {
        let age = now.as_second().saturating_sub(self.since.as_second());
        let rest = i64::from(self.seconds).saturating_sub(age);
        // A clock that was set back begins a window, too.
        if rest <= 0 || age < 0 {
            self.since = now;
            self.used = 0;
        }
        if self.used < self.requests {
            self.used += 1;
            return None;
        }
        u32::try_from(rest).ok()
    }
}

impl Default for RateLimit {
    /// The documented limit: 3,000 requests in five minutes.
    fn default() -> Self {
        RateLimit::new(3_000, 300)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_the_limit_nobody_waits() {
        let mut limit = RateLimit::default();
        let now = crate::clock::START;
        assert!((0..3_000).all(|_| limit.take(now).is_none()));
        assert_eq!(limit.take(now), Some(300));
    }

    #[test]
    fn a_new_window_begins_when_the_old_one_ends() {
        let mut limit = RateLimit::new(1, 300);
        let mut now = crate::clock::START;
        assert_eq!((limit.take(now), limit.take(now)), (None, Some(300)));
        crate::clock::advance(&mut now, 299);
        assert_eq!(limit.take(now), Some(1));
        crate::clock::advance(&mut now, 1);
        assert_eq!(limit.take(now), None);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let mut limit = RateLimit::new(1, 300);
        let mut now = crate::clock::START;
        crate::clock::advance(&mut now, 9_000);
        assert_eq!(limit.take(now), None);
        assert_eq!(limit.take(crate::clock::START), None);
    }
}
