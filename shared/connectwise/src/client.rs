//! What all calls share: the address, the headers, and what an answer means.

use std::sync::Arc;

use http_client::{HeaderName, HeaderValue, Idempotency, Request, Response, Url};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::codebase::Codebase;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::refusal;
use crate::site::Site;
use crate::writes::refused;

/// The PSA refuses longer addresses.
const LONGEST_URL: usize = 2000;

const PAGINATION: HeaderName = HeaderName::from_static("pagination-type");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-cw-request-id");

/// Reads from one PSA instance. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    pub(crate) client: Client,
}

/// Writes to one PSA instance, one request for each call when all goes well.
///
/// After a lost answer it reads before it repeats, and it compares every answer with what was asked.
#[derive(Clone)]
pub struct Writer {
    pub(crate) reader: Reader,
    pub(crate) client: Client,
    /// Whether it looks for what a lost answer may have been about. In a drill it may not.
    #[cfg(feature = "drill")]
    pub(crate) searches: bool,
}

impl Reader {
    /// A reader of the configured instance. It sends nothing before it is asked something.
    #[must_use]
    pub fn new(config: Config, http: http_client::Client) -> Self {
        Self {
            client: Client::new(config, http),
        }
    }

    /// The settings it reads by.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.client.config()
    }
}

impl Writer {
    /// A writer to the instance that `reader` reads. Make one only where writing is allowed.
    #[must_use]
    pub fn new(reader: Reader) -> Self {
        Self {
            client: reader.client.clone(),
            reader,
            #[cfg(feature = "drill")]
            searches: true,
        }
    }

    /// The same writer without its care for lost answers: what it was to create is created again blindly.
    ///
    /// Only for tests, which prove with it that they would notice.
    #[cfg(feature = "drill")]
    #[must_use]
    pub fn without_search(self) -> Self {
        Self {
            searches: false,
            ..self
        }
    }
}

/// The connection to one instance.
#[derive(Clone)]
pub(crate) struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    http: http_client::Client,
    site: Site,
}

impl Client {
    fn new(config: Config, http: http_client::Client) -> Self {
        let site = Site::new(&config, http.clone());
        Self {
            shared: Arc::new(Shared { config, http, site }),
        }
    }

    /// Makes a call and returns its answer, if it is a success.
    ///
    /// An unknown address may mean that the instance was upgraded: its site is asked once for the codebase,
    /// and only a new one is tried.
    pub(crate) async fn send(&self, call: &Call) -> Result<Response, Error> {
        // The PSA would find nothing there, and what is not there counts as deleted.
        if call.idempotency != Idempotency::Safe && call.names_what_has_no_id() {
            return Err(refused(&call.operation, "a provisional id"));
        }
        let site = self.site();
        let codebase = site.codebase().await?;
        match self.send_to(call, self.url(call, &codebase)?).await {
            Err(error) if *error.kind() == ErrorKind::EndpointMissing => {
                match site.newer_than(&codebase).await {
                    Some(newer) => self.send_to(call, self.url(call, &newer)?).await,
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    /// Makes a call and decodes its answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let response = self.send(call).await?;
        decode(call, &response)
    }

    /// Makes a call to an address that is known already: the first one, or a page that the PSA linked to.
    pub(crate) async fn send_to(&self, call: &Call, url: Url) -> Result<Response, Error> {
        let Shared { config, http, .. } = &*self.shared;
        let Call {
            operation,
            method,
            path,
            body,
            idempotency,
            forward_only,
            ..
        } = call;
        if !self.is_ours(&url) {
            return Err(refused(operation, "credentials to another host"));
        }
        let mut request = Request::new(method.clone(), url, *idempotency);
        request.headers = config.headers.clone();
        if *forward_only {
            request = request.with_header(PAGINATION, HeaderValue::from_static("forward-only"));
        }
        let silence = |error| refusal::from_silence(operation, *idempotency, error);
        if let Some(body) = body {
            request = request.with_json(body).map_err(silence)?;
        }
        let response = http.send(request).await.map_err(silence)?;
        log(operation, &response);
        if response.status.is_success() {
            Ok(response)
        } else {
            let error = refusal::from_answer(operation, path, &response);
            Err(if response.leaves_open(error.is_not_found()) {
                error.into_lost()
            } else {
                error
            })
        }
    }

    /// The settings.
    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The site, which knows the codebase.
    pub(crate) fn site(&self) -> &Site {
        &self.shared.site
    }

    /// Whether credentials may go there.
    pub(crate) fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.shared.config.api.origin()
    }

    fn url(&self, call: &Call, codebase: &Codebase) -> Result<Url, Error> {
        let url = call.url(&self.shared.config.api, codebase);
        if url.as_str().len() > LONGEST_URL {
            return Err(refused(&call.operation, "an address of that length"));
        }
        Ok(url)
    }
}

/// Decodes the answer to a call.
pub(crate) fn decode<T: DeserializeOwned>(call: &Call, response: &Response) -> Result<T, Error> {
    response
        .json()
        .map_err(|error| refusal::from_body(&call.operation, &call.path, response, error))
}

/// The id is what the vendor's support asks for.
pub(crate) fn log(operation: &str, response: &Response) {
    let request_id = response
        .headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    tracing::debug!(
        cw.operation = operation,
        cw.request_id = request_id,
        http.status = response.status.as_u16(),
        "the PSA answered",
    );
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{error_body, json, reader, serve};

    fn read() -> Call {
        Call::get("read contact 4711", "company/contacts/4711")
    }

    #[tokio::test]
    async fn a_reader_that_is_asked_nothing_sends_nothing() {
        let server = MockServer::start().await;
        let _reader = reader(&server);
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn every_call_carries_the_documented_headers() {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/v2025_1/apis/3.0/company/contacts/4711"))
            .and(header(
                "authorization",
                "Basic bm9ydGh3aW5kbXNwK0FiQ2RFZjAxMjM0NTY3ODk6WnlYd1Z1OTg3NjU0MzIxMA==",
            ))
            .and(header("clientId", "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11"))
            .and(header(
                "accept",
                "application/vnd.connectwise.com+json; version=2025.1",
            ))
            .respond_with(json(200, "{}"))
            .expect(1)
            .mount(&server)
            .await;
        reader(&server).client.send(&read()).await.unwrap();
    }

    #[tokio::test]
    async fn credentials_go_to_no_other_scheme_host_or_port() {
        let server = MockServer::start().await;
        let client = reader(&server).client;
        let port = server.address().port();
        for url in [
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            "http://127.0.0.1:1/".to_owned(),
        ] {
            let result = client.send_to(&read(), Url::parse(&url).unwrap()).await;
            assert_eq!(result.unwrap_err().code(), "InvalidValue", "{url}");
        }
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_address_that_is_too_long_is_not_sent() {
        let server = MockServer::start().await;
        let call = read().with("conditions", "x".repeat(2000).as_str());
        let error = reader(&server).client.send(&call).await.unwrap_err();
        assert_eq!(error.code(), "InvalidValue");
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_success_that_speaks_of_an_error_is_believed_to_be_one() {
        let server = MockServer::start().await;
        let answer = json(200, &error_body("Security"));
        serve(&server, "GET company/contacts/4711", answer).await;
        let client = reader(&server).client;
        let error = client.fetch::<Vec<u8>>(&read()).await.unwrap_err();
        assert_eq!(error.code(), "Security");
    }
}
