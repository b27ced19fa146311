//! Values that belong to a person and must not show up in logs by accident.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

const MASK: &str = "‹private›";

/// Text about a person. `Debug` never shows it; [`Private::reveal`] does.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(String);

impl Private {
    /// The text itself, for those who compare it, send it to the vendor or print it for an operator.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True when there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl<T: Into<String>> From<T> for Private {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// A JSON value about a person, as the vendor sent it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateValue(Value);

impl PrivateValue {
    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &Value {
        &self.0
    }

    /// True for `null`, blank text, an empty array and an empty object.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match &self.0 {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// The id in a reference to another record.
    #[must_use]
    pub fn reference(&self) -> Option<u32> {
        u32::try_from(self.0.get("id")?.as_u64()?).ok()
    }

    /// One line of text for a note or a screen: a reference is shown by its name or id.
    #[must_use]
    pub fn reveal_line(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            Value::Object(fields) => fields
                .get("name")
                .or_else(|| fields.get("identifier"))
                .or_else(|| fields.get("id"))
                .map_or_else(|| self.0.to_string(), |v| Self(v.clone()).reveal_line()),
            other => other.to_string(),
        }
    }
}

impl From<Value> for PrivateValue {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<bool> for PrivateValue {
    fn from(flag: bool) -> Self {
        Self(Value::Bool(flag))
    }
}

impl fmt::Debug for PrivateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
