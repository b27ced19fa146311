//! A request as the PSA's endpoints see it.

use serde_json::Value;

use super::answer::ApiError;
use crate::record::Record;

/// A request that was let in.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path below `apis/3.0`, without empty segments.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Whether the client asked for forward-only paging.
    pub(crate) forward_only: bool,
    pub(crate) body: Vec<u8>,
    /// The identifier of the member who asks.
    pub(crate) member: String,
    /// The request's own address, without query, for links to other pages.
    pub(crate) address: String,
}

impl Call {
    /// A query parameter, whatever the case of its name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name)?.trim().parse().ok()
    }

    /// The body, when it is a JSON object.
    pub(crate) fn object(&self) -> Result<Record, ApiError> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(ApiError::unreadable()),
        }
    }

    /// The path in the spelling of refusals: `/company/contacts/4711`.
    pub(crate) fn path(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }
}
