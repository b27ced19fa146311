//! From a request to a verdict.

use std::time::Duration;

use connectwise::callback::{CallbackBody, KeyFetcher, KeySource, Tenant};
use jiff::Timestamp;
use lambda_http::Request;
use queue::Error as QueueError;
use secrecy::SecretString;
use tokio::time::timeout;

use crate::key_ring::KeyRing;
use crate::request::{Signed, signed};
use crate::{Receipt, Refusal, Verdict, route};

/// Whose callbacks are taken.
#[derive(Clone, Debug)]
pub struct ReceiverConfig {
    /// The last part of the path `/cw/{token}`: long, random, and known to the PSA's callback entry alone.
    pub tenant_token: SecretString,
    /// Whom a callback, and the key it is signed with, must belong to.
    pub tenant: Tenant,
    /// What a request may take.
    pub limits: Limits,
}

/// What a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body.
    pub body_bytes: usize,
    /// From the request to the answer; the PSA waits five seconds.
    pub answer: Duration,
    /// For a key.
    pub key_fetch: Duration,
    /// For the queue.
    pub queue_send: Duration,
    /// How many keys may be asked for in a minute, all addresses together.
    pub key_fetches_per_minute: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            answer: Duration::from_millis(4_500),
            key_fetch: Duration::from_secs(2),
            queue_send: Duration::from_secs(2),
            key_fetches_per_minute: 30,
        }
    }
}

/// Authenticates callbacks of one tenant and queues the work they lead to.
///
/// It keeps keys between requests, so one is made at start and used for all.
pub struct Receiver<S, K = KeyFetcher> {
    tenant_token: SecretString,
    tenant: Tenant,
    limits: Limits,
    queue: S,
    keys: KeyRing<K>,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl<S: queue::Sender + Sync, K: KeySource + Sync> Receiver<S, K> {
    /// A receiver that sends to this queue, gets keys from this source, and goes by this clock.
    pub fn new(
        config: ReceiverConfig,
        queue: S,
        keys: K,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let ReceiverConfig {
            tenant_token,
            tenant,
            limits,
        } = config;
        Self {
            tenant_token,
            tenant,
            limits,
            queue,
            keys: KeyRing::new(keys, limits.key_fetches_per_minute, limits.key_fetch),
            now: Box::new(now),
        }
    }

    /// Judges one request, within the time that the PSA waits.
    pub async fn receive(&self, request: Request) -> Receipt {
        let mut body = None;
        let judged = timeout(self.limits.answer, self.judge(&request, &mut body)).await;
        let verdict = judged
            .unwrap_or(Err(Refusal::Time))
            .unwrap_or_else(|reason| Verdict::Refused { reason });
        metrics::counter!(verdict.metric()).increment(1);
        log(&verdict, body.as_ref());
        Receipt {
            response: verdict.response(),
            verdict,
        }
    }

    /// The order is from cheap to dear: no outside request before the address of the key is bound to the tenant.
    /// What was read of the body is left behind, for the log.
    async fn judge(
        &self,
        request: &Request,
        read: &mut Option<CallbackBody>,
    ) -> Result<Verdict, Refusal> {
        let Signed {
            signature,
            raw_body,
        } = signed(request, &self.tenant_token, self.limits.body_bytes)?;
        let body = CallbackBody::parse(raw_body).map_err(|_| Refusal::Body)?;
        let body = &*read.insert(body);
        let key_url = self.tenant.bind(body).map_err(|_| Refusal::Tenant)?;
        let now = (self.now)();
        self.keys
            .verify(&signature, raw_body, &key_url, now)
            .await?;
        self.queue(body, raw_body).await
    }

    async fn queue(&self, body: &CallbackBody, raw_body: &[u8]) -> Result<Verdict, Refusal> {
        let Some(message) = route::message(body) else {
            return Ok(Verdict::Ignored {
                record_type: body.record_type.clone(),
            });
        };
        let deduplication = route::deduplication(body, raw_body);
        let send = self.queue.send(&message, &deduplication);
        match timeout(self.limits.queue_send, send).await {
            Ok(Ok(message_id)) => Ok(Verdict::Queued { message_id }),
            Ok(Err(QueueError::Busy { .. })) => Err(Refusal::QueueBusy),
            Ok(Err(QueueError::Unreachable { .. })) | Err(_) => Err(Refusal::QueueUnreachable),
            Ok(Err(_)) => Err(Refusal::QueueRefused),
        }
    }
}

/// One event per request: codes and ids. A body's names are short words and its ids are numbers (see
/// [`CallbackBody::parse`]), so not even a forged one brings anything else into the log.
fn log(verdict: &Verdict, body: Option<&CallbackBody>) {
    tracing::info!(
        http.status = verdict.status().as_u16(),
        outcome = verdict.outcome(),
        reason = verdict.refusal().map(Refusal::code),
        "record.type" = body.map(|body| body.record_type.as_str()),
        record.action = body.map(|body| body.action.as_str()),
        record.id = body.map(|body| body.id),
        message.id = body.and_then(|body| body.message_id.as_deref()),
        "callback {}",
        verdict.outcome(),
    );
}
