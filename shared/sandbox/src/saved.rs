//! Saving a vendor's state as JSON, and loading it.

use serde::{Serialize, de::DeserializeOwned};

use crate::error::Error;

/// The state as JSON.
pub(crate) fn to_json<T: Serialize>(state: &T) -> Result<String, Error> {
    serde_json::to_string(state).map_err(|error| Error::world(&error))
}

/// The state that [`to_json`] wrote.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::world(&error))
}
