//! What a write left behind, compared with what was asked: a success alone proves nothing.

/// A record as it is after a write, and what about it is not as it was asked to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a success may have stored something else than was asked"]
pub struct Stored<T> {
    /// The record as the other system says that it is now.
    pub record: T,
    /// The fields that are not as they were asked to be, by the names that the system has for them.
    pub differences: Vec<&'static str>,
}

impl<T> Stored<T> {
    /// Whether all is as it was asked to be.
    #[must_use]
    pub fn is_as_asked(&self) -> bool {
        self.differences.is_empty()
    }
}
