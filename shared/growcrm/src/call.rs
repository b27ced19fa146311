//! One call to the API.

use http_client::{Idempotency, Method, Url};

use crate::patch::Form;

/// A call as a value: it can be made again.
#[derive(Clone)]
pub(crate) struct Call {
    /// What it is for, in words and ids that may be logged: "read contact 45".
    pub(crate) operation: String,
    pub(crate) method: Method,
    /// The path behind `/api/`, such as `contacts/45`.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    /// The body, which a deletion and a read do not have.
    pub(crate) form: Option<Form>,
    pub(crate) idempotency: Idempotency,
}

impl Call {
    /// Reads.
    pub(crate) fn get(operation: impl Into<String>, path: impl Into<String>) -> Self {
        Self::new(operation, Method::GET, path, Idempotency::Safe)
    }

    /// Creates. There are no idempotency keys, so this is not repeated blindly.
    pub(crate) fn post(operation: impl Into<String>, path: impl Into<String>, form: Form) -> Self {
        Self {
            form: Some(form),
            ..Self::new(operation, Method::POST, path, Idempotency::NotIdempotent)
        }
    }

    /// Sets fields to values, which twice is as good as once.
    pub(crate) fn patch(operation: impl Into<String>, path: impl Into<String>, form: Form) -> Self {
        Self {
            form: Some(form),
            ..Self::new(operation, Method::PATCH, path, Idempotency::Idempotent)
        }
    }

    /// Does something to a record that twice is as good as once.
    pub(crate) fn put(operation: impl Into<String>, path: impl Into<String>, form: Form) -> Self {
        Self {
            form: Some(form),
            ..Self::new(operation, Method::PUT, path, Idempotency::Idempotent)
        }
    }

    /// Deletes. The id is not given to anybody else, so twice is as good as once.
    pub(crate) fn delete(operation: impl Into<String>, path: impl Into<String>) -> Self {
        Self::new(operation, Method::DELETE, path, Idempotency::Idempotent)
    }

    /// The same call with a parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Whether it is about one record, and not about a list.
    pub(crate) fn names_a_record(&self) -> bool {
        self.path.contains('/')
    }

    /// The whole address.
    pub(crate) fn url(&self, api: &Url) -> Url {
        let mut url = api.clone();
        url.set_path(&format!("{}{}", api.path(), self.path));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
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
            form: None,
            idempotency,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(call: &Call) -> String {
        let api = Url::parse("https://example.com:8443/crm/api/").unwrap();
        call.url(&api).to_string()
    }

    #[test]
    fn an_address_is_below_that_of_the_api() {
        assert_eq!(
            address(&Call::get("read", "contacts/45")),
            "https://example.com:8443/crm/api/contacts/45"
        );
    }

    #[test]
    fn values_of_the_query_arrive_as_they_were() {
        let call = Call::get("list", "contacts").with("search", "a+b@example.com&x=1 é");
        let url = Url::parse(&address(&call)).unwrap();
        assert_eq!(
            url.query(),
            Some("search=a%2Bb%40example.com%26x%3D1+%C3%A9")
        );
    }

    #[test]
    fn a_record_is_told_from_a_list() {
        assert!(Call::delete("delete", "contacts/45").names_a_record());
        assert!(!Call::post("create", "contacts", Form::default()).names_a_record());
    }
}
