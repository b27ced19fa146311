//! One attempt over the wire: the only place that knows `reqwest`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use reqwest::dns::Resolve;

use crate::error::{Cause, Error};
use crate::request::Request;

/// A connection pool with limits, made when it is first used: loading the trusted certificates takes time that
/// a cold start should not spend on hosts it does not call.
pub(crate) struct Transport {
    limits: Limits,
    resolver: Option<Arc<dyn Resolve>>,
    http: OnceLock<reqwest::Client>,
}

/// What one attempt may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From the start to the last byte of the answer.
    pub(crate) timeout: Duration,
    /// For the part of it in which nothing has been sent yet.
    pub(crate) connect_timeout: Duration,
    pub(crate) max_body_bytes: usize,
}

/// What came back from one attempt.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Transport {
    pub(crate) fn new(limits: Limits, resolver: Option<Arc<dyn Resolve>>) -> Self {
        Self {
            limits,
            resolver,
            http: OnceLock::new(),
        }
    }

    /// Sends a request once. `endpoint` is how errors call its address.
    pub(crate) async fn exchange(
        &self,
        request: &Request,
        endpoint: &str,
    ) -> Result<Answer, Error> {
        let mut outgoing = reqwest::Request::new(request.method.clone(), request.url.clone());
        *outgoing.headers_mut() = request.headers.clone();
        *outgoing.body_mut() = request.body.clone().map(Into::into);

        let classify = |error| classify(error, endpoint);
        let http = self.http().map_err(classify)?;
        let mut incoming = http.execute(outgoing).await.map_err(classify)?;

        let status = incoming.status();
        let headers = std::mem::take(incoming.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = incoming.chunk().await.map_err(classify)? {
            if chunk.len() > self.limits.max_body_bytes - body.len() {
                return Err(Error::TooLarge {
                    endpoint: endpoint.to_owned(),
                    limit_bytes: self.limits.max_body_bytes,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    fn http(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = self.build()?;
        Ok(self.http.get_or_init(|| http))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the client that others use"
    )]
    fn build(&self) -> Result<reqwest::Client, reqwest::Error> {
        let builder = reqwest::Client::builder()
            // Credentials go where the configuration says, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            // Whether to send again is decided in `retry`, from what is known about the request.
            .retry(reqwest::retry::never())
            .http1_only()
            .timeout(self.limits.timeout)
            .connect_timeout(self.limits.connect_timeout)
            // Servers close idle connections, and a function may sleep in between: an old connection is more
            // likely to lose an answer than to save time.
            .pool_idle_timeout(Duration::from_secs(20));
        match &self.resolver {
            Some(resolver) => builder.dns_resolver(Arc::clone(resolver)),
            None => builder,
        }
        .build()
    }
}

/// Tells what surely never left from what may have arrived.
///
/// Failing to connect comes first: running out of time while connecting is both, and then nothing was sent.
fn classify(error: reqwest::Error, endpoint: &str) -> Error {
    let endpoint = endpoint.to_owned();
    // The address may hold personal data in its query.
    let error = error.without_url();
    let (never_sent, timed_out, malformed) =
        (error.is_connect(), error.is_timeout(), error.is_builder());
    let source: Cause = Box::new(error);
    if never_sent {
        Error::Unreachable { endpoint, source }
    } else if timed_out {
        Error::Timeout { endpoint, source }
    } else if malformed {
        Error::Unsendable { endpoint, source }
    } else {
        Error::AnswerLost { endpoint, source }
    }
}
