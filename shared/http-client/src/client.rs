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
use crate::transport::{Answer, Limits, Transport};

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
    /// The metric that counts them, repetitions included.
    pub counted_as: &'static str,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            max_body_bytes: 16 * 1024 * 1024,
            retry: RetryPolicy::default(),
            rate: RateLimit::default(),
            counted_as: "Requests",
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
    counted_as: &'static str,
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
            counted_as: config.counted_as,
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
        let mut attempts = 0;
        let mut started = None;
        let mut uncertain = false;

        loop {
            attempts += 1;
            self.keep_to_rate().await;
            let started = *started.get_or_insert_with(|| timer.now());
            let result = self.attempt(&request, &endpoint, attempts).await;
            let Some(outcome) = outcome(&result) else {
                return result;
            };
            let progress = Progress {
                attempts,
                elapsed: elapsed(started, timer.now()),
            };
            let jitter = fastrand::f64();
            match retry::decide(retry, request.idempotency, progress, outcome, jitter) {
                Decision::Wait(wait) => timer.sleep(wait).await,
                Decision::Stop => return conclude(result, uncertain),
            }
            uncertain |= request.idempotency != Idempotency::Safe && outcome.is_uncertain();
        }
    }

    async fn keep_to_rate(&self) {
        let Shared { budget, timer, .. } = &*self.shared;
        let now = timer.now();
        let wait = budget
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(now);
        if !wait.is_zero() {
            timer.sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        endpoint: &str,
        attempt: u32,
    ) -> Result<Response, Error> {
        let Shared {
            transport,
            timer,
            counted_as,
            ..
        } = &*self.shared;
        metrics::counter!(*counted_as).increment(1);
        let result = transport.exchange(request, endpoint).await;
        tracing::debug!(
            http.method = %request.method,
            http.endpoint = endpoint,
            http.status = result.as_ref().ok().map(|answer| answer.status.as_u16()),
            http.attempt = attempt,
            "sent a request",
        );
        let Answer {
            status,
            headers,
            body,
        } = result?;
        Ok(Response {
            retry_after: retry_after::read(&headers, timer.now()),
            status,
            headers,
            body,
            follows_uncertain_attempt: false,
        })
    }
}

/// What the retry policy may know; nothing if no policy could help.
fn outcome(result: &Result<Response, Error>) -> Option<Outcome> {
    match result {
        Ok(response) => Some(Outcome::Answered {
            status: response.status,
            retry_after: response.retry_after,
        }),
        Err(Error::Unreachable { .. }) => Some(Outcome::NotSent),
        Err(Error::Timeout { .. } | Error::AnswerLost { .. }) => Some(Outcome::Lost),
        Err(
            Error::Unsendable { .. }
            | Error::Encode { .. }
            | Error::Forbidden { .. }
            | Error::TooLarge { .. }
            | Error::Decode { .. },
        ) => None,
    }
}

/// Keeps the last attempt from hiding what an earlier one may have done.
fn conclude(result: Result<Response, Error>, uncertain: bool) -> Result<Response, Error> {
    match result {
        Ok(response) => Ok(Response {
            follows_uncertain_attempt: uncertain,
            ..response
        }),
        Err(Error::Unreachable { endpoint, source }) if uncertain => {
            Err(Error::AnswerLost { endpoint, source })
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
