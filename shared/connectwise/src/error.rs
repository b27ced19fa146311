//! What can go wrong with a call, by what the caller can do about it.

use std::fmt;
use std::time::Duration;

/// A call that did not bring what was asked. It always says which call, and never holds a person's data.
#[derive(Debug, thiserror::Error)]
#[error("ConnectWise: {operation}: {kind}")]
pub struct Error {
    operation: String,
    kind: ErrorKind,
    source: Option<Box<http_client::Error>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The keys or the login company are not accepted. Nothing works until somebody changes them.
    Unauthorized,
    /// The API member's security role lacks rights for this.
    Forbidden,
    /// The PSA has no such record.
    NotFound {
        /// The path of the record.
        what: String,
    },
    /// The PSA does not know the address: wrong host or codebase, or a proxy answered in its place.
    EndpointMissing,
    /// The record is in use, or was changed by somebody else at the same time.
    Conflict {
        /// The PSA's code, or `Conflict`.
        code: String,
    },
    /// The PSA understood and refused. The same request will be refused again.
    Rejected {
        /// The status.
        status: u16,
        /// The PSA's code, such as `InvalidObject`.
        code: String,
        /// Which fields it complains about and with which code, such as
        /// `contact.firstName MissingRequiredField`.
        fields: Vec<String>,
    },
    /// Too many requests.
    RateLimited {
        /// How long to stay away, if the PSA said so.
        retry_after: Option<Duration>,
    },
    /// The PSA is out of reach or broken.
    Unavailable {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// How long to stay away, if the PSA said so.
        retry_after: Option<Duration>,
    },
    /// The write may have taken effect; its answer was lost. Read before trying again.
    AnswerLost,
    /// The PSA answered that all is well and did not change what was asked.
    Unchanged {
        /// Which property.
        field: String,
    },
    /// The answer is not what the PSA's documentation says.
    Decode {
        /// The place in it.
        path: String,
    },
    /// We refuse to send this: it cannot be written safely, or the PSA would misread it.
    InvalidValue {
        /// What cannot be sent.
        what: &'static str,
    },
}

impl Error {
    pub(crate) fn new(operation: &str, kind: ErrorKind) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            source: None,
        }
    }

    pub(crate) fn caused(operation: &str, kind: ErrorKind, source: http_client::Error) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..Self::new(operation, kind)
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
            | ErrorKind::Conflict { .. }
            | ErrorKind::Rejected { .. }
            | ErrorKind::Unchanged { .. }
            | ErrorKind::Decode { .. }
            | ErrorKind::InvalidValue { .. } => false,
        }
    }

    /// Whether a write that ended so may have taken effect all the same: read before trying again.
    #[must_use]
    pub fn may_have_been_applied(&self) -> bool {
        match self.kind {
            ErrorKind::AnswerLost | ErrorKind::Decode { .. } => true,
            ErrorKind::Unavailable { status, .. } => status.is_some(),
            _ => false,
        }
    }

    /// Whether the PSA said that the record does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound { .. })
    }

    /// How long the PSA asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ErrorKind::RateLimited { retry_after } | ErrorKind::Unavailable { retry_after, .. } => {
                retry_after
            }
            _ => None,
        }
    }

    /// One word for the journal: the PSA's own code where it gave one.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.kind {
            ErrorKind::Unauthorized => "Unauthorized",
            ErrorKind::Forbidden => "Forbidden",
            ErrorKind::NotFound { .. } => "NotFound",
            ErrorKind::EndpointMissing => "EndpointMissing",
            ErrorKind::Conflict { code } | ErrorKind::Rejected { code, .. } => code,
            ErrorKind::RateLimited { .. } => "RateLimited",
            ErrorKind::Unavailable { .. } => "Unavailable",
            ErrorKind::AnswerLost => "AnswerLost",
            ErrorKind::Unchanged { .. } => "Unchanged",
            ErrorKind::Decode { .. } => "Decode",
            ErrorKind::InvalidValue { .. } => "InvalidValue",
        }
    }

    /// The same failure, now known to leave open whether the write took effect.
    pub(crate) fn into_lost(self) -> Self {
        Self {
            kind: ErrorKind::AnswerLost,
            ..self
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("the keys or the login company are not accepted"),
            Self::Forbidden => f.write_str("the API member's role lacks rights"),
            Self::NotFound { what } => write!(f, "there is no {what}"),
            Self::EndpointMissing => {
                f.write_str("the address is unknown there (wrong host, codebase or region)")
            }
            Self::Conflict { code } => write!(f, "conflict ({code})"),
            Self::Rejected {
                status,
                code,
                fields,
            } => {
                write!(f, "rejected with {status} {code}")?;
                if fields.is_empty() {
                    return Ok(());
                }
                write!(f, " ({})", fields.join(", "))
            }
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
            Self::Unchanged { field } => write!(f, "answered well but did not change {field}"),
            Self::Decode { path } => write!(f, "the answer cannot be understood at {path}"),
            Self::InvalidValue { what } => write!(f, "cannot send {what}"),
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
        Error::new("read contact 4711", kind)
    }

    #[test]
    fn a_message_names_the_vendor_and_the_call() {
        let rejected = error(ErrorKind::Rejected {
            status: 400,
            code: "InvalidObject".to_owned(),
            fields: vec!["contact.firstName MissingRequiredField".to_owned()],
        });
        assert_eq!(
            rejected.to_string(),
            "ConnectWise: read contact 4711: rejected with 400 InvalidObject \
             (contact.firstName MissingRequiredField)"
        );
        assert_eq!(rejected.code(), "InvalidObject");
    }

    #[test]
    fn only_what_may_pass_by_itself_is_transient() {
        let limited = error(ErrorKind::RateLimited {
            retry_after: Some(Duration::from_secs(30)),
        });
        assert!(limited.is_transient());
        assert_eq!(limited.retry_after(), Some(Duration::from_secs(30)));
        assert!(!limited.may_have_been_applied());
        assert!(!error(ErrorKind::Unauthorized).is_transient());
        assert!(!error(ErrorKind::EndpointMissing).is_transient());
    }

    #[test]
    fn a_broken_server_may_have_written_but_one_out_of_reach_has_not() {
        let unavailable = |status| {
            error(ErrorKind::Unavailable {
                status,
                retry_after: None,
            })
        };
        assert!(unavailable(Some(502)).may_have_been_applied());
        assert!(!unavailable(None).may_have_been_applied());
    }
}
