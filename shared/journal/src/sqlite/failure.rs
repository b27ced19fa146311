//! What goes wrong inside, before it is known during which operation.

use rusqlite::ErrorCode;

use crate::Error;

/// A failure on its way to becoming an [`Error`].
#[derive(Debug)]
pub(super) enum Failure {
    /// Of the database. Its messages name tables and columns; values are always bound, so no message
    /// can hold one.
    Database(rusqlite::Error),
    /// Of the file system.
    File(std::io::Error),
    /// One that says all already.
    Known(Error),
}

impl Failure {
    /// The error of this operation.
    pub(super) fn during(self, operation: &'static str) -> Error {
        match self {
            Self::Known(error) => error,
            Self::File(error) => Error::Failed {
                operation,
                source: error.into(),
            },
            Self::Database(error) if is_busy(&error) => Error::Unavailable {
                operation,
                source: error.into(),
            },
            Self::Database(error) => Error::Failed {
                operation,
                source: error.into(),
            },
        }
    }
}

/// Whether another process or connection is in the way.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}
