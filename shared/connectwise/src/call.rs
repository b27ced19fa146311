//! One call to the API, before it is known on which codebase it lands.

use http_client::{Idempotency, Method, Url};
use serde_json::Value;

use crate::codebase::Codebase;

/// A call as a value: it can be made again, on another codebase if need be.
#[derive(Clone)]
pub(crate) struct Call {
    /// What it is for, in words and ids that may be logged: "read contact 4711".
    pub(crate) operation: String,
    pub(crate) method: Method,
    /// The path behind the version, such as `company/contacts/4711`.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) idempotency: Idempotency,
    /// Asks for the paging that goes by id; see [`crate::pages`].
    pub(crate) forward_only: bool,
}

impl Call {
    /// Reads.
    pub(crate) fn get(operation: impl Into<String>, path: impl Into<String>) -> Self {
        Self::new(operation, Method::GET, path, Idempotency::Safe)
    }

    /// Creates. The PSA has no idempotency keys, so this is not repeated blindly.
    pub(crate) fn post(operation: impl Into<String>, path: impl Into<String>, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::new(operation, Method::POST, path, Idempotency::NotIdempotent)
        }
    }

    /// Sets properties to values, which twice is as good as once.
    pub(crate) fn patch(
        operation: impl Into<String>,
        path: impl Into<String>,
        operations: Value,
    ) -> Self {
        Self {
            body: Some(operations),
            ..Self::new(operation, Method::PATCH, path, Idempotency::Idempotent)
        }
    }

    /// Deletes.
    pub(crate) fn delete(
        operation: impl Into<String>,
        path: impl Into<String>,
        idempotency: Idempotency,
    ) -> Self {
        Self::new(operation, Method::DELETE, path, idempotency)
    }

    /// The same call with a parameter, if there is a value for it.
    pub(crate) fn with<'a>(
        mut self,
        name: &'static str,
        value: impl Into<Option<&'a str>>,
    ) -> Self {
        if let Some(value) = value.into() {
            self.query.push((name, value.to_owned()));
        }
        self
    }

    /// The whole address.
    pub(crate) fn url(&self, api: &Url, codebase: &Codebase) -> Url {
        let mut url = api.clone();
        url.set_path(&format!("{codebase}apis/3.0/{}", self.path));
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if !query.is_empty() {
            url.set_query(Some(&query.join("&")));
        }
        url
    }

    /// Whether it names a record that has no id yet. The PSA's numbers have 31 bits, and such records are
    /// numbered above them until they have been created.
    pub(crate) fn names_what_has_no_id(&self) -> bool {
        let values = self.query.iter().map(|(_, value)| value.as_str());
        let words = self.path.split('/').chain(values);
        // A contact that is to come back is told in words.
        self.path.contains(' ')
            || words
                .into_iter()
                .any(|word| word.parse().is_ok_and(is_provisional))
            || self.body.as_ref().is_some_and(points_nowhere)
    }

    fn new(
        operation: impl Into<String>,
        method: Method,
        path: impl Into<String>,
        idempotency: Idempotency,
    ) -> Self {
        Self {
            operation: operation.into(),
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            idempotency,
            forward_only: false,
        }
    }
}

fn is_provisional(id: u64) -> bool {
    id > u64::from(i32::MAX.unsigned_abs())
}

/// Whether a reference in a body is to a record that has no id yet.
fn points_nowhere(body: &Value) -> bool {
    match body {
        Value::Object(members) => members.iter().any(|(name, value)| {
            (name == "id" && value.as_u64().is_some_and(is_provisional)) || points_nowhere(value)
        }),
        Value::Array(items) => items.iter().any(points_nowhere),
        _ => false,
    }
}

/// Percent-encodes a value of the query. Forms write a space as `+` and leave `*` alone; the PSA's
/// documentation has both percent-encoded.
pub(crate) fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
        .replace('*', "%2A")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn address(call: &Call) -> String {
        let api = Url::parse("https://psa.example.com:8443/").unwrap();
        let codebase = Codebase::read("v2025_1/").unwrap();
        call.url(&api, &codebase).to_string()
    }

    #[test]
    fn an_address_names_codebase_version_and_path() {
        assert_eq!(
            address(&Call::get("read", "company/contacts/4711").with("fields", None)),
            "https://psa.example.com:8443/v2025_1/apis/3.0/company/contacts/4711"
        );
    }

    #[test]
    fn a_record_without_an_id_is_recognized_wherever_it_is_named() {
        let patch = |value| Call::patch("change", "company/contacts/4711", value);
        let merge = |into: &str| {
            Call::delete("merge", "company/contacts/7", Idempotency::NotIdempotent)
                .with("transferContactId", into)
        };
        let reference = |id: u32| json!([{"op": "replace", "path": "site", "value": {"id": id}}]);
        for (call, expected) in [
            (Call::get("read", "company/contacts/4294967294"), true),
            (Call::get("read", "company/contacts/2147483647"), false),
            (merge("4294967294"), true),
            (merge("4711"), false),
            (patch(reference(u32::MAX)), true),
            (patch(reference(4711)), false),
            (patch(json!([{"value": 4_294_967_295_u32}])), false),
        ] {
            assert_eq!(call.names_what_has_no_id(), expected, "{}", call.operation);
        }
    }

    #[test]
    fn values_are_encoded_as_the_documentation_has_it() {
        let call = Call::get("read", "company/contacts")
            .with("conditions", r#"a="b & c+d*" and e like "%é""#)
            .with("pageSize", "5");
        assert_eq!(
            address(&call),
            "https://psa.example.com:8443/v2025_1/apis/3.0/company/contacts?conditions=\
             a%3D%22b%20%26%20c%2Bd%2A%22%20and%20e%20like%20%22%25%C3%A9%22&pageSize=5"
        );
    }
}
