//! Whether to send a request again, and when: a pure decision.

use std::time::Duration;

use http::StatusCode;

use crate::request::Idempotency;

/// How patient a client is inside one call. Longer waits belong to a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most attempts for one request, the first included.
    pub max_attempts: u32,
    /// The upper end of the first random wait; it doubles with every attempt.
    pub base_wait: Duration,
    /// The longest single wait. A `Retry-After` beyond it ends the attempts.
    pub max_wait: Duration,
    /// No further attempt starts later than this after the first one.
    pub deadline: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_wait: Duration::from_millis(200),
            max_wait: Duration::from_secs(2),
            deadline: Duration::from_secs(15),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server answered.
    Answered {
        status: StatusCode,
        retry_after: Option<Duration>,
    },
    /// No connection came about, so the request certainly did not leave.
    NotSent,
    /// The request may have arrived, but its answer did not.
    Lost,
}

impl Outcome {
    /// Whether the server may have done what was asked without us knowing.
    pub(crate) fn is_uncertain(self) -> bool {
        match self {
            Self::Answered { status, .. } => status.is_server_error(),
            Self::NotSent => false,
            Self::Lost => true,
        }
    }

    /// Whether the server certainly did nothing, and another attempt may fare better.
    fn is_refused(self) -> bool {
        match self {
            Self::Answered { status, .. } => status == StatusCode::TOO_MANY_REQUESTS,
            Self::NotSent => true,
            Self::Lost => false,
        }
    }
}

/// How far a request has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// Attempts so far; 1 after the first.
    pub(crate) attempts: u32,
    /// The time since the first attempt started.
    pub(crate) elapsed: Duration,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Send again after this time.
    Wait(Duration),
    /// Return what there is.
    Stop,
}

/// Decides after an attempt. `jitter` is a random number from 0 to 1.
///
/// A `Retry-After` is kept to exactly. Without one, the wait is random between nothing and an exponentially
/// growing limit, so that workers that failed together do not come back together.
pub(crate) fn decide(
    policy: &RetryPolicy,
    idempotency: Idempotency,
    progress: Progress,
    outcome: Outcome,
    jitter: f64,
) -> Decision {
    let may_repeat = match idempotency {
        Idempotency::Safe | Idempotency::Idempotent => {
            outcome.is_refused() || outcome.is_uncertain()
        }
        Idempotency::NotIdempotent => outcome.is_refused(),
    };
    if !may_repeat || progress.attempts >= policy.max_attempts {
        return Decision::Stop;
    }

    let hint = match outcome {
        Outcome::Answered { retry_after, .. } => retry_after,
        Outcome::NotSent | Outcome::Lost => None,
    };
    let wait = hint.unwrap_or_else(|| fraction(backoff(policy, progress.attempts), jitter));
    if wait > policy.max_wait || progress.elapsed.saturating_add(wait) > policy.deadline {
        return Decision::Stop;
    }
    Decision::Wait(wait)
}

fn backoff(policy: &RetryPolicy, attempts: u32) -> Duration {
    let factor = 2_u32.saturating_pow(attempts.saturating_sub(1));
    policy.base_wait.saturating_mul(factor).min(policy.max_wait)
}

/// Like `Duration::mul_f64`, which panics where rounding passes the largest duration.
fn fraction(of: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(of.as_secs_f64() * part).unwrap_or(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    use Decision::{Stop, Wait};
    use Idempotency::{Idempotent, NotIdempotent, Safe};

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 5,
        base_wait: Duration::from_millis(200),
        max_wait: Duration::from_secs(1),
        deadline: Duration::from_secs(10),
    };

    fn answered(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Answered {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_millis),
        }
    }

    fn after(attempts: u32, elapsed_ms: u64) -> Progress {
        Progress {
            attempts,
            elapsed: Duration::from_millis(elapsed_ms),
        }
    }

    /// The decision after the first attempt, with the longest wait that chance allows.
    fn first(idempotency: Idempotency, outcome: Outcome) -> Decision {
        decide(&POLICY, idempotency, after(1, 0), outcome, 1.0)
    }

    fn wait(ms: u64) -> Decision {
        Wait(Duration::from_millis(ms))
    }

    #[test]
    fn a_final_answer_is_never_asked_for_again() {
        for status in [200, 201, 204, 302, 400, 401, 404, 409, 412] {
            for idempotency in [Safe, Idempotent, NotIdempotent] {
                assert_eq!(first(idempotency, answered(status, Some(1))), Stop);
            }
        }
    }

    #[test]
    fn what_was_surely_not_applied_is_repeated_whatever_it_was() {
        for idempotency in [Safe, Idempotent, NotIdempotent] {
            assert_eq!(first(idempotency, answered(429, None)), wait(200));
            assert_eq!(first(idempotency, Outcome::NotSent), wait(200));
        }
    }

    #[test]
    fn what_may_have_been_applied_is_repeated_only_if_twice_is_as_good_as_once() {
        let uncertain = [
            answered(500, None),
            answered(502, None),
            answered(503, Some(100)),
            answered(504, None),
            Outcome::Lost,
        ];
        for outcome in uncertain {
            assert_ne!(first(Safe, outcome), Stop, "{outcome:?}");
            assert_ne!(first(Idempotent, outcome), Stop, "{outcome:?}");
            assert_eq!(first(NotIdempotent, outcome), Stop, "{outcome:?}");
        }
    }

    #[test]
    fn the_server_is_taken_at_its_word_about_the_wait() {
        for jitter in [0.0, 0.5, 1.0] {
            let outcome = answered(429, Some(750));
            let decision = decide(&POLICY, Safe, after(1, 0), outcome, jitter);
            assert_eq!(decision, wait(750));
        }
        assert_eq!(first(Safe, answered(503, Some(0))), wait(0));
    }

    #[test]
    fn a_wait_longer_than_allowed_is_left_to_the_queue() {
        assert_eq!(first(Safe, answered(429, Some(1000))), wait(1000));
        assert_eq!(first(Safe, answered(429, Some(1001))), Stop);
    }

    #[test]
    fn the_random_wait_doubles_up_to_the_limit() {
        let longest = [1, 2, 3, 4]
            .map(|attempts| decide(&POLICY, Safe, after(attempts, 0), Outcome::Lost, 1.0));
        assert_eq!(longest, [wait(200), wait(400), wait(800), wait(1000)]);
        let half = decide(&POLICY, Safe, after(3, 0), Outcome::Lost, 0.5);
        assert_eq!(half, wait(400));
        let none = decide(&POLICY, Safe, after(3, 0), Outcome::Lost, 0.0);
        assert_eq!(none, wait(0));
    }

    #[test]
    fn the_attempts_are_counted() {
        let lost = |attempts| decide(&POLICY, Safe, after(attempts, 0), Outcome::Lost, 0.0);
        assert_eq!(lost(4), wait(0));
        assert_eq!(lost(5), Stop);
    }

    #[test]
    fn no_attempt_starts_after_the_deadline() {
        let refused = |elapsed| {
            decide(
                &POLICY,
                Safe,
                after(1, elapsed),
                answered(429, Some(500)),
                0.0,
            )
        };
        assert_eq!(refused(9_500), wait(500));
        assert_eq!(refused(9_501), Stop);
    }

    #[test]
    fn absurd_numbers_do_no_harm() {
        let policy = RetryPolicy {
            max_attempts: u32::MAX,
            base_wait: Duration::MAX,
            max_wait: Duration::MAX,
            deadline: Duration::MAX,
        };
        let progress = Progress {
            attempts: u32::MAX - 1,
            elapsed: Duration::MAX,
        };
        let outcome = Outcome::Answered {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(Duration::MAX),
        };
        let decision = decide(&policy, Safe, progress, outcome, 1.0);
        assert_eq!(decision, Wait(Duration::MAX));
        let decision = decide(&policy, Safe, progress, Outcome::Lost, 1.0);
        assert_eq!(decision, Wait(Duration::MAX));
        assert_eq!(backoff(&POLICY, u32::MAX), POLICY.max_wait);
    }
}
