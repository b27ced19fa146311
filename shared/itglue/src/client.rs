//! What all calls share: the address, the headers, and what an answer means.

use std::sync::Arc;

use http_client::{HeaderValue, Request, Response, header};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::config::Config;
use crate::error::Error;
use crate::refusal;

/// IT Glue refuses bodies of another type.
const JSON_API: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

/// Reads from one IT Glue account. Clones share everything.
#[derive(Clone)]
pub struct Reader {
    pub(crate) connection: Connection,
}

/// Writes to one IT Glue account, one request for each call when all goes well.
///
/// It compares every answer with what was asked. After a lost answer it looks once whether what was to be created is
/// there, and never creates it again: that is for its caller, who looks first.
#[derive(Clone)]
pub struct Writer {
    pub(crate) reader: Reader,
}

impl Reader {
    /// A reader of the configured account. It sends nothing before it is asked something.
    #[must_use]
    pub fn new(config: Config, http: http_client::Client) -> Self {
        Self {
            connection: Connection {
                shared: Arc::new(Shared { config, http }),
            },
        }
    }

    /// The settings it reads by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.connection.shared.config
    }
}

impl Writer {
    /// A writer to the account that `reader` reads. Make one only where writing is allowed.
    #[must_use]
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

/// The connection to one account.
#[derive(Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    http: http_client::Client,
}

impl Connection {
    /// Makes a call and returns its answer, if it is a success.
    pub(crate) async fn send(&self, call: &Call) -> Result<Response, Error> {
        let Shared { config, http } = &*self.shared;
        let silence = |error| refusal::from_silence(call, error);
        let mut request =
            Request::new(call.method.clone(), call.url(&config.api), call.idempotency);
        request.headers = config.headers.clone();
        if let Some(body) = &call.body {
            request = request
                .with_json(body)
                .map_err(silence)?
                .with_header(header::CONTENT_TYPE, JSON_API);
        }
        let response = http.send(request).await.map_err(silence)?;
        tracing::debug!(
            itglue.operation = call.operation,
            http.status = response.status.as_u16(),
            "IT Glue answered",
        );
        if response.status.is_success() {
            return Ok(response);
        }
        let error = refusal::from_answer(call, &response);
        Err(if response.leaves_open(error.is_not_found()) {
            error.into_lost()
        } else {
            error
        })
    }

    /// Makes a call and decodes its answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let response = self.send(call).await?;
        response
            .json()
            .map_err(|error| refusal::from_silence(call, error))
    }
}

#[cfg(test)]
mod tests {
    use model::itglue::{Change, ContactId, Draft, OrganizationId};
    use serde_json::json;
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{Act, Answer, Script, reader};

    fn read() -> Call {
        Call::get("read contact 72", "contacts/72")
    }

    #[tokio::test]
    async fn every_call_carries_the_key_and_a_body_its_type() {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/contacts/72"))
            .and(header("x-api-key", "ITG.EXAMPLE"))
            .respond_with(Answer::new(200))
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(method("PATCH"))
            .and(header("x-api-key", "ITG.EXAMPLE"))
            .and(header("content-type", "application/vnd.api+json"))
            .respond_with(Answer::new(200))
            .expect(1)
            .mount(&server)
            .await;
        let connection = reader(&server).connection;
        connection.send(&read()).await.unwrap();
        let call = Call::patch("change contact 72", "contacts/72", json!({}));
        connection.send(&call).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert!(!requests[0].headers.contains_key("content-type"));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let server = MockServer::start().await;
        Mock::given(path("/contacts/72"))
            .respond_with(Answer::new(302).insert_header("Location", "/elsewhere"))
            .mount(&server)
            .await;
        let error = reader(&server).connection.send(&read()).await.unwrap_err();
        assert_eq!(error.code(), "Unexpected");
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_refusal_after_a_lost_answer_leaves_open_whether_the_write_took_effect() {
        let call = Call::patch("change contact 72", "contacts/72", json!({}));
        let script = Script::play([Act::HangUp, Act::Answer(422, r#"{"errors":[]}"#)]).await;
        let error = script
            .writer()
            .reader
            .connection
            .send(&call)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.may_have_been_applied());
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn calls_can_be_made_from_any_thread() {
        fn is_send<T: Send>(_: &T) {}
        let server = MockServer::start().await;
        let writer = Writer::new(reader(&server));
        let (contact, organization) = (ContactId::new(72), OrganizationId::new(5));
        is_send(&writer.reader.contact(contact));
        is_send(&writer.reader.contacts_of(organization));
        is_send(&writer.reader.attached(contact));
        is_send(&writer.update(contact, &Change::default()));
        is_send(&writer.create(organization, &Draft::default()));
        is_send(&writer.delete(contact));
        is_send(&writer.create_contact_type("Inactive"));
        assert!(server.received_requests().await.unwrap().is_empty());
    }
}
