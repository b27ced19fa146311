//! One call to the API.

use http_client::{Idempotency, Method, Url};
use serde_json::Value;

/// A call as a value: it can be made again, or for another page.
#[derive(Clone)]
pub(crate) struct Call {
    /// What it is for, in words and ids that may be logged: "read contact 72".
    pub(crate) operation: String,
    pub(crate) method: Method,
    /// The path behind the base address, such as `contacts/72`.
    pub(crate) path: String,
    query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) idempotency: Idempotency,
}

impl Call {
    /// Reads.
    pub(crate) fn get(operation: impl Into<String>, path: impl Into<String>) -> Self {
        Self::new(operation, Method::GET, path, Idempotency::Safe)
    }

    /// Creates. IT Glue has no idempotency keys and takes duplicates, so this is not repeated blindly.
    pub(crate) fn post(operation: impl Into<String>, path: impl Into<String>, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::new(operation, Method::POST, path, Idempotency::NotIdempotent)
        }
    }

    /// Sets attributes to values, which twice is as good as once.
    pub(crate) fn patch(
        operation: impl Into<String>,
        path: impl Into<String>,
        body: Value,
    ) -> Self {
        Self {
            body: Some(body),
            ..Self::new(operation, Method::PATCH, path, Idempotency::Idempotent)
        }
    }

    /// Deletes the one record that the body names. Its id is not given again, so twice is as good as once.
    pub(crate) fn delete(
        operation: impl Into<String>,
        path: impl Into<String>,
        body: Value,
    ) -> Self {
        Self {
            body: Some(body),
            ..Self::new(operation, Method::DELETE, path, Idempotency::Idempotent)
        }
    }

    /// The same call with one more parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The same call, restricted to one value of a field. A comma would separate several.
    pub(crate) fn filter(self, name: &'static str, value: impl ToString) -> Self {
        self.with(name, value.to_string().replace(',', "\\,"))
    }

    /// The same call for one page of its list, in the order of ids.
    pub(crate) fn page(&self, number: u32, size: u32) -> Self {
        self.clone()
            .with("sort", "id")
            .with("page[number]", number)
            .with("page[size]", size)
    }

    /// The whole address.
    pub(crate) fn url(&self, api: &Url) -> Url {
        let mut url = api.clone();
        url.set_path(&format!(
            "{}/{}",
            api.path().trim_end_matches('/'),
            self.path
        ));
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
        }
    }
}

/// Percent-encodes a value of the query. Forms write a space as `+`, which not everybody reads as one.
fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(api: &str, call: &Call) -> String {
        call.url(&Url::parse(api).unwrap()).to_string()
    }

    #[test]
    fn an_address_goes_on_where_the_base_ends() {
        let call = Call::get("read contact 72", "contacts/72");
        for (api, expected) in [
            (
                "https://api.itglue.com",
                "https://api.itglue.com/contacts/72",
            ),
            ("https://g.example/it", "https://g.example/it/contacts/72"),
            ("https://g.example/it/", "https://g.example/it/contacts/72"),
        ] {
            assert_eq!(address(api, &call), expected);
        }
    }

    #[test]
    fn filters_are_written_as_the_documentation_has_it() {
        let call = Call::get("list contacts", "contacts")
            .filter("filter[primary_email]", "a+b@acme.example")
            .filter("filter[last_name]", "O, Neil & Ü")
            .page(2, 50);
        assert_eq!(
            address("https://api.itglue.com", &call),
            "https://api.itglue.com/contacts?filter[primary_email]=a%2Bb%40acme.example\
             &filter[last_name]=O%5C%2C%20Neil%20%26%20%C3%9C&sort=id&page[number]=2&page[size]=50"
        );
    }
}
