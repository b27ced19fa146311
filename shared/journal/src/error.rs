//! Why the journal could not be written or read.

use model::ChangeId;

/// What lies below an [`Error`]. Its message holds nothing out of a record.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the journal, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal has an intent of this id. It was not touched.
    #[error("record the intent of change {id}: the journal holds one already")]
    Conflict {
        /// Which change.
        id: ChangeId,
    },

    /// What was given as an intent says how it ended: a mistake in the program.
    #[error("record the intent of change {id}: it has ended already")]
    NotAnIntent {
        /// Which change.
        id: ChangeId,
    },

    /// An outcome without an intent.
    #[error("record the outcome of change {id}: the journal holds no intent of it")]
    Unknown {
        /// Which change.
        id: ChangeId,
    },

    /// The journal has an outcome of this change. It was not touched.
    #[error("record the outcome of change {id}: the journal holds one already")]
    Concluded {
        /// Which change.
        id: ChangeId,
    },

    /// Something in the journal was written by a newer program; this one must be brought up to date.
    #[error("read {what}: it has version {found}, and this program knows versions up to {known}")]
    Newer {
        /// What could not be read.
        what: String,
        /// The version it has.
        found: u32,
        /// The newest version this program can read.
        known: u32,
    },

    /// A record in the journal is not what was written there.
    #[error("read {what}: it is damaged at {path}")]
    Damaged {
        /// What could not be read.
        what: String,
        /// Where in the record.
        path: String,
    },

    /// The store is busy or out of reach; the same call may succeed later.
    #[error("{operation}: the journal is busy or out of reach")]
    Unavailable {
        /// What was to be done.
        operation: &'static str,
        /// What stood in the way.
        source: Cause,
    },

    /// The store cannot do it, now or later: no rights, no space, not a journal.
    #[error("{operation}")]
    Failed {
        /// What was to be done.
        operation: &'static str,
        /// What stood in the way.
        source: Cause,
    },
}

impl Error {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
