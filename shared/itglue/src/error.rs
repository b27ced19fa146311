//! What can go wrong with a call, by what the caller can do about it.

use std::fmt;
use std::time::Duration;

use http_client::Idempotency;

use crate::call::Call;

/// A call that did not bring what was asked. It always says which call, and never holds a person's data.
#[derive(Debug, thiserror::Error)]
#[error("IT Glue: {operation}: {kind}")]
pub struct Error {
    operation: String,
    kind: ErrorKind,
    is_of_write: bool,
    source: Option<Box<http_client::Error>>,
}

/// What went wrong.
///
/// The kinds say what it means, not which status it came with: IT Glue answers 403 to a key that it does not know
/// and 401 to a key that has no right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The key is not accepted: wrong, revoked, or of another region. Nothing works until somebody changes it.
    Unauthorized,
    /// The key is good but may not do this, or not see this organization.
    Forbidden,
    /// IT Glue has no such record.
    NotFound {
        /// The path of the record.
        what: String,
    },
    /// IT Glue does not know the address, or a proxy answered in its place.
    EndpointMissing,
    /// IT Glue understood and refused. The same request will be refused again.
    Validation {
        /// Which fields it complains about, by their names on the wire.
        fields: Vec<String>,
    },
    /// The native sync with the PSA owns what was to be written. Nothing of it was.
    SyncedRecord {
        /// Whether only the email addresses are owned, and the rest can be written without them.
        emails_only: bool,
    },
    /// Too many requests.
    RateLimited {
        /// How long to stay away, if IT Glue said so.
        retry_after: Option<Duration>,
    },
    /// IT Glue is out of reach or broken.
    Unavailable {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// How long to stay away, if IT Glue said so.
        retry_after: Option<Duration>,
    },
    /// The write may have taken effect; its answer was lost. Look before trying again.
    AnswerLost,
    /// IT Glue answered that all is well, and the contact that was to be deleted is still there.
    Undeleted,
    /// The answer is not what IT Glue's documentation says.
    Decode {
        /// The place in it.
        path: String,
    },
    /// We refuse to send this.
    InvalidValue {
        /// What cannot be sent.
        what: &'static str,
    },
    /// A status that nobody expects there. It will not go away by itself.
    Unexpected {
        /// The status.
        status: u16,
    },
}

impl Error {
    /// What became of a call.
    pub(crate) fn of(call: &Call, kind: ErrorKind) -> Self {
        Self {
            operation: call.operation.clone(),
            kind,
            is_of_write: call.idempotency != Idempotency::Safe,
            source: None,
        }
    }

    /// The same failure, with what lies below it.
    pub(crate) fn caused_by(self, source: http_client::Error) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..self
        }
    }

    /// The answer to a call has a property that does not fit.
    pub(crate) fn misplaced(call: &Call, path: String) -> Self {
        Self::of(call, ErrorKind::Decode { path })
    }

    /// We will not send that.
    pub(crate) fn refused(operation: &str, what: &'static str) -> Self {
        Self {
            operation: operation.to_owned(),
            kind: ErrorKind::InvalidValue { what },
            is_of_write: true,
            source: None,
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether the same may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::RateLimited { .. }
            | ErrorKind::Unavailable { .. }
            | ErrorKind::AnswerLost => true,
            ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::NotFound { .. }
            | ErrorKind::EndpointMissing
            | ErrorKind::Validation { .. }
            | ErrorKind::SyncedRecord { .. }
            | ErrorKind::Undeleted
            | ErrorKind::Decode { .. }
            | ErrorKind::InvalidValue { .. }
            | ErrorKind::Unexpected { .. } => false,
        }
    }

    /// Whether a write that ended so may have taken effect all the same: read before trying again.
    #[must_use]
    pub fn may_have_been_applied(&self) -> bool {
        match self.kind {
            ErrorKind::AnswerLost => true,
            ErrorKind::Decode { .. } => self.is_of_write,
            ErrorKind::Unavailable { status, .. } => self.is_of_write && status.is_some(),
            _ => false,
        }
    }

    /// Whether IT Glue said that the record does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound { .. })
    }

    /// Whether the address was unknown. A record that does not exist may be answered so, too: not every route is
    /// known to say it in IT Glue's way.
    pub(crate) fn is_endpoint_missing(&self) -> bool {
        self.kind == ErrorKind::EndpointMissing
    }

    /// How long IT Glue asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ErrorKind::RateLimited { retry_after } | ErrorKind::Unavailable { retry_after, .. } => {
                retry_after
            }
            _ => None,
        }
    }

    /// One word for the journal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Unauthorized => "Unauthorized",
            ErrorKind::Forbidden => "Forbidden",
            ErrorKind::NotFound { .. } => "NotFound",
            ErrorKind::EndpointMissing => "EndpointMissing",
            ErrorKind::Validation { .. } => "Validation",
            ErrorKind::SyncedRecord { emails_only: true } => "SyncedEmails",
            ErrorKind::SyncedRecord { emails_only: false } => "SyncedRecord",
            ErrorKind::RateLimited { .. } => "RateLimited",
            ErrorKind::Unavailable { .. } => "Unavailable",
            ErrorKind::AnswerLost => "AnswerLost",
            ErrorKind::Undeleted => "Undeleted",
            ErrorKind::Decode { .. } => "Decode",
            ErrorKind::InvalidValue { .. } => "InvalidValue",
            ErrorKind::Unexpected { .. } => "Unexpected",
        }
    }

    /// Whether less may have been asked for with success: IT Glue gives up on large pages, and so do we.
    pub(crate) fn may_be_too_much(&self) -> bool {
        use http_client::Error as Http;
        match (&self.kind, self.source.as_deref()) {
            (ErrorKind::Unavailable { status, .. }, None) => matches!(status, Some(500 | 504)),
            (_, Some(source)) => matches!(source, Http::Timeout { .. } | Http::TooLarge { .. }),
            _ => false,
        }
    }

    /// The same failure, now known for what it is.
    pub(crate) fn into_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The same failure, now known to leave open whether the write took effect.
    pub(crate) fn into_lost(self) -> Self {
        self.into_kind(ErrorKind::AnswerLost)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => {
                f.write_str("the key is not accepted (wrong, revoked or of another region)")
            }
            Self::Forbidden => f.write_str("the key has no right to this"),
            Self::NotFound { what } => write!(f, "there is no {what}"),
            Self::EndpointMissing => f.write_str("the address is unknown there"),
            Self::Validation { fields } if fields.is_empty() => f.write_str("rejected"),
            Self::Validation { fields } => write!(f, "rejected ({})", fields.join(", ")),
            Self::SyncedRecord { emails_only: true } => {
                f.write_str("the email addresses are owned by a sync")
            }
            Self::SyncedRecord { emails_only: false } => f.write_str("it is owned by a sync"),
            Self::RateLimited { retry_after } => {
                f.write_str("too many requests")?;
                write_wait(f, *retry_after)
            }
            Self::Unavailable {
                status,
                retry_after,
            } => {
                match status {
                    Some(status) => write!(f, "out of order ({status})")?,
                    None => f.write_str("out of reach")?,
                }
                write_wait(f, *retry_after)
            }
            Self::AnswerLost => f.write_str("the answer was lost; it may have taken effect"),
            Self::Undeleted => f.write_str("answered well, but it is still there"),
            Self::Decode { path } => write!(f, "the answer cannot be understood at {path}"),
            Self::InvalidValue { what } => write!(f, "cannot send {what}"),
            Self::Unexpected { status } => write!(f, "answered {status}"),
        }
    }
}

fn write_wait(f: &mut fmt::Formatter<'_>, wait: Option<Duration>) -> fmt::Result {
    match wait {
        Some(wait) => write!(f, "; come back in {} s", wait.as_secs()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind) -> Error {
        let call = Call::patch("change contact 72", "contacts/72", serde_json::json!({}));
        Error::of(&call, kind)
    }

    #[test]
    fn a_message_names_the_vendor_and_the_call() {
        let rejected = error(ErrorKind::Validation {
            fields: vec!["contact-type".to_owned(), "first-name".to_owned()],
        });
        assert_eq!(
            rejected.to_string(),
            "IT Glue: change contact 72: rejected (contact-type, first-name)"
        );
        let limited = error(ErrorKind::RateLimited {
            retry_after: Some(Duration::from_secs(30)),
        });
        assert_eq!(
            limited.to_string(),
            "IT Glue: change contact 72: too many requests; come back in 30 s"
        );
    }

    #[test]
    fn only_what_may_pass_by_itself_is_transient() {
        let limited = error(ErrorKind::RateLimited {
            retry_after: Some(Duration::from_secs(30)),
        });
        assert!(limited.is_transient());
        assert_eq!(limited.retry_after(), Some(Duration::from_secs(30)));
        assert!(!limited.may_have_been_applied());
        for kind in [
            ErrorKind::Unauthorized,
            ErrorKind::EndpointMissing,
            ErrorKind::SyncedRecord { emails_only: true },
            ErrorKind::Unexpected { status: 415 },
        ] {
            assert!(!error(kind).is_transient());
        }
    }

    #[test]
    fn a_broken_server_may_have_written_but_one_out_of_reach_has_not() {
        let unavailable = |status| ErrorKind::Unavailable {
            status,
            retry_after: None,
        };
        assert!(error(unavailable(Some(502))).may_have_been_applied());
        assert!(!error(unavailable(None)).may_have_been_applied());
    }

    #[test]
    fn nothing_is_applied_by_reading() {
        let call = Call::get("read contact 72", "contacts/72");
        let status = Some(502);
        for kind in [
            ErrorKind::Decode {
                path: "$".to_owned(),
            },
            ErrorKind::Unavailable {
                status,
                retry_after: None,
            },
        ] {
            assert!(!Error::of(&call, kind.clone()).may_have_been_applied());
            assert!(error(kind).may_have_been_applied());
        }
    }
}
