//! Why there is no answer, or none that can be used.

use crate::request::Idempotency;

/// What lies below an [`Error`]. Its message holds no address and no content.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A request without a usable answer, by what the caller can do about it.
///
/// An answer with an unwelcome status is not an error here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request could not be put together: a mistake in the program, the configuration or the machine.
    #[error("send a request to {endpoint}")]
    Unsendable {
        /// Where the request should have gone.
        endpoint: String,
        /// What was wrong with it.
        source: Cause,
    },

    /// A value could not be written as JSON: a mistake in the program.
    #[error("encode {given} as JSON")]
    Encode {
        /// The type of the value.
        given: &'static str,
    },

    /// The address is one that must not be fetched from.
    #[error("fetch from {host}: {reason}")]
    Forbidden {
        /// The host.
        host: String,
        /// Which condition it does not meet.
        reason: &'static str,
    },

    /// No connection came about, so nothing was sent, by this attempt or any before it.
    #[error("reach {endpoint}")]
    Unreachable {
        /// Where the request should have gone.
        endpoint: String,
        /// What stood in the way.
        source: Cause,
    },

    /// The answer did not come in time. The request may have been applied.
    #[error("get an answer from {endpoint} in time")]
    Timeout {
        /// Where the request went.
        endpoint: String,
        /// Which wait was too long.
        source: Cause,
    },

    /// The request may have been sent and applied, but its answer was lost.
    #[error("get the answer from {endpoint}, which may have acted on the request")]
    AnswerLost {
        /// Where the request went.
        endpoint: String,
        /// What broke.
        source: Cause,
    },

    /// The answer is longer than allowed. The request may have been applied.
    #[error("read the answer from {endpoint}: it is longer than {limit_bytes} bytes")]
    TooLarge {
        /// Where the request went.
        endpoint: String,
        /// The most bytes allowed.
        limit_bytes: usize,
    },

    /// The answer is not what was expected. The request may have been applied.
    #[error("decode the answer as {wanted}, at {path}: {problem}")]
    Decode {
        /// The type wanted.
        wanted: &'static str,
        /// The field where it went wrong.
        path: String,
        /// What is wrong with it, without its content.
        problem: &'static str,
    },
}

/// What the lack of a usable answer means to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The request did not leave, and never will as it is.
    Unsendable,
    /// There is an answer, which cannot be read.
    Unreadable {
        /// The place in it.
        path: String,
    },
    /// What was to be written may have been written.
    Lost,
    /// Nothing came of it, and the same may well succeed later.
    Unreachable,
}

impl Error {
    /// What this means for a request of that kind.
    #[must_use]
    pub fn silence(&self, idempotency: Idempotency) -> Silence {
        let is_write = idempotency != Idempotency::Safe;
        match self {
            Self::Unsendable { .. } | Self::Encode { .. } | Self::Forbidden { .. } => {
                Silence::Unsendable
            }
            Self::Decode { path, .. } => Silence::Unreadable { path: path.clone() },
            Self::TooLarge { .. } if !is_write => Silence::Unreadable {
                path: "$".to_owned(),
            },
            error if is_write && error.may_have_been_applied() => Silence::Lost,
            _ => Silence::Unreachable,
        }
    }

    /// Whether the request may have reached the server and taken effect there.
    ///
    /// For a request that is not idempotent, this means: look before trying again.
    #[must_use]
    pub fn may_have_been_applied(&self) -> bool {
        match self {
            Self::Unsendable { .. }
            | Self::Encode { .. }
            | Self::Forbidden { .. }
            | Self::Unreachable { .. } => false,
            Self::Timeout { .. }
            | Self::AnswerLost { .. }
            | Self::TooLarge { .. }
            | Self::Decode { .. } => true,
        }
    }

    /// Whether the same may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::AnswerLost { .. } => true,
            Self::Unsendable { .. }
            | Self::Encode { .. }
            | Self::Forbidden { .. }
            | Self::TooLarge { .. }
            | Self::Decode { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> String {
        "api.example.com/".to_owned()
    }

    #[test]
    fn what_was_surely_not_sent_is_no_write_that_was_lost() {
        for idempotency in [
            Idempotency::Safe,
            Idempotency::Idempotent,
            Idempotency::NotIdempotent,
        ] {
            let unreachable = Error::Unreachable {
                endpoint: endpoint(),
                source: "refused".into(),
            };
            assert_eq!(unreachable.silence(idempotency), Silence::Unreachable);
            let encode = Error::Encode { given: "u8" };
            assert_eq!(encode.silence(idempotency), Silence::Unsendable);
        }
    }

    #[test]
    fn a_lost_answer_matters_to_a_write_only() {
        let too_large = || Error::TooLarge {
            endpoint: endpoint(),
            limit_bytes: 1,
        };
        let timeout = Error::Timeout {
            endpoint: endpoint(),
            source: "late".into(),
        };
        assert_eq!(timeout.silence(Idempotency::Safe), Silence::Unreachable);
        assert_eq!(timeout.silence(Idempotency::Idempotent), Silence::Lost);
        let path = "$".to_owned();
        assert_eq!(
            too_large().silence(Idempotency::Safe),
            Silence::Unreadable { path }
        );
        assert_eq!(
            too_large().silence(Idempotency::NotIdempotent),
            Silence::Lost
        );
    }
}
