//! Sending requests: rate, attempts, waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::budget::{Budget, RateLimit};
use crate::error::Error;
use crate::redact;
use crate::request::{Idempotency, Request};
use crate::response::Response;
use crate::retry::{self, Decision, Outcome, Progress, RetryPolicy};
use crate::retry_after;
use crate::timer::{Timer, elapsed};
use crate::transport::{Limits, Transport};

/// The limits of one client.
#[derive(Clone, Copy, Debug)]
pub struct ClientConfig {
    /// For one attempt, from its start to the last byte of the answer.
    pub timeout: Duration,
    /// For the part of it in which the connection is made.
    pub connect_timeout: Duration,
    /// The longest body accepted.
    pub max_body_bytes: usize,
    /// How often to repeat, and how long to wait for it.
    pub retry: RetryPolicy,
    /// How many requests may leave, repetitions included.
    pub rate: RateLimit,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            max_body_bytes: 16 * 1024 * 1024,
            retry: RetryPolicy::default(),
            rate: RateLimit::default(),
        }
    }
}

/// Sends requests to hosts that the configuration names.
///
/// Making one is cheap; it opens nothing before the first request. Clones share connections and rate.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Transport,
    retry: RetryPolicy,
    budget: Mutex<Budget>,
    timer: Arc<dyn Timer>,
}

impl Client {
    /// A client with these limits, waiting on this timer.
    #[must_use]
    pub fn new(config: ClientConfig, timer: Arc<dyn Timer>) -> Self {
        let limits = Limits {
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            max_body_bytes: config.max_body_bytes,
        };
        let shared = Shared {
            transport: Transport::new(limits, None),
            retry: config.retry,
            budget: Mutex::new(Budget::new(config.rate)),
            timer,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Sends a request, repeats it where that is safe and soon, and returns the last answer, whatever its status.
    ///
    /// Redirects are answers like others and are not followed.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let Shared { retry, timer, .. } = &*self.shared;
        let endpoint = redact::describe(&request.url);
        let mut uncertain = false;
        let mut started = None;

        for attempts in 1.. {
            self.keep_to_rate().await;
            let started = *started.get_or_insert_with(|| timer.now());
            let result = self.attempt(&request, &endpoint, attempts).await;

            let decision = outcome(&result).map_or(Decision::Stop, |outcome| {
                let progress = Progress {
                    attempts,
                    elapsed: elapsed(started, timer.now()),
                };
                retry::decide(retry, request.idempotency, progress, outcome, fastrand::f64())
            });
            match decision {
                Decision::Wait(wait) => timer.sleep(wait).await,
                Decision::Stop => return conclude(result, uncertain),
            }
            uncertain |= request.idempotency != Idempotency::Safe
                && outcome(&result).is_some_and(Outcome::is_uncertain);
        }
        unreachable!("attempts are counted without end")
    }

    async fn keep_to_rate(&self) {
        let now = self.shared.timer.now();
        let wait = self
            .shared
            .budget
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(now);
        if !wait.is_zero() {
            self.shared.timer.sleep(wait).await;
        }
    }
}
