//! What is decided about a request, and how the PSA is told.

use std::fmt;

use connectwise::callback::RecordType;
use lambda_http::Body;
use lambda_http::http::{HeaderValue, Response, StatusCode, header};
use queue::MessageId;
use serde_json::json;

/// A decision, and the answer that tells it.
#[derive(Debug)]
#[must_use = "the sender waits for the response"]
pub struct Receipt {
    /// The answer.
    pub response: Response<Body>,
    /// What was decided.
    pub verdict: Verdict,
}

/// What is decided about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is genuine, and the work it leads to is on the queue.
    Queued {
        /// The queue's id for the work. That of an earlier message, if this was a repetition.
        message_id: MessageId,
    },
    /// It is genuine, and about a type of record that nobody here cares for.
    Ignored {
        /// Which type.
        record_type: RecordType,
    },
    /// It is not taken.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The method is not POST.
    Method,
    /// The path is not the tenant's. The status is 403, because the PSA would repeat what it got a 404 for.
    Path,
    /// The body is longer than any callback.
    Size,
    /// There is no signature.
    Unsigned,
    /// The body is not a callback.
    Body,
    /// The callback, or the key it names, is not the tenant's.
    Tenant,
    /// The key server says that there is no such key.
    Key,
    /// The signature is of another body or by another key.
    Signature,
    /// There were too many fetches of keys in the last minute.
    KeyLimit,
    /// The key server is out of reach, slow, or has no key at the moment.
    KeyServer,
    /// The queue takes no more at the moment.
    QueueBusy,
    /// The queue did not answer in time, or not at all.
    QueueUnreachable,
    /// The queue refuses: the rights, its address or its settings are wrong.
    QueueRefused,
    /// All together took too long.
    Time,
}

impl Refusal {
    /// The status of the answer: 429 where the same may pass a little later, which makes the PSA try again.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Path | Self::Tenant => StatusCode::FORBIDDEN,
            Self::Size => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsigned | Self::Key | Self::Signature => StatusCode::UNAUTHORIZED,
            Self::Body => StatusCode::BAD_REQUEST,
            Self::KeyLimit
            | Self::KeyServer
            | Self::QueueBusy
            | Self::QueueUnreachable
            | Self::QueueRefused
            | Self::Time => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// A short name, for the answer and the log. All that a sender may know.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Size => "size",
            Self::Unsigned => "unsigned",
            Self::Body => "body",
            Self::Tenant => "tenant",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::KeyLimit => "key-limit",
            Self::KeyServer => "key-server",
            Self::QueueBusy => "queue-busy",
            Self::QueueUnreachable => "queue-unreachable",
            Self::QueueRefused => "queue-refused",
            Self::Time => "time",
        }
    }
}

impl Verdict {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Queued { .. } | Self::Ignored { .. } => StatusCode::ACCEPTED,
            Self::Refused { reason } => reason.status(),
        }
    }

    /// The outcome in one word: `queued`, `ignored` or `refused`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Ignored { .. } => "ignored",
            Self::Refused { .. } => "refused",
        }
    }

    /// What counts such verdicts. What is deferred the PSA sends again; what is refused it does not.
    #[must_use]
    pub fn metric(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "CallbacksAccepted",
            Self::Ignored { .. } => "CallbacksIgnored",
            Self::Refused { .. } if self.status() == StatusCode::TOO_MANY_REQUESTS => {
                "CallbacksDeferred"
            }
            Self::Refused { .. } => "CallbacksRefused",
        }
    }

    /// Why it is refused, if it is.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { reason } => Some(*reason),
            Self::Queued { .. } | Self::Ignored { .. } => None,
        }
    }

    pub(crate) fn response(&self) -> Response<Body> {
        let body = match self.refusal() {
            Some(reason) => json!({"status": self.outcome(), "reason": reason.code()}),
            None => json!({"status": self.outcome()}),
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if self.refusal() == Some(Refusal::Method) {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queued { message_id } => write!(f, "queued as {message_id}"),
            Self::Ignored { record_type } => write!(f, "ignored ({})", record_type.as_str()),
            Self::Refused { reason } => write!(f, "refused ({})", reason.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: [Refusal; 14] = [
        Refusal::Method,
        Refusal::Path,
        Refusal::Size,
        Refusal::Unsigned,
        Refusal::Body,
        Refusal::Tenant,
        Refusal::Key,
        Refusal::Signature,
        Refusal::KeyLimit,
        Refusal::KeyServer,
        Refusal::QueueBusy,
        Refusal::QueueUnreachable,
        Refusal::QueueRefused,
        Refusal::Time,
    ];

    fn body(verdict: &Verdict) -> String {
        let response = verdict.response();
        assert_eq!(response.headers()["content-type"], "application/json");
        String::from_utf8(response.body().to_vec()).unwrap()
    }

    #[test]
    fn what_is_taken_is_answered_with_202() {
        let queued = Verdict::Queued {
            message_id: MessageId::new("m-1"),
        };
        let ignored = Verdict::Ignored {
            record_type: RecordType::Other("ticket".to_owned()),
        };
        assert_eq!(
            (queued.status().as_u16(), ignored.status().as_u16()),
            (202, 202)
        );
        let metrics = (queued.metric(), ignored.metric());
        assert_eq!(metrics, ("CallbacksAccepted", "CallbacksIgnored"));
        assert_eq!(body(&queued), r#"{"status":"queued"}"#);
        assert_eq!(body(&ignored), r#"{"status":"ignored"}"#);
        assert_eq!(queued.to_string(), "queued as m-1");
        assert_eq!(ignored.to_string(), "ignored (ticket)");
    }

    #[test]
    fn a_refusal_tells_its_code_and_nothing_more() {
        let reason = Refusal::Signature;
        let refused = Verdict::Refused { reason };
        assert_eq!(refused.response().status(), 401);
        assert_eq!(
            body(&refused),
            r#"{"reason":"signature","status":"refused"}"#
        );
        assert_eq!(refused.to_string(), "refused (signature)");
    }

    #[test]
    fn no_refusal_is_a_server_error_or_repeated_by_accident() {
        for reason in ALL {
            let status = reason.status();
            assert!(status.is_client_error(), "{reason:?}");
            assert!(![404, 409, 419].contains(&status.as_u16()), "{reason:?}");
            let is_deferred = Verdict::Refused { reason }.metric() == "CallbacksDeferred";
            assert_eq!(is_deferred, status == 429, "{reason:?}");
        }
        let codes: BTreeSet<_> = ALL.map(Refusal::code).into();
        assert_eq!(codes.len(), ALL.len());
    }

    #[test]
    fn the_allowed_method_is_named() {
        let reason = Refusal::Method;
        let response = Verdict::Refused { reason }.response();
        assert_eq!(response.headers()["allow"], "POST");
    }
}
