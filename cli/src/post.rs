//! Sample events on their way to the callback address of a stack, and to nothing else.

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::Arc;

use http_client::{
    Client, ClientConfig, Error, HeaderMap, Idempotency, Method, Request, RetryPolicy, SystemTimer,
    Url, header,
};
use serde::Serialize;

use crate::exit::UsageError;
use crate::replay::{Sample, SampleKind};

/// Of an answer, so much is shown.
const LONGEST_ANSWER: usize = 300;

/// The HTTP request of a sample event.
pub(crate) struct Post {
    event: PathBuf,
    method: Method,
    query: Option<String>,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What a stack answered.
#[derive(Debug, Serialize)]
pub(crate) struct Posted {
    /// The event's file.
    pub(crate) event: PathBuf,
    /// The status; absent when there was no answer.
    pub(crate) status: Option<u16>,
    /// What it said, or why there is no answer.
    pub(crate) answer: String,
}

/// Where events are posted. Its address holds the tenant's token, and is never shown.
pub(crate) struct Letterbox {
    address: Url,
    client: Client,
}

impl Post {
    /// The request of a sample, if it is one.
    pub(crate) fn of(sample: &Sample) -> anyhow::Result<Self> {
        let shown = sample.path.display();
        let text = match &sample.kind {
            SampleKind::Callback(text) => text,
            SampleKind::Queue(..) => {
                return Err(UsageError::raise(format!(
                    "{shown} is a batch of a queue, and a stack takes HTTP requests only: name events of \
                     callback-receiver"
                )));
            }
        };
        let request = lambda_http::request::from_str(text)
            .map_err(|error| UsageError::raise(format!("{shown} is no HTTP event: {error}")))?;
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        // These are about the connection that the sample was taken from.
        for name in [
            header::HOST,
            header::CONTENT_LENGTH,
            header::CONNECTION,
            header::TRANSFER_ENCODING,
        ] {
            headers.remove(name);
        }
        Ok(Self {
            event: sample.path.clone(),
            method: parts.method,
            query: parts.uri.query().map(str::to_owned),
            headers,
            body: body.to_vec(),
        })
    }
}

impl Posted {
    /// Whether the stack itself failed. A refusal is an answer like others.
    pub(crate) fn is_failure(&self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }
}

impl Letterbox {
    /// The one at this address.
    pub(crate) fn new(address: &Url) -> Self {
        // The PSA repeats by rules of its own; here one wants to see each answer.
        let config = ClientConfig {
            retry: RetryPolicy {
                max_attempts: 1,
                ..RetryPolicy::default()
            },
            ..ClientConfig::default()
        };
        Self {
            address: address.clone(),
            client: Client::new(config, Arc::new(SystemTimer)),
        }
    }

    /// Posts an event, whatever address it once went to.
    pub(crate) async fn post(&self, post: Post) -> Posted {
        let Post {
            event,
            method,
            query,
            headers,
            body,
        } = post;
        let mut url = self.address.clone();
        url.set_query(query.as_deref());
        let mut request = Request::new(method, url, Idempotency::NotIdempotent);
        request.headers = headers;
        request.body = (!body.is_empty()).then_some(body);
        let (status, answer) = match self.client.send(request).await {
            Ok(response) => {
                let text = String::from_utf8_lossy(&response.body);
                let text: String = text.trim().chars().take(LONGEST_ANSWER).collect();
                (Some(response.status.as_u16()), text)
            }
            Err(error) => (None, why(&error)),
        };
        Posted {
            event,
            status,
            answer,
        }
    }
}

/// Why there is no answer. The error itself may name the address, token and all.
fn why(error: &Error) -> String {
    let what = match error {
        Error::Unreachable { .. } => "the address cannot be reached",
        Error::Timeout { .. } => "there was no answer in time",
        _ => "there was no answer that can be read",
    };
    let mut words = what.to_owned();
    let mut below = error.source();
    while let Some(cause) = below {
        words.push_str(&format!(": {cause}"));
        below = cause.source();
    }
    words
}
