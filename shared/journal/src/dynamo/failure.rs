//! What goes wrong inside, before it is known during which operation.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::{Cause, Error};

/// A failure on its way to becoming an [`Error`].
#[derive(Debug)]
pub(super) enum Failure {
    /// One that says all already.
    Known(Error),
    /// The same may succeed later.
    Busy(Cause),
    /// The same will fail again.
    Refused(Cause),
}

/// What stood in the way, in words of ours.
///
/// The SDK's own errors show the raw answer, and of a transaction the items that were in its way. Neither
/// may get into a log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Reason(String);

impl Reason {
    pub(super) fn cause(words: impl Into<String>) -> Cause {
        Box::new(Self(words.into()))
    }
}

impl Failure {
    /// After everything that was tried, somebody or something else was faster each time.
    pub(super) fn contended() -> Self {
        Self::Busy(Reason::cause("others kept writing the same"))
    }

    /// A request that the SDK will not even send: a mistake in the program.
    pub(super) fn unsendable(error: impl Into<Cause>) -> Self {
        Self::Refused(error.into())
    }

    /// The error of this operation.
    pub(super) fn during(self, operation: &'static str) -> Error {
        match self {
            Self::Known(error) => error,
            Self::Busy(source) => Error::Unavailable { operation, source },
            Self::Refused(source) => Error::Failed { operation, source },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl<E> From<SdkError<E>> for Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match error {
            SdkError::ServiceError(refusal) => {
                let status = refusal.raw().status().as_u16();
                let code = refusal.err().code().unwrap_or("without a code");
                refused(status, code)
            }
            SdkError::TimeoutError(_) => Self::Busy(Reason::cause("no answer came in time")),
            SdkError::ResponseError(_) => Self::Busy(Reason::cause("the answer made no sense")),
            // These two lie before any answer, and tell of addresses and credentials only.
            SdkError::DispatchFailure(_) => Self::Busy(source(error)),
            _ => Self::Refused(source(error)),
        }
    }
}

fn source<E>(error: SdkError<E>) -> Cause
where
    E: std::error::Error + Send + Sync + 'static,
{
    error
        .into_source()
        .unwrap_or_else(|_| Reason::cause("the call failed without a reason"))
}

/// What an answer with this status and code means. The message that comes with it is left out, as it may
/// quote what was sent.
fn refused(status: u16, code: &str) -> Failure {
    let reason = Reason::cause(format!("the table's answer was {status} {code}"));
    if status == 429 || status >= 500 || may_pass(code) {
        Failure::Busy(reason)
    } else {
        Failure::Refused(reason)
    }
}

/// Whether what this code complains about passes by itself.
pub(super) fn may_pass(code: &str) -> bool {
    // A code may carry its namespace in front, as in `com.amazonaws.dynamodb.v20120810#ThrottlingException`.
    let name = code.rsplit(['#', '.']).next().unwrap_or_default();
    name.contains("Throttl")
        || matches!(
            name,
            "InternalServerError"
                | "ProvisionedThroughputExceeded"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "TransactionConflict"
                | "TransactionConflictException"
                | "TransactionInProgressException"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_transient(failure: Failure) -> bool {
        failure.during("test").is_transient()
    }

    #[test]
    fn what_passes_by_itself_is_transient() {
        for (status, code) in [
            (400, "ThrottlingException"),
            (
                400,
                "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            ),
            (400, "RequestLimitExceeded"),
            (400, "TransactionConflictException"),
            (400, "TransactionInProgressException"),
            (500, "InternalServerError"),
            (503, "anything"),
            (429, "anything"),
        ] {
            assert!(is_transient(refused(status, code)), "{status} {code}");
        }
        assert!(is_transient(Failure::contended()));
    }

    #[test]
    fn what_would_be_refused_again_is_not() {
        for code in [
            "AccessDeniedException",
            "ResourceNotFoundException",
            "ValidationException",
            "ItemCollectionSizeLimitExceededException",
            "",
        ] {
            let error = refused(400, code).during("record an intent");
            assert!(!error.is_transient(), "{code}");
            assert_eq!(error.to_string(), "record an intent");
        }
    }
}
