//! Why a message could not be sent, delayed or read.

/// What lies below an [`Error`].
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the queue, by what the caller can do about it. None holds a message's content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A message cannot be understood.
    #[error("decode a message, at {place}: {problem}")]
    Decode {
        /// Where in the message, such as `VisitCompanyV1.company`.
        place: String,
        /// What is wrong there, without its content.
        problem: &'static str,
    },

    /// A message could not be written as JSON: a mistake in the program.
    #[error("encode a message")]
    Encode {
        /// What was in the way.
        source: serde_json::Error,
    },

    /// The queue takes no more for the moment.
    #[error("{operation}: the queue is busy")]
    Busy {
        /// What was tried.
        operation: &'static str,
    },

    /// The queue did not answer, or not sensibly. A message may have been queued all the same.
    #[error("{operation}: the queue is out of reach")]
    Unreachable {
        /// What was tried.
        operation: &'static str,
        /// What stood in the way.
        source: BoxError,
    },

    /// The rights do not suffice, for the queue or for the key that encrypts it.
    #[error("{operation}: access denied ({code})")]
    Denied {
        /// What was tried.
        operation: &'static str,
        /// The queue's code for it.
        code: String,
    },

    /// There is no such queue.
    #[error("{operation}: the queue does not exist")]
    MissingQueue {
        /// What was tried.
        operation: &'static str,
    },

    /// The receipt is no longer good: the message became visible again, or is gone.
    #[error("{operation}: the message is not in flight any more")]
    NotInFlight {
        /// What was tried.
        operation: &'static str,
    },

    /// The queue refused for another reason, and will refuse again.
    #[error("{operation}: the queue refused ({code})")]
    Rejected {
        /// What was tried.
        operation: &'static str,
        /// The queue's code for it.
        code: String,
    },
}

impl Error {
    /// Whether the same may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Unreachable { .. } => true,
            Self::Decode { .. }
            | Self::Encode { .. }
            | Self::Denied { .. }
            | Self::MissingQueue { .. }
            | Self::NotInFlight { .. }
            | Self::Rejected { .. } => false,
        }
    }
}
