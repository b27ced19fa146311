//! Getting signing keys over the wire.

use http_client::{
    Error, FetchLimits, FetchedBody, Fetcher, Reach, StatusCode, Url, is_this_machine,
};

use super::{BoundKeyUrl, KeyError, KeySource, SigningKey};

/// Gets keys from where the PSA publishes them: once, within two seconds, and without credentials, because the body
/// that names the address is not verified yet.
#[derive(Clone)]
pub struct KeyFetcher {
    fetcher: Fetcher,
    origin: Option<Url>,
}

impl KeyFetcher {
    /// A fetcher for keys on the public internet.
    #[must_use]
    pub fn public() -> Self {
        Self {
            fetcher: Fetcher::new(FetchLimits::default()),
            origin: None,
        }
    }

    /// A fetcher for keys that a stand-in for the PSA publishes: the path and the parameters of an address are asked of
    /// this origin instead, wherever it is.
    #[must_use]
    pub fn at(origin: Url) -> Self {
        let limits = FetchLimits {
            reach: Reach::Anywhere,
            ..FetchLimits::default()
        };
        Self {
            fetcher: Fetcher::new(limits),
            origin: Some(origin),
        }
    }

    /// The same for a stand-in on this machine, and nowhere else: the address is a setting.
    #[must_use]
    pub fn on_this_machine(origin: &str) -> Option<Self> {
        let origin: Url = origin.parse().ok()?;
        let is_bare =
            origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
        let is_anonymous = origin.username().is_empty() && origin.password().is_none();
        (is_this_machine(&origin) && is_bare && is_anonymous).then(|| Self::at(origin))
    }

    fn address(&self, bound: &BoundKeyUrl) -> Url {
        let bound = bound.reveal();
        let Some(origin) = &self.origin else {
            return bound.clone();
        };
        let mut address = origin.clone();
        address.set_path(bound.path());
        address.set_query(bound.query());
        address
    }
}

impl KeySource for KeyFetcher {
    async fn fetch(&self, url: &BoundKeyUrl) -> Result<SigningKey, KeyError> {
        let FetchedBody { status, body } = self
            .fetcher
            .fetch(&self.address(url))
            .await
            .map_err(|error| without_key(&error))?;
        if status == StatusCode::OK {
            let key = SigningKey::from_document(&body);
            return key.ok_or_else(|| KeyError::Unavailable {
                reason: "the answer holds no key".to_owned(),
            });
        }
        let reason = format!("status {}", status.as_u16());
        let busy = matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
        );
        if status.is_client_error() && !busy {
            Err(KeyError::Refused { reason })
        } else {
            Err(KeyError::Unavailable { reason })
        }
    }
}

fn without_key(error: &Error) -> KeyError {
    let reason = error.to_string();
    if error.is_transient() {
        KeyError::Unavailable { reason }
    } else {
        KeyError::Refused { reason }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use wiremock::matchers::{method, path, query_param};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::signature::vectors;
    use super::super::{CallbackBody, Tenant};
    use super::*;

    fn bound() -> BoundKeyUrl {
        let body = CallbackBody::parse(vectors::B.as_bytes()).unwrap();
        let tenant = Tenant::new("northwindmsp", "na.myconnectwise.net").unwrap();
        tenant.bind(&body).unwrap()
    }

    async fn fetch(template: ResponseTemplate) -> Result<SigningKey, KeyError> {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/v2025_1//system/callbackkey/index.rails"))
            .and(query_param("companyName", "northwindmsp"))
            .and(query_param("id", "3b7e2f5a-91c4-4f0d-8a76-5e2d1c0b9f84"))
            .respond_with(template)
            .expect(1)
            .mount(&server)
            .await;
        let fetcher = KeyFetcher::at(server.uri().parse().unwrap());
        let result = fetcher.fetch(&bound()).await;
        let requests = server.received_requests().await.unwrap();
        assert!(!requests[0].headers.contains_key("authorization"));
        assert!(!requests[0].headers.contains_key("clientid"));
        result
    }

    #[test]
    fn a_public_key_is_asked_for_where_the_callback_says() {
        let url = bound();
        assert_eq!(KeyFetcher::public().address(&url), *url.reveal());
    }

    #[tokio::test]
    async fn a_key_is_read_whatever_its_content_type() {
        let text = r#"{"signing_key":"9f2c"}"#;
        let key = fetch(ResponseTemplate::new(200).set_body_raw(text, "text/html")).await;
        assert_eq!(key.unwrap().0.expose_secret(), "9f2c");
    }

    #[tokio::test]
    async fn a_key_that_does_not_exist_is_refused() {
        for status in [400, 401, 403, 404, 410] {
            let result = fetch(ResponseTemplate::new(status)).await;
            assert!(
                matches!(result, Err(KeyError::Refused { .. })),
                "{status}: {result:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_without_a_key_may_have_one_later() {
        for status in [200, 204, 302, 408, 429, 500, 503] {
            let result = fetch(ResponseTemplate::new(status)).await;
            assert!(
                matches!(result, Err(KeyError::Unavailable { .. })),
                "{status}: {result:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_absent_server_may_come_back_and_its_address_is_not_told() {
        // The port was free a moment ago, so nobody listens there.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = KeyFetcher::at(nobody.parse().unwrap())
            .fetch(&bound())
            .await
            .unwrap_err();
        assert!(matches!(error, KeyError::Unavailable { .. }), "{error:?}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("callbackkey") && !shown.contains("3b7e2f5a"),
            "{shown}"
        );
    }
}
