//! HTTP: authenticate a ConnectWise callback, put it on the queue.
//!
//! The PSA waits five seconds, repeats a callback only after 404, 409, 419 or 429, twice within six seconds, and
//! switches the callback off after three days of failures. So a [`Receiver`] answers well inside its patience:
//!
//! * **202** once the work is on the queue, or when there is nothing to do;
//! * **429** for whatever may pass: a queue or a key server that is down, slow or full. Never 5xx, which would
//!   lose the event;
//! * **400, 401, 403, 405, 413** for what will be no better the second time.
//!
//! The checks run from the cheapest to the dearest, and no outside request is made before the address of
//! the signing key is bound to the tenant (see [`connectwise::callback`]).
//!
//! What it deliberately does not do: it believes nothing of a callback but which record changed, calls no API,
//! and enforces nothing. The query string is not signed, so it is not read. It logs one event per request, with ids and
//! codes alone.

mod answer;
mod key_cache;
mod key_ring;
mod receiver;
mod request;
mod route;

use connectwise::callback::KeySource;
use lambda_http::http::Response;
use lambda_http::{Body, Request};

pub use answer::{Receipt, Refusal, Verdict};
pub use receiver::{Limits, Receiver, ReceiverConfig};

/// Answers one request.
pub async fn handle<S, K>(request: Request, receiver: &Receiver<S, K>) -> Response<Body>
where
    S: queue::Sender + Sync,
    K: KeySource + Sync,
{
    receiver.receive(request).await.response
}
