//! What can go wrong with a call, by what the caller can do about it.

use std::fmt;
use std::time::Duration;

use http_client::Idempotency;
use model::growcrm::ContactId;

use crate::call::Call;
use crate::convert::Misfit;

/// A call that did not bring what was asked. It always says which call, and never holds a person's data.
#[derive(Debug, thiserror::Error)]
#[error("Grow CRM: {operation}: {kind}")]
pub struct Error {
    operation: String,
    kind: ErrorKind,
    is_of_write: bool,
    source: Option<Box<http_client::Error>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The key is not accepted. Nothing works until somebody changes it.
    Unauthorized,
    /// Something in front of the CRM forbids it; the CRM itself lets a key do everything.
    Forbidden,
    /// The CRM has no such record, or no longer.
    NotFound {
        /// The path of the record.
        what: String,
    },
    /// The CRM does not know the address: wrong host, no API module, or a proxy answered in its place.
    EndpointMissing,
    /// The record is not in a state that allows it, such as an account owner without a client.
    Conflict,
    /// The CRM understood and refused. The same request will be refused again.
    Validation {
        /// Which fields it complains about, by their names in requests.
        fields: Vec<String>,
    },
    /// The address belongs to another user.
    EmailTaken {
        /// The contact that has it. None when no contact has: then it belongs to a member of staff or to a
        /// lead, or the CRM does not take it for an address.
        holder: Option<ContactId>,
    },
    /// Too many requests.
    RateLimited {
        /// How long to stay away, if the CRM said so.
        retry_after: Option<Duration>,
    },
    /// The CRM is out of reach or broken.
    Unavailable {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// How long to stay away, if the CRM said so.
        retry_after: Option<Duration>,
    },
    /// The write may have taken effect; its answer was lost. Look before trying again.
    AnswerLost,
    /// The CRM answered that all is well, and the contact that was to be deleted is still there.
    Undeleted,
    /// The answer is not what the CRM's documentation says.
    Decode {
        /// The place in it.
        path: String,
    },
    /// A status that the CRM's documentation does not know.
    Unexpected {
        /// Which.
        status: u16,
    },
    /// We refuse to send this: it cannot be written safely.
    InvalidValue {
        /// What cannot be sent.
        what: &'static str,
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
    pub(crate) fn misplaced(call: &Call, misfit: Misfit) -> Self {
        let Misfit(path) = misfit.below("$");
        Self::of(call, ErrorKind::Decode { path })
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
            | ErrorKind::Conflict
            | ErrorKind::Validation { .. }
            | ErrorKind::EmailTaken { .. }
            | ErrorKind::Undeleted
            | ErrorKind::Decode { .. }
            | ErrorKind::Unexpected { .. }
            | ErrorKind::InvalidValue { .. } => false,
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

    /// Whether the CRM said that the record does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound { .. })
    }

    /// How long the CRM asked to be left alone.
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
        match &self.kind {
            ErrorKind::Unauthorized => "Unauthorized",
            ErrorKind::Forbidden => "Forbidden",
            ErrorKind::NotFound { .. } => "NotFound",
            ErrorKind::EndpointMissing => "EndpointMissing",
            ErrorKind::Conflict => "Conflict",
            ErrorKind::Validation { .. } => "Validation",
            ErrorKind::EmailTaken { .. } => "EmailTaken",
            ErrorKind::RateLimited { .. } => "RateLimited",
            ErrorKind::Unavailable { .. } => "Unavailable",
            ErrorKind::AnswerLost => "AnswerLost",
            ErrorKind::Undeleted => "Undeleted",
            ErrorKind::Decode { .. } => "Decode",
            ErrorKind::Unexpected { .. } => "Unexpected",
            ErrorKind::InvalidValue { .. } => "InvalidValue",
        }
    }

    /// Whether the address is all that the CRM complains about. Its words are not read: they come in the
    /// language that the CRM is set to.
    pub(crate) fn blames_the_address(&self) -> bool {
        matches!(&self.kind, ErrorKind::Validation { fields } if fields == &["email"])
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
            Self::Unauthorized => f.write_str("the key is not accepted"),
            Self::Forbidden => f.write_str("something in front of the CRM forbids it"),
            Self::NotFound { what } => write!(f, "there is no {what}"),
            Self::EndpointMissing => {
                f.write_str("the address is unknown there (wrong host, or no API module)")
            }
            Self::Conflict => f.write_str("the record is not in a state that allows it"),
            Self::Validation { fields } if fields.is_empty() => f.write_str("rejected"),
            Self::Validation { fields } => write!(f, "rejected ({})", fields.join(", ")),
            Self::EmailTaken {
                holder: Some(holder),
            } => write!(f, "contact {holder} has the address"),
            Self::EmailTaken { holder: None } => f.write_str(
                "no contact has the address, but the CRM refuses it; a member of staff or a lead may have it",
            ),
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
            Self::Unexpected { status } => write!(f, "answered with {status}, which means nothing"),
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
    use crate::patch::Form;

    fn error(kind: ErrorKind) -> Error {
        let form = Form::default();
        Error::of(&Call::patch("update contact 45", "contacts/45", form), kind)
    }

    fn validation(fields: &[&str]) -> Error {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        error(ErrorKind::Validation { fields })
    }

    #[test]
    fn a_message_names_the_vendor_and_the_call() {
        for (error, message) in [
            (
                validation(&["email", "last_name"]),
                "Grow CRM: update contact 45: rejected (email, last_name)",
            ),
            (validation(&[]), "Grow CRM: update contact 45: rejected"),
            (
                error(ErrorKind::EmailTaken {
                    holder: Some(ContactId::new(46)),
                }),
                "Grow CRM: update contact 45: contact 46 has the address",
            ),
            (
                error(ErrorKind::Unavailable {
                    status: Some(503),
                    retry_after: Some(Duration::from_secs(30)),
                }),
                "Grow CRM: update contact 45: out of order (503); come back in 30 s",
            ),
        ] {
            assert_eq!(error.to_string(), message);
        }
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
        assert!(!error(ErrorKind::EmailTaken { holder: None }).is_transient());
    }

    #[test]
    fn a_broken_server_may_have_written_but_one_out_of_reach_has_not() {
        let unavailable = |status| ErrorKind::Unavailable {
            status,
            retry_after: None,
        };
        assert!(error(unavailable(Some(502))).may_have_been_applied());
        assert!(!error(unavailable(None)).may_have_been_applied());
        assert!(error(ErrorKind::AnswerLost).may_have_been_applied());
    }

    #[test]
    fn nothing_is_applied_by_reading() {
        let call = Call::get("read contact 45", "contacts/45");
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

    #[test]
    fn the_address_is_to_blame_only_when_nothing_else_is() {
        assert!(validation(&["email"]).blames_the_address());
        assert!(!validation(&[]).blames_the_address());
        assert!(!validation(&["email", "last_name"]).blames_the_address());
        assert!(!error(ErrorKind::AnswerLost).blames_the_address());
    }
}
