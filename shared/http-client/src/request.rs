//! A request is a value.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::Serialize;
use url::Url;

use crate::error::Error;
use crate::redact;

/// What happens when a request arrives twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// It only reads.
    Safe,
    /// Twice leaves the same state as once.
    Idempotent,
    /// Twice does it twice. It is repeated only when it was surely not applied; after a lost answer the caller
    /// must look before trying again.
    NotIdempotent,
}

/// A request, ready to be sent any number of times.
///
/// Its `Debug` output holds no header values, query values or body.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address, with its query.
    pub url: Url,
    /// The headers. Mark credentials as sensitive.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub body: Option<Vec<u8>>,
    /// What happens when it arrives twice.
    pub idempotency: Idempotency,
}

impl Request {
    /// A request without headers or body.
    #[must_use]
    pub fn new(method: Method, url: Url, idempotency: Idempotency) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            idempotency,
        }
    }

    /// A request that reads.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Idempotency::Safe)
    }

    /// The same request with a header, in place of any of that name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same request with a JSON body.
    pub fn with_json<T: Serialize + ?Sized>(mut self, body: &T) -> Result<Self, Error> {
        // The cause is dropped: a serializer's message may quote what it was given.
        let body = serde_json::to_vec(body).map_err(|_| Error::Encode {
            given: std::any::type_name::<T>(),
        })?;
        self.body = Some(body);
        Ok(self.with_header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &redact::describe(&self.url))
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn url() -> Url {
        Url::parse("https://api.example.com/contacts/12?name=Ann").unwrap()
    }

    #[test]
    fn a_new_read_has_neither_headers_nor_body() {
        let request = Request::get(url());
        assert_eq!(request.method, Method::GET);
        assert_eq!(request.idempotency, Idempotency::Safe);
        assert!(request.headers.is_empty());
        assert_eq!(request.body, None);
    }

    #[test]
    fn a_json_body_says_that_it_is_json() {
        let request = Request::new(Method::POST, url(), Idempotency::NotIdempotent)
            .with_json(&["a", "b"])
            .unwrap();
        assert_eq!(request.body.as_deref(), Some(br#"["a","b"]"#.as_slice()));
        assert_eq!(request.headers[header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn what_is_not_json_is_an_error_without_content() {
        let not_json = BTreeMap::from([(vec!["Ann"], 1)]);
        let error = Request::get(url()).with_json(&not_json).unwrap_err();
        assert!(matches!(error, Error::Encode { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("Ann"));
    }

    #[test]
    fn debug_output_keeps_secrets() {
        let request = Request::get(url())
            .with_header(header::AUTHORIZATION, HeaderValue::from_static("secret"))
            .with_json("private")
            .unwrap();
        assert_eq!(
            format!("{request:?}"),
            "Request { method: GET, url: \"api.example.com/contacts/12?name\", \
             body_bytes: Some(9), idempotency: Safe, .. }"
        );
    }
}
